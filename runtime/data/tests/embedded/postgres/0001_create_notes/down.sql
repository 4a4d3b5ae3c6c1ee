-- 0001_create_notes, the way back.

DROP TABLE "notes";

-- 0001_create_notes, for sqlite. Yours to read and to edit, until it is applied somewhere.
-- notes: is created
-- schema: 730012da5f70fc8ce9be3d17b6a33896 -> 8c95400640cd8717e63d35222e68bb3f

CREATE TABLE "notes" (
    "id" BLOB NOT NULL,
    "title" TEXT NOT NULL,
    "pinned" INTEGER NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "ck_notes_title" CHECK (length("title") >= 1 AND length("title") <= 80),
    CONSTRAINT "ck_notes_pinned" CHECK ("pinned" IN (0, 1))
) STRICT;

-- 0001_create_notes, for postgres. Yours to read and to edit, until it is applied somewhere.
-- notes: is created
-- schema: 730012da5f70fc8ce9be3d17b6a33896 -> 8c95400640cd8717e63d35222e68bb3f

CREATE TABLE "notes" (
    "id" uuid NOT NULL,
    "title" varchar(80) COLLATE "C" NOT NULL,
    "pinned" boolean NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "ck_notes_title" CHECK (char_length("title") >= 1)
);

CREATE TABLE "kept" (
    "id" BLOB NOT NULL,
    "updated_at" INTEGER NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY ("id")
) STRICT;

CREATE TRIGGER "tr_kept_touch" AFTER UPDATE ON "kept" FOR EACH ROW WHEN NEW."version" = OLD."version"
BEGIN
    UPDATE "kept" SET "updated_at" = CAST(unixepoch('subsec') * 1000000 AS INTEGER), "version" = OLD."version" + 1 WHERE "id" = NEW."id";
END;

CREATE TABLE "owners" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "email" TEXT NOT NULL,
    CONSTRAINT "ck_owners_email" CHECK (length("email") <= 255)
) STRICT;

CREATE TABLE "everything" (
    "id" BLOB NOT NULL,
    "live" INTEGER NOT NULL DEFAULT 1,
    "stars" INTEGER NOT NULL,
    "count" INTEGER NOT NULL DEFAULT -3,
    "big" INTEGER,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL DEFAULT 'it''s \ "here"',
    "weight" REAL NOT NULL,
    "price" TEXT NOT NULL DEFAULT 'p00000000000000000000000000012.5',
    "fee" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "from" INTEGER NOT NULL DEFAULT 1700000000250000,
    "day" INTEGER NOT NULL DEFAULT 20000,
    "hour" INTEGER DEFAULT 45000000001,
    "meta" TEXT NOT NULL DEFAULT '{"a": [1, 2]}',
    "status" TEXT NOT NULL DEFAULT 'Draft',
    "node_id" BLOB NOT NULL,
    "blob" BLOB,
    "owner_id" INTEGER NOT NULL,
    "a_name_that_is_so_long_that_the_name_of_its_check_is_cut" TEXT NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "fk_everything_node_id" FOREIGN KEY ("node_id") REFERENCES "nodes" ("id") ON DELETE RESTRICT,
    CONSTRAINT "fk_everything_owner_id" FOREIGN KEY ("owner_id") REFERENCES "owners" ("id") ON DELETE RESTRICT,
    CONSTRAINT "ck_everything_live" CHECK ("live" IN (0, 1)),
    CONSTRAINT "ck_everything_stars" CHECK ("stars" >= 1 AND "stars" <= 5),
    CONSTRAINT "ck_everything_count" CHECK ("count" >= -2147483648 AND "count" <= 2147483647),
    CONSTRAINT "ck_everything_title" CHECK (length("title") >= 3 AND length("title") <= 120),
    CONSTRAINT "ck_everything_weight" CHECK ("weight" >= -0.5),
    CONSTRAINT "ck_everything_price" CHECK ("price" >= 'p00000000000000000000000000000'),
    CONSTRAINT "ck_everything_meta" CHECK (json_valid("meta")),
    CONSTRAINT "ck_everything_status" CHECK (length("status") <= 255 AND "status" IN ('Draft', 'it''s out')),
    CONSTRAINT "ck_everything_blob" CHECK (length("blob") >= 1 AND length("blob") <= 4),
    CONSTRAINT "ck_everything_a_name_that_is_so_long_that_the_name_of__b56cfe27" CHECK (length("a_name_that_is_so_long_that_the_name_of_its_check_is_cut") <= 255)
) STRICT;

CREATE UNIQUE INDEX "uq_everything_node_id_title" ON "everything" ("node_id", "title");

CREATE UNIQUE INDEX "uq_everything_title" ON "everything" ("title");

CREATE INDEX "ix_everything_fee_id" ON "everything" ("fee", "id");

CREATE INDEX "ix_everything_owner_id" ON "everything" ("owner_id");

CREATE TABLE "nodes" (
    "id" BLOB NOT NULL,
    "parent_id" BLOB,
    "first_id" BLOB,
    PRIMARY KEY ("id"),
    CONSTRAINT "fk_nodes_first_id" FOREIGN KEY ("first_id") REFERENCES "everything" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_nodes_parent_id" FOREIGN KEY ("parent_id") REFERENCES "nodes" ("id") ON DELETE SET NULL
) STRICT;

CREATE INDEX "ix_nodes_first_id" ON "nodes" ("first_id");

CREATE INDEX "ix_nodes_parent_id" ON "nodes" ("parent_id");


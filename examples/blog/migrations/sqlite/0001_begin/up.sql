-- 0001_begin, for sqlite. Yours to read and to edit, until it is applied somewhere.
-- blog_categories: is created
-- comments: is created
-- memberships: is created
-- post_tags: is created
-- posts: is created
-- tags: is created
-- users: is created
-- schema: 730012da5f70fc8ce9be3d17b6a33896 -> 14e3d8321dcfd2d78ba9dc9fd6d4b082

CREATE TABLE "blog_categories" (
    "id" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "parent_id" BLOB,
    "position" INTEGER NOT NULL DEFAULT 0,
    "created_at" INTEGER NOT NULL,
    "updated_at" INTEGER NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "fk_blog_categories_parent_id" FOREIGN KEY ("parent_id") REFERENCES "blog_categories" ("id") ON DELETE RESTRICT,
    CONSTRAINT "ck_blog_categories_name" CHECK (length("name") >= 1 AND length("name") <= 60),
    CONSTRAINT "ck_blog_categories_position" CHECK ("position" >= -2147483648 AND "position" <= 2147483647)
) STRICT;

CREATE UNIQUE INDEX "uq_blog_categories_parent_id_name" ON "blog_categories" ("parent_id", "name");

CREATE TABLE "tags" (
    "id" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    "updated_at" INTEGER NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "ck_tags_name" CHECK (length("name") >= 1 AND length("name") <= 40)
) STRICT;

CREATE UNIQUE INDEX "uq_tags_name" ON "tags" ("name");

CREATE TABLE "users" (
    "id" BLOB NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "bio" TEXT,
    "homepage" TEXT,
    "avatar" BLOB,
    "settings" TEXT NOT NULL DEFAULT '{"theme":"light","per_page":20}',
    "active" INTEGER NOT NULL DEFAULT 1,
    "created_at" INTEGER NOT NULL,
    "updated_at" INTEGER NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "ck_users_email" CHECK (length("email") <= 254),
    CONSTRAINT "ck_users_name" CHECK (length("name") >= 2 AND length("name") <= 60 AND trim("name", char(9, 10, 11, 12, 13, 32)) <> ''),
    CONSTRAINT "ck_users_bio" CHECK (length("bio") <= 2000),
    CONSTRAINT "ck_users_homepage" CHECK (length("homepage") <= 255),
    CONSTRAINT "ck_users_avatar" CHECK (length("avatar") <= 65536),
    CONSTRAINT "ck_users_settings" CHECK (json_valid("settings")),
    CONSTRAINT "ck_users_active" CHECK ("active" IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX "uq_users_email" ON "users" ("email");

CREATE TABLE "memberships" (
    "id" BLOB NOT NULL,
    "user_id" BLOB NOT NULL,
    "level" TEXT NOT NULL,
    "fee" INTEGER NOT NULL,
    "discount" TEXT NOT NULL DEFAULT 'p00000000000000000000000000000',
    "months" INTEGER NOT NULL DEFAULT 12,
    "since" INTEGER NOT NULL,
    "reminder_at" INTEGER,
    "created_at" INTEGER NOT NULL,
    "updated_at" INTEGER NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "fk_memberships_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "ck_memberships_level" CHECK (length("level") <= 255 AND "level" IN ('reader', 'patron')),
    CONSTRAINT "ck_memberships_fee" CHECK ("fee" >= 0 AND "fee" <= 100000),
    CONSTRAINT "ck_memberships_discount" CHECK ("discount" >= 'p00000000000000000000000000000' AND "discount" <= 'p00000000000000000000000000100'),
    CONSTRAINT "ck_memberships_months" CHECK ("months" >= 1 AND "months" <= 24)
) STRICT;

CREATE UNIQUE INDEX "uq_memberships_user_id" ON "memberships" ("user_id");

CREATE TABLE "posts" (
    "id" BLOB NOT NULL,
    "title" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "author_id" BLOB NOT NULL,
    "category_id" BLOB,
    "status" TEXT NOT NULL DEFAULT 'draft',
    "views" INTEGER NOT NULL DEFAULT 0,
    "score" REAL,
    "published_at" INTEGER,
    "created_at" INTEGER NOT NULL,
    "updated_at" INTEGER NOT NULL,
    "deleted_at" INTEGER,
    "version" INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY ("id"),
    CONSTRAINT "fk_posts_author_id" FOREIGN KEY ("author_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_posts_category_id" FOREIGN KEY ("category_id") REFERENCES "blog_categories" ("id") ON DELETE SET NULL,
    CONSTRAINT "ck_posts_title" CHECK (length("title") >= 3 AND length("title") <= 120),
    CONSTRAINT "ck_posts_slug" CHECK (length("slug") >= 1 AND length("slug") <= 80),
    CONSTRAINT "ck_posts_status" CHECK (length("status") <= 255 AND "status" IN ('draft', 'published'))
) STRICT;

CREATE UNIQUE INDEX "uq_posts_author_id_slug" ON "posts" ("author_id", "slug");

CREATE INDEX "ix_posts_category_id" ON "posts" ("category_id");

CREATE INDEX "ix_posts_status_published_at" ON "posts" ("status", "published_at");

CREATE TRIGGER "tr_posts_touch" AFTER UPDATE ON "posts" FOR EACH ROW WHEN NEW."version" = OLD."version"
BEGIN
    UPDATE "posts" SET "updated_at" = CAST(unixepoch('subsec') * 1000000 AS INTEGER), "version" = OLD."version" + 1 WHERE "id" = NEW."id";
END;

CREATE TABLE "comments" (
    "id" BLOB NOT NULL,
    "post_id" BLOB NOT NULL,
    "user_id" BLOB,
    "body" TEXT NOT NULL,
    "stars" INTEGER,
    "created_at" INTEGER NOT NULL,
    "updated_at" INTEGER NOT NULL,
    "deleted_at" INTEGER,
    "created_by" TEXT,
    "updated_by" TEXT,
    PRIMARY KEY ("id"),
    CONSTRAINT "fk_comments_post_id" FOREIGN KEY ("post_id") REFERENCES "posts" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_comments_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE SET NULL,
    CONSTRAINT "ck_comments_body" CHECK (length("body") >= 1 AND length("body") <= 5000),
    CONSTRAINT "ck_comments_stars" CHECK ("stars" >= 1 AND "stars" <= 5),
    CONSTRAINT "ck_comments_created_by" CHECK (length("created_by") <= 255),
    CONSTRAINT "ck_comments_updated_by" CHECK (length("updated_by") <= 255)
) STRICT;

CREATE INDEX "ix_comments_post_id_created_at" ON "comments" ("post_id", "created_at");

CREATE INDEX "ix_comments_user_id" ON "comments" ("user_id");

CREATE TABLE "post_tags" (
    "id" BLOB NOT NULL,
    "post_id" BLOB NOT NULL,
    "tag_id" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "updated_at" INTEGER NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "fk_post_tags_post_id" FOREIGN KEY ("post_id") REFERENCES "posts" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_post_tags_tag_id" FOREIGN KEY ("tag_id") REFERENCES "tags" ("id") ON DELETE CASCADE
) STRICT;

CREATE UNIQUE INDEX "uq_post_tags_post_id_tag_id" ON "post_tags" ("post_id", "tag_id");

CREATE INDEX "ix_post_tags_tag_id" ON "post_tags" ("tag_id");

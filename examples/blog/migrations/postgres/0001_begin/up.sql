-- 0001_begin, for postgres. Yours to read and to edit, until it is applied somewhere.
-- blog_categories: is created
-- comments: is created
-- memberships: is created
-- post_tags: is created
-- posts: is created
-- tags: is created
-- users: is created
-- schema: 730012da5f70fc8ce9be3d17b6a33896 -> 14e3d8321dcfd2d78ba9dc9fd6d4b082

CREATE TABLE "blog_categories" (
    "id" uuid NOT NULL,
    "name" varchar(60) COLLATE "C" NOT NULL,
    "parent_id" uuid,
    "position" integer NOT NULL DEFAULT 0,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "uq_blog_categories_parent_id_name" UNIQUE ("parent_id", "name"),
    CONSTRAINT "fk_blog_categories_parent_id" FOREIGN KEY ("parent_id") REFERENCES "blog_categories" ("id") ON DELETE RESTRICT,
    CONSTRAINT "ck_blog_categories_name" CHECK (char_length("name") >= 1)
);

CREATE OR REPLACE FUNCTION framewright_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], clock_timestamp()));
    END IF;
    IF TG_ARGV[1] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[1], (to_jsonb(OLD) ->> TG_ARGV[1])::bigint + 1));
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER "tr_blog_categories_touch" BEFORE UPDATE ON "blog_categories" FOR EACH ROW
    WHEN (OLD."updated_at" = NEW."updated_at" AND current_setting('application_name') <> 'framewright')
    EXECUTE FUNCTION framewright_touch('updated_at', '');

CREATE TABLE "tags" (
    "id" uuid NOT NULL,
    "name" varchar(40) COLLATE "C" NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "uq_tags_name" UNIQUE ("name"),
    CONSTRAINT "ck_tags_name" CHECK (char_length("name") >= 1)
);

CREATE OR REPLACE FUNCTION framewright_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], clock_timestamp()));
    END IF;
    IF TG_ARGV[1] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[1], (to_jsonb(OLD) ->> TG_ARGV[1])::bigint + 1));
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER "tr_tags_touch" BEFORE UPDATE ON "tags" FOR EACH ROW
    WHEN (OLD."updated_at" = NEW."updated_at" AND current_setting('application_name') <> 'framewright')
    EXECUTE FUNCTION framewright_touch('updated_at', '');

CREATE TABLE "users" (
    "id" uuid NOT NULL,
    "email" varchar(254) COLLATE "C" NOT NULL,
    "name" varchar(60) COLLATE "C" NOT NULL,
    "bio" text COLLATE "C",
    "homepage" varchar(255) COLLATE "C",
    "avatar" bytea,
    "settings" jsonb NOT NULL DEFAULT '{"theme":"light","per_page":20}',
    "active" boolean NOT NULL DEFAULT true,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "uq_users_email" UNIQUE ("email"),
    CONSTRAINT "ck_users_name" CHECK (char_length("name") >= 2 AND "name" ~ '[^[:space:]]'),
    CONSTRAINT "ck_users_bio" CHECK (char_length("bio") <= 2000),
    CONSTRAINT "ck_users_avatar" CHECK (octet_length("avatar") <= 65536)
);

CREATE OR REPLACE FUNCTION framewright_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], clock_timestamp()));
    END IF;
    IF TG_ARGV[1] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[1], (to_jsonb(OLD) ->> TG_ARGV[1])::bigint + 1));
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER "tr_users_touch" BEFORE UPDATE ON "users" FOR EACH ROW
    WHEN (OLD."updated_at" = NEW."updated_at" AND current_setting('application_name') <> 'framewright')
    EXECUTE FUNCTION framewright_touch('updated_at', '');

CREATE TABLE "memberships" (
    "id" uuid NOT NULL,
    "user_id" uuid NOT NULL,
    "level" varchar(255) COLLATE "C" NOT NULL,
    "fee" bigint NOT NULL,
    "discount" numeric(5,2) NOT NULL DEFAULT 0,
    "months" smallint NOT NULL DEFAULT 12,
    "since" date NOT NULL,
    "reminder_at" time,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "uq_memberships_user_id" UNIQUE ("user_id"),
    CONSTRAINT "fk_memberships_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "ck_memberships_level" CHECK ("level" IN ('reader', 'patron')),
    CONSTRAINT "ck_memberships_fee" CHECK ("fee" >= 0 AND "fee" <= 100000),
    CONSTRAINT "ck_memberships_discount" CHECK ("discount" >= 0 AND "discount" <= 100),
    CONSTRAINT "ck_memberships_months" CHECK ("months" >= 1 AND "months" <= 24)
);

CREATE OR REPLACE FUNCTION framewright_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], clock_timestamp()));
    END IF;
    IF TG_ARGV[1] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[1], (to_jsonb(OLD) ->> TG_ARGV[1])::bigint + 1));
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER "tr_memberships_touch" BEFORE UPDATE ON "memberships" FOR EACH ROW
    WHEN (OLD."updated_at" = NEW."updated_at" AND current_setting('application_name') <> 'framewright')
    EXECUTE FUNCTION framewright_touch('updated_at', '');

CREATE TABLE "posts" (
    "id" uuid NOT NULL,
    "title" varchar(120) COLLATE "C" NOT NULL,
    "slug" varchar(80) COLLATE "C" NOT NULL,
    "body" text COLLATE "C" NOT NULL,
    "author_id" uuid NOT NULL,
    "category_id" uuid,
    "status" varchar(255) COLLATE "C" NOT NULL DEFAULT 'draft',
    "views" bigint NOT NULL DEFAULT 0,
    "score" double precision,
    "published_at" timestamptz,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    "deleted_at" timestamptz,
    "version" bigint NOT NULL DEFAULT 1,
    PRIMARY KEY ("id"),
    CONSTRAINT "uq_posts_author_id_slug" UNIQUE ("author_id", "slug"),
    CONSTRAINT "fk_posts_author_id" FOREIGN KEY ("author_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_posts_category_id" FOREIGN KEY ("category_id") REFERENCES "blog_categories" ("id") ON DELETE SET NULL,
    CONSTRAINT "ck_posts_title" CHECK (char_length("title") >= 3),
    CONSTRAINT "ck_posts_slug" CHECK (char_length("slug") >= 1),
    CONSTRAINT "ck_posts_status" CHECK ("status" IN ('draft', 'published'))
);

CREATE INDEX "ix_posts_category_id" ON "posts" ("category_id");

CREATE INDEX "ix_posts_status_published_at" ON "posts" ("status", "published_at");

CREATE OR REPLACE FUNCTION framewright_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], clock_timestamp()));
    END IF;
    IF TG_ARGV[1] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[1], (to_jsonb(OLD) ->> TG_ARGV[1])::bigint + 1));
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER "tr_posts_touch" BEFORE UPDATE ON "posts" FOR EACH ROW
    WHEN (OLD."version" = NEW."version" AND current_setting('application_name') <> 'framewright')
    EXECUTE FUNCTION framewright_touch('updated_at', 'version');

CREATE TABLE "comments" (
    "id" uuid NOT NULL,
    "post_id" uuid NOT NULL,
    "user_id" uuid,
    "body" text COLLATE "C" NOT NULL,
    "stars" smallint,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    "deleted_at" timestamptz,
    "created_by" varchar(255) COLLATE "C",
    "updated_by" varchar(255) COLLATE "C",
    PRIMARY KEY ("id"),
    CONSTRAINT "fk_comments_post_id" FOREIGN KEY ("post_id") REFERENCES "posts" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_comments_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE SET NULL,
    CONSTRAINT "ck_comments_body" CHECK (char_length("body") >= 1 AND char_length("body") <= 5000),
    CONSTRAINT "ck_comments_stars" CHECK ("stars" >= 1 AND "stars" <= 5)
);

CREATE INDEX "ix_comments_post_id_created_at" ON "comments" ("post_id", "created_at");

CREATE INDEX "ix_comments_user_id" ON "comments" ("user_id");

CREATE OR REPLACE FUNCTION framewright_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], clock_timestamp()));
    END IF;
    IF TG_ARGV[1] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[1], (to_jsonb(OLD) ->> TG_ARGV[1])::bigint + 1));
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER "tr_comments_touch" BEFORE UPDATE ON "comments" FOR EACH ROW
    WHEN (OLD."updated_at" = NEW."updated_at" AND current_setting('application_name') <> 'framewright')
    EXECUTE FUNCTION framewright_touch('updated_at', '');

CREATE TABLE "post_tags" (
    "id" uuid NOT NULL,
    "post_id" uuid NOT NULL,
    "tag_id" uuid NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "uq_post_tags_post_id_tag_id" UNIQUE ("post_id", "tag_id"),
    CONSTRAINT "fk_post_tags_post_id" FOREIGN KEY ("post_id") REFERENCES "posts" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_post_tags_tag_id" FOREIGN KEY ("tag_id") REFERENCES "tags" ("id") ON DELETE CASCADE
);

CREATE INDEX "ix_post_tags_tag_id" ON "post_tags" ("tag_id");

CREATE OR REPLACE FUNCTION framewright_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], clock_timestamp()));
    END IF;
    IF TG_ARGV[1] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[1], (to_jsonb(OLD) ->> TG_ARGV[1])::bigint + 1));
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER "tr_post_tags_touch" BEFORE UPDATE ON "post_tags" FOR EACH ROW
    WHEN (OLD."updated_at" = NEW."updated_at" AND current_setting('application_name') <> 'framewright')
    EXECUTE FUNCTION framewright_touch('updated_at', '');

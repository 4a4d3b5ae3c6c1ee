-- 0001_begin, for mysql. Yours to read and to edit, until it is applied somewhere.
-- blog_categories: is created
-- comments: is created
-- memberships: is created
-- post_tags: is created
-- posts: is created
-- tags: is created
-- users: is created
-- schema: 730012da5f70fc8ce9be3d17b6a33896 -> 14e3d8321dcfd2d78ba9dc9fd6d4b082

CREATE TABLE `blog_categories` (
    `id` BINARY(16) NOT NULL,
    `name` VARCHAR(60) NOT NULL,
    `parent_id` BINARY(16) NULL,
    `position` INT NOT NULL DEFAULT 0,
    `created_at` DATETIME(6) NOT NULL,
    `updated_at` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    PRIMARY KEY (`id`),
    CONSTRAINT `uq_blog_categories_parent_id_name` UNIQUE (`parent_id`, `name`),
    CONSTRAINT `fk_blog_categories_parent_id` FOREIGN KEY (`parent_id`) REFERENCES `blog_categories` (`id`) ON DELETE RESTRICT,
    CONSTRAINT `ck_blog_categories_name` CHECK (char_length(`name`) >= 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!80000 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE `tags` (
    `id` BINARY(16) NOT NULL,
    `name` VARCHAR(40) NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `updated_at` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    PRIMARY KEY (`id`),
    CONSTRAINT `uq_tags_name` UNIQUE (`name`),
    CONSTRAINT `ck_tags_name` CHECK (char_length(`name`) >= 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!80000 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE `users` (
    `id` BINARY(16) NOT NULL,
    `email` VARCHAR(254) NOT NULL,
    `name` VARCHAR(60) NOT NULL,
    `bio` LONGTEXT NULL,
    `homepage` VARCHAR(255) NULL,
    `avatar` LONGBLOB NULL,
    `settings` LONGTEXT NOT NULL DEFAULT ('{"theme":"light","per_page":20}'),
    `active` TINYINT(1) NOT NULL DEFAULT 1,
    `created_at` DATETIME(6) NOT NULL,
    `updated_at` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    PRIMARY KEY (`id`),
    CONSTRAINT `uq_users_email` UNIQUE (`email`),
    CONSTRAINT `ck_users_name` CHECK (char_length(`name`) >= 2 AND `name` REGEXP '[^\\x09-\\x0d ]'),
    CONSTRAINT `ck_users_bio` CHECK (char_length(`bio`) <= 2000),
    CONSTRAINT `ck_users_avatar` CHECK (octet_length(`avatar`) <= 65536),
    CONSTRAINT `ck_users_settings` CHECK (json_valid(`settings`)),
    CONSTRAINT `ck_users_active` CHECK (`active` IN (0, 1))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!80000 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE `memberships` (
    `id` BINARY(16) NOT NULL,
    `user_id` BINARY(16) NOT NULL,
    `level` VARCHAR(255) NOT NULL,
    `fee` BIGINT NOT NULL,
    `discount` DECIMAL(5,2) NOT NULL DEFAULT 0,
    `months` SMALLINT NOT NULL DEFAULT 12,
    `since` DATE NOT NULL,
    `reminder_at` TIME(6) NULL,
    `created_at` DATETIME(6) NOT NULL,
    `updated_at` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    PRIMARY KEY (`id`),
    CONSTRAINT `uq_memberships_user_id` UNIQUE (`user_id`),
    CONSTRAINT `fk_memberships_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
    CONSTRAINT `ck_memberships_level` CHECK (`level` IN ('reader', 'patron')),
    CONSTRAINT `ck_memberships_fee` CHECK (`fee` >= 0 AND `fee` <= 100000),
    CONSTRAINT `ck_memberships_discount` CHECK (`discount` >= 0 AND `discount` <= 100),
    CONSTRAINT `ck_memberships_months` CHECK (`months` >= 1 AND `months` <= 24)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!80000 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE `posts` (
    `id` BINARY(16) NOT NULL,
    `title` VARCHAR(120) NOT NULL,
    `slug` VARCHAR(80) NOT NULL,
    `body` LONGTEXT NOT NULL,
    `author_id` BINARY(16) NOT NULL,
    `category_id` BINARY(16) NULL,
    `status` VARCHAR(255) NOT NULL DEFAULT 'draft',
    `views` BIGINT NOT NULL DEFAULT 0,
    `score` DOUBLE NULL,
    `published_at` DATETIME(6) NULL,
    `created_at` DATETIME(6) NOT NULL,
    `updated_at` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    `deleted_at` DATETIME(6) NULL,
    `version` BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (`id`),
    CONSTRAINT `uq_posts_author_id_slug` UNIQUE (`author_id`, `slug`),
    KEY `ix_posts_category_id` (`category_id`),
    KEY `ix_posts_status_published_at` (`status`, `published_at`),
    CONSTRAINT `fk_posts_author_id` FOREIGN KEY (`author_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
    CONSTRAINT `fk_posts_category_id` FOREIGN KEY (`category_id`) REFERENCES `blog_categories` (`id`) ON DELETE SET NULL,
    CONSTRAINT `ck_posts_title` CHECK (char_length(`title`) >= 3),
    CONSTRAINT `ck_posts_slug` CHECK (char_length(`slug`) >= 1),
    CONSTRAINT `ck_posts_status` CHECK (`status` IN ('draft', 'published'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!80000 COLLATE=utf8mb4_0900_bin */;

CREATE TRIGGER `tr_posts_touch` BEFORE UPDATE ON `posts` FOR EACH ROW
    SET NEW.`version` = IF(NEW.`version` = OLD.`version` AND @framewright_quiet IS NULL AND @framewright_still IS NULL, OLD.`version` + 1, NEW.`version`), @framewright_still = NULL;

CREATE TABLE `comments` (
    `id` BINARY(16) NOT NULL,
    `post_id` BINARY(16) NOT NULL,
    `user_id` BINARY(16) NULL,
    `body` LONGTEXT NOT NULL,
    `stars` SMALLINT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `updated_at` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    `deleted_at` DATETIME(6) NULL,
    `created_by` VARCHAR(255) NULL,
    `updated_by` VARCHAR(255) NULL,
    PRIMARY KEY (`id`),
    KEY `ix_comments_post_id_created_at` (`post_id`, `created_at`),
    KEY `ix_comments_user_id` (`user_id`),
    CONSTRAINT `fk_comments_post_id` FOREIGN KEY (`post_id`) REFERENCES `posts` (`id`) ON DELETE CASCADE,
    CONSTRAINT `fk_comments_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE SET NULL,
    CONSTRAINT `ck_comments_body` CHECK (char_length(`body`) >= 1 AND char_length(`body`) <= 5000),
    CONSTRAINT `ck_comments_stars` CHECK (`stars` >= 1 AND `stars` <= 5)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!80000 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE `post_tags` (
    `id` BINARY(16) NOT NULL,
    `post_id` BINARY(16) NOT NULL,
    `tag_id` BINARY(16) NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `updated_at` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    PRIMARY KEY (`id`),
    CONSTRAINT `uq_post_tags_post_id_tag_id` UNIQUE (`post_id`, `tag_id`),
    KEY `ix_post_tags_tag_id` (`tag_id`),
    CONSTRAINT `fk_post_tags_post_id` FOREIGN KEY (`post_id`) REFERENCES `posts` (`id`) ON DELETE CASCADE,
    CONSTRAINT `fk_post_tags_tag_id` FOREIGN KEY (`tag_id`) REFERENCES `tags` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!80000 COLLATE=utf8mb4_0900_bin */;

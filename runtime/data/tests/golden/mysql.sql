CREATE TABLE `kept` (
    `id` BINARY(16) NOT NULL,
    `updated_at` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    `version` BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!80000 COLLATE=utf8mb4_0900_bin */;

CREATE TRIGGER `tr_kept_touch` BEFORE UPDATE ON `kept` FOR EACH ROW
    SET NEW.`version` = IF(NEW.`version` = OLD.`version` AND @framewright_quiet IS NULL, OLD.`version` + 1, NEW.`version`);

CREATE TABLE `owners` (
    `id` BIGINT NOT NULL AUTO_INCREMENT,
    `email` VARCHAR(255) NOT NULL,
    PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!80000 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE `everything` (
    `id` BINARY(16) NOT NULL,
    `live` TINYINT(1) NOT NULL DEFAULT 1,
    `stars` SMALLINT NOT NULL,
    `count` INT NOT NULL DEFAULT -3,
    `big` BIGINT NULL,
    `title` VARCHAR(120) NOT NULL,
    `body` LONGTEXT NOT NULL DEFAULT ('it''s \\ "here"'),
    `weight` DOUBLE NOT NULL,
    `price` DECIMAL(10,2) NOT NULL DEFAULT 12.50,
    `fee` BIGINT NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `from` DATETIME(6) NOT NULL DEFAULT '2023-11-14 22:13:20.250000',
    `day` DATE NOT NULL DEFAULT '2024-10-04',
    `hour` TIME(6) NULL DEFAULT '12:30:00.000001',
    `meta` LONGTEXT NOT NULL DEFAULT ('{"a": [1, 2]}'),
    `status` VARCHAR(255) NOT NULL DEFAULT 'Draft',
    `node_id` BINARY(16) NOT NULL,
    `blob` LONGBLOB NULL,
    `owner_id` BIGINT NOT NULL,
    `a_name_that_is_so_long_that_the_name_of_its_check_is_cut` VARCHAR(255) NOT NULL,
    PRIMARY KEY (`id`),
    CONSTRAINT `uq_everything_node_id_title` UNIQUE (`node_id`, `title`),
    CONSTRAINT `uq_everything_title` UNIQUE (`title`),
    KEY `ix_everything_fee_id` (`fee`, `id`),
    KEY `ix_everything_owner_id` (`owner_id`),
    CONSTRAINT `fk_everything_owner_id` FOREIGN KEY (`owner_id`) REFERENCES `owners` (`id`) ON DELETE RESTRICT,
    CONSTRAINT `ck_everything_live` CHECK (`live` IN (0, 1)),
    CONSTRAINT `ck_everything_stars` CHECK (`stars` >= 1 AND `stars` <= 5),
    CONSTRAINT `ck_everything_title` CHECK (char_length(`title`) >= 3),
    CONSTRAINT `ck_everything_weight` CHECK (`weight` >= -0.5),
    CONSTRAINT `ck_everything_price` CHECK (`price` >= 0),
    CONSTRAINT `ck_everything_meta` CHECK (json_valid(`meta`)),
    CONSTRAINT `ck_everything_status` CHECK (`status` IN ('Draft', 'it''s out')),
    CONSTRAINT `ck_everything_blob` CHECK (octet_length(`blob`) >= 1 AND octet_length(`blob`) <= 4)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!80000 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE `nodes` (
    `id` BINARY(16) NOT NULL,
    `parent_id` BINARY(16) NULL,
    `first_id` BINARY(16) NULL,
    PRIMARY KEY (`id`),
    KEY `ix_nodes_first_id` (`first_id`),
    KEY `ix_nodes_parent_id` (`parent_id`),
    CONSTRAINT `fk_nodes_first_id` FOREIGN KEY (`first_id`) REFERENCES `everything` (`id`) ON DELETE CASCADE,
    CONSTRAINT `fk_nodes_parent_id` FOREIGN KEY (`parent_id`) REFERENCES `nodes` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!80000 COLLATE=utf8mb4_0900_bin */;

ALTER TABLE `everything` ADD CONSTRAINT `fk_everything_node_id` FOREIGN KEY (`node_id`) REFERENCES `nodes` (`id`) ON DELETE RESTRICT;


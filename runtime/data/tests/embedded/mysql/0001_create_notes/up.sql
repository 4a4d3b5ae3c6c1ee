-- 0001_create_notes, for mysql. Yours to read and to edit, until it is applied somewhere.
-- notes: is created
-- schema: 730012da5f70fc8ce9be3d17b6a33896 -> 8c95400640cd8717e63d35222e68bb3f

CREATE TABLE `notes` (
    `id` BINARY(16) NOT NULL,
    `title` VARCHAR(80) NOT NULL,
    `pinned` TINYINT(1) NOT NULL,
    PRIMARY KEY (`id`),
    CONSTRAINT `ck_notes_title` CHECK (char_length(`title`) >= 1),
    CONSTRAINT `ck_notes_pinned` CHECK (`pinned` IN (0, 1))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!80000 COLLATE=utf8mb4_0900_bin */;

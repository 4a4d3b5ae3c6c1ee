//! What the information schema of MySQL and MariaDB says.

use super::{LiveCheck, LiveColumn, LiveForeignKey, LiveKey, LiveTable, cell, normal, table_mut};
use crate::database::Admin;
use crate::dialect::Dialect;
use framewright_core::Result;

const COLUMNS: &str = "\
SELECT c.TABLE_NAME, c.COLUMN_NAME, c.COLUMN_TYPE, c.IS_NULLABLE, c.COLUMN_DEFAULT, c.EXTRA, c.COLLATION_NAME \
FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME) \
WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION";

const INDEXES: &str = "\
SELECT TABLE_NAME, INDEX_NAME, CAST(NON_UNIQUE AS CHAR), COLUMN_NAME FROM information_schema.STATISTICS \
WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX";

const FOREIGN_KEYS: &str = "\
SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE \
FROM information_schema.KEY_COLUMN_USAGE k \
JOIN information_schema.REFERENTIAL_CONSTRAINTS r \
  ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME \
WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL \
ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION";

const CHECKS: &str = "\
SELECT t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE \
FROM information_schema.CHECK_CONSTRAINTS c \
JOIN information_schema.TABLE_CONSTRAINTS t \
  ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME AND t.CONSTRAINT_TYPE = 'CHECK' \
WHERE c.CONSTRAINT_SCHEMA = DATABASE()";

const TRIGGERS: &str = "\
SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()";

pub(super) async fn tables(admin: &mut Admin) -> Result<Vec<LiveTable>> {
    let mut tables = Vec::new();
    for row in admin.rows(COLUMNS).await? {
        let mut sql_type = normal::sql_type(&cell(&row, 2));
        let collation = cell(&row, 6);
        if !collation.is_empty() && collation != "utf8mb4_nopad_bin" && collation != "utf8mb4_0900_bin" {
            sql_type.push_str(&format!(" collate {collation}"));
        }
        // MariaDB says NULL for "no default".
        let default = row.get(4).cloned().flatten().filter(|d| d != "NULL");
        table_mut(&mut tables, &cell(&row, 0)).columns.push(LiveColumn {
            name: cell(&row, 1),
            sql_type,
            nullable: cell(&row, 3) == "YES",
            default: default.map(|d| normal(Dialect::Mysql, &d)),
            counted: cell(&row, 5).contains("auto_increment"),
        });
    }
    for row in admin.rows(INDEXES).await? {
        let table = table_mut(&mut tables, &cell(&row, 0));
        let (name, column) = (cell(&row, 1), cell(&row, 3));
        if name == "PRIMARY" {
            table.key.push(column);
            continue;
        }
        let keys = if cell(&row, 2) == "0" { &mut table.uniques } else { &mut table.indexes };
        match keys.iter_mut().find(|k| k.name == name) {
            Some(key) => key.columns.push(column),
            None => keys.push(LiveKey { name, columns: vec![column] }),
        }
    }
    for row in admin.rows(FOREIGN_KEYS).await? {
        let table = table_mut(&mut tables, &cell(&row, 0));
        match table.foreign_keys.iter_mut().find(|k| k.name == cell(&row, 1)) {
            Some(key) => {
                key.columns.push(cell(&row, 2));
                key.targets.push(cell(&row, 4));
            }
            None => table.foreign_keys.push(LiveForeignKey {
                name: cell(&row, 1),
                columns: vec![cell(&row, 2)],
                table: cell(&row, 3),
                targets: vec![cell(&row, 4)],
                on_delete: cell(&row, 5).to_lowercase(),
            }),
        }
    }
    for row in admin.rows(CHECKS).await? {
        let condition = normal(Dialect::Mysql, &cell(&row, 2));
        let table = table_mut(&mut tables, &cell(&row, 0));
        table.checks.push(LiveCheck { name: cell(&row, 1), condition });
    }
    for row in admin.rows(TRIGGERS).await? {
        table_mut(&mut tables, &cell(&row, 0)).triggers.push(cell(&row, 1));
    }
    Ok(tables)
}

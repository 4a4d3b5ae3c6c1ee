//! What PostgreSQL's catalogue says.

use super::{LiveCheck, LiveColumn, LiveForeignKey, LiveKey, LiveTable, cell, normal, table_mut};
use crate::database::Admin;
use crate::dialect::Dialect;
use framewright_core::Result;

const COLUMNS: &str = "\
SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, \
       pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, \
       (SELECT l.collname::text FROM pg_collation l WHERE l.oid = a.attcollation AND l.collname <> 'default') \
FROM pg_class c \
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition \
ORDER BY c.relname, a.attnum";

/// One row per constraint and column, in the order of the columns.
const CONSTRAINTS: &str = "\
SELECT c.relname::text, k.conname::text, k.contype::text, a.attname::text, f.relname::text, b.attname::text, \
       k.confdeltype::text, CASE k.contype WHEN 'c' THEN pg_get_expr(k.conbin, k.conrelid) END, \
       k.convalidated::text \
FROM pg_constraint k \
JOIN pg_class c ON c.oid = k.conrelid \
LEFT JOIN pg_class f ON f.oid = k.confrelid \
LEFT JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u(here, there, n) ON k.contype <> 'c' \
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.here \
LEFT JOIN pg_attribute b ON b.attrelid = f.oid AND b.attnum = u.there \
WHERE c.relnamespace = current_schema()::regnamespace AND k.contype IN ('p', 'u', 'f', 'c') \
ORDER BY c.relname, k.conname, u.n";

const INDEXES: &str = "\
SELECT c.relname::text, x.relname::text, i.indisunique::text, pg_get_indexdef(i.indexrelid, n, true), \
       i.indisvalid::text, pg_get_expr(i.indpred, i.indrelid) \
FROM pg_index i \
JOIN pg_class c ON c.oid = i.indrelid \
JOIN pg_class x ON x.oid = i.indexrelid \
CROSS JOIN LATERAL generate_series(1, i.indnkeyatts) AS n \
WHERE c.relnamespace = current_schema()::regnamespace \
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) \
ORDER BY c.relname, x.relname, n";

const TRIGGERS: &str = "\
SELECT c.relname::text, t.tgname::text, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal";

pub(super) async fn tables(admin: &mut Admin) -> Result<Vec<LiveTable>> {
    let mut tables = Vec::new();
    for row in admin.rows(COLUMNS).await? {
        let table = table_mut(&mut tables, &cell(&row, 0));
        if cell(&row, 1).is_empty() {
            continue;
        }
        let mut sql_type = normal::sql_type(&cell(&row, 2));
        if !cell(&row, 6).is_empty() {
            sql_type.push_str(&format!(" collate {}", cell(&row, 6).to_lowercase()));
        }
        table.columns.push(LiveColumn {
            name: cell(&row, 1),
            sql_type,
            nullable: cell(&row, 3) != "true",
            default: row.get(4).cloned().flatten().map(|d| normal(Dialect::Postgres, &d)),
            counted: !cell(&row, 5).is_empty(),
        });
    }
    for row in admin.rows(CONSTRAINTS).await? {
        let table = table_mut(&mut tables, &cell(&row, 0));
        let (mut name, column) = (cell(&row, 1), cell(&row, 3));
        if cell(&row, 8) != "true" {
            name.push_str(" (not valid)");
        }
        match &*cell(&row, 2) {
            "p" => table.key.push(column),
            "u" => add(&mut table.uniques, name, column),
            "c" => {
                table.checks.push(LiveCheck { name, condition: normal(Dialect::Postgres, &cell(&row, 7)) })
            }
            _ => match table.foreign_keys.iter_mut().find(|k| k.name == name) {
                Some(key) => {
                    key.columns.push(column);
                    key.targets.push(cell(&row, 5));
                }
                None => table.foreign_keys.push(LiveForeignKey {
                    name,
                    columns: vec![column],
                    table: cell(&row, 4),
                    targets: vec![cell(&row, 5)],
                    on_delete: match &*cell(&row, 6) {
                        "c" => "cascade",
                        "n" => "set null",
                        "d" => "set default",
                        "a" => "no action",
                        _ => "restrict",
                    }
                    .to_owned(),
                }),
            },
        }
    }
    for row in admin.rows(INDEXES).await? {
        let table = table_mut(&mut tables, &cell(&row, 0));
        // An index that is not finished, or covers some rows only, is not the one that was declared.
        let mut name = cell(&row, 1);
        if cell(&row, 4) != "true" {
            name.push_str(" (invalid)");
        }
        if !cell(&row, 5).is_empty() {
            name.push_str(" (partial)");
        }
        let column = cell(&row, 3).trim_matches('"').to_owned();
        let keys = if cell(&row, 2) == "true" { &mut table.uniques } else { &mut table.indexes };
        add(keys, name, column);
    }
    for row in admin.rows(TRIGGERS).await? {
        let off = if cell(&row, 2) == "D" { " (disabled)" } else { "" };
        table_mut(&mut tables, &cell(&row, 0)).triggers.push(format!("{}{off}", cell(&row, 1)));
    }
    Ok(tables)
}

fn add(keys: &mut Vec<LiveKey>, name: String, column: String) {
    match keys.iter_mut().find(|k| k.name == name) {
        Some(key) => key.columns.push(column),
        None => keys.push(LiveKey { name, columns: vec![column] }),
    }
}

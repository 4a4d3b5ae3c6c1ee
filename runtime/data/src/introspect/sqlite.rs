//! What SQLite's schema table says; the names of constraints stand only in the text of `CREATE TABLE`.

use super::{LiveCheck, LiveColumn, LiveForeignKey, LiveKey, LiveTable, cell, normal, table_mut};
use crate::database::Admin;
use crate::dialect::Dialect;
use framewright_core::Result;

const OURS: &str = "m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

pub(super) async fn tables(admin: &mut Admin) -> Result<Vec<LiveTable>> {
    let mut tables = Vec::new();
    let columns = format!(
        "SELECT m.name, p.name, p.type, CAST(p.\"notnull\" AS TEXT), p.dflt_value, CAST(p.pk AS TEXT), m.sql \
         FROM sqlite_master m, pragma_table_xinfo(m.name) p WHERE {OURS} ORDER BY m.name, p.cid"
    );
    for row in admin.rows(&columns).await? {
        let table = table_mut(&mut tables, &cell(&row, 0));
        let key = cell(&row, 5) != "0";
        let name = cell(&row, 1);
        if key {
            table.key.push(name.clone());
        }
        let rowid = key && cell(&row, 2) == "INTEGER";
        table.columns.push(LiveColumn {
            name,
            sql_type: normal::sql_type(&cell(&row, 2)),
            nullable: cell(&row, 3) == "0" && !rowid,
            default: row.get(4).cloned().flatten().map(|d| normal(Dialect::Sqlite, &d)),
            counted: rowid && cell(&row, 6).contains("AUTOINCREMENT"),
        });
    }
    let indexes = format!(
        "SELECT m.name, l.name, CAST(l.\"unique\" AS TEXT), i.name, CAST(l.partial AS TEXT) \
         FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) i \
         WHERE {OURS} AND l.origin <> 'pk' ORDER BY m.name, l.name, i.seqno"
    );
    for row in admin.rows(&indexes).await? {
        let table = table_mut(&mut tables, &cell(&row, 0));
        let partial = if cell(&row, 4) == "1" { " (partial)" } else { "" };
        let (name, column) = (format!("{}{partial}", cell(&row, 1)), cell(&row, 3));
        let keys = if cell(&row, 2) == "1" { &mut table.uniques } else { &mut table.indexes };
        match keys.iter_mut().find(|k| k.name == name) {
            Some(key) => key.columns.push(column),
            None => keys.push(LiveKey { name, columns: vec![column] }),
        }
    }
    let foreign_keys = format!(
        "SELECT m.name, CAST(f.id AS TEXT), f.\"from\", f.\"table\", f.\"to\", f.on_delete \
         FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE {OURS} ORDER BY m.name, f.id, f.seq"
    );
    for row in admin.rows(&foreign_keys).await? {
        let table = table_mut(&mut tables, &cell(&row, 0));
        // The number stands in for the name until the text of the table gives it.
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
    for row in admin.rows(&format!("SELECT m.name, m.sql FROM sqlite_master m WHERE {OURS}")).await? {
        constraints(table_mut(&mut tables, &cell(&row, 0)), &cell(&row, 1));
    }
    let triggers = "SELECT t.tbl_name, t.name FROM sqlite_master t JOIN sqlite_master m ON m.name = t.tbl_name \
                    AND m.type = 'table' WHERE t.type = 'trigger'";
    for row in admin.rows(triggers).await? {
        table_mut(&mut tables, &cell(&row, 0)).triggers.push(cell(&row, 1));
    }
    Ok(tables)
}

/// Reads checks and the names of foreign keys from the text of a `CREATE TABLE`.
fn constraints(table: &mut LiveTable, sql: &str) {
    let body = sql.split_once('(').map_or("", |(_, rest)| rest);
    let words = words(body);
    let (mut depth, mut column, mut first, mut name) = (0u32, String::new(), true, None::<String>);
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        match &**word {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                first = true;
                name = None;
                continue;
            }
            _ if depth > 0 => {}
            w if w.eq_ignore_ascii_case("CONSTRAINT") => {
                name = words.get(at).map(|n| unquoted(n));
                at += 1;
                if first {
                    column.clear();
                }
            }
            w if w.eq_ignore_ascii_case("CHECK") => {
                let end = closing(&words, at);
                let condition = words.get(at..end).unwrap_or_default().join(" ");
                let condition = normal(Dialect::Sqlite, &condition);
                table.checks.push(LiveCheck { name: name.take().unwrap_or_default(), condition });
                at = end;
            }
            // `FOREIGN KEY ( column )`
            w if w.eq_ignore_ascii_case("FOREIGN") => {
                column = words.get(at + 2).map(|n| unquoted(n)).unwrap_or_default()
            }
            w if w.eq_ignore_ascii_case("REFERENCES") => {
                let key = table.foreign_keys.iter_mut().find(|k| k.columns.first() == Some(&column));
                if let Some((key, name)) = key.zip(name.take()) {
                    key.name = name;
                }
            }
            w if first => column = unquoted(w),
            _ => {}
        }
        first = false;
    }
}

fn closing(words: &[String], start: usize) -> usize {
    let mut depth = 0u32;
    for (at, word) in words.iter().enumerate().skip(start) {
        match &**word {
            "(" => depth += 1,
            ")" if depth == 1 => return at + 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    words.len()
}

fn unquoted(word: &str) -> String {
    word.trim_matches(['"', '`', '[', ']']).replace("\"\"", "\"")
}

/// Words, quoted names and texts whole, and marks.
fn words(sql: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        let mut word = String::from(c);
        match c {
            c if c.is_whitespace() => continue,
            '\'' | '"' | '`' | '[' => {
                let end = if c == '[' { ']' } else { c };
                while let Some(d) = chars.next() {
                    word.push(d);
                    if d == end && chars.next_if_eq(&end).is_none() {
                        break;
                    } else if d == end {
                        word.push(d);
                    }
                }
            }
            c if c.is_alphanumeric() || c == '_' => {
                while let Some(d) = chars.next_if(|d| d.is_alphanumeric() || matches!(d, '_' | '.' | '$')) {
                    word.push(d);
                }
            }
            '<' | '>' => word.extend(chars.next_if(|d| matches!(d, '=' | '>'))),
            _ => {}
        }
        out.push(word);
    }
    out
}

//! A plan as statements of SQLite, whose `ALTER TABLE` can rename and add, and whose tables are otherwise rebuilt:
//! a new table beside the old one, the rows copied, the old one dropped, the new one renamed, its indexes made again.
//! The runner keeps foreign keys off meanwhile and checks every one of them before it commits.

use super::change::{Plan, TableChange};
use super::convert::{Conversion, conversion, fill};
use crate::ddl::column::{check, default, literal};
use crate::ddl::create::{
    self, add_unique, create_index, create_table, create_tables, definition, separate_indexes,
};
use crate::ddl::{Column, Default, Key, Table, constraint_name, drop_trigger, list, quoted, triggers};
use crate::dialect::Dialect;

const D: Dialect = Dialect::Sqlite;

/// The statements that carry a plan out.
pub(crate) fn statements(plan: &Plan) -> Vec<String> {
    let q = |name: &str| quoted(D, name);
    let mut out: Vec<String> = Vec::new();
    for change in &plan.changes {
        out.extend(change.renamed().map(|(old, new)| format!("ALTER TABLE {} RENAME TO {}", q(old), q(new))));
        if let Some(new) = &change.new {
            out.extend(
                change
                    .renames()
                    .map(|(a, b)| format!("ALTER TABLE {} RENAME COLUMN {} TO {}", q(&new.name), q(a), q(b))),
            );
        }
    }
    let created: Vec<&Table> =
        plan.changes.iter().filter(|c| c.old.is_none()).filter_map(|c| c.new.as_ref()).collect();
    out.extend(create_tables(D, &created).0);
    for change in &plan.changes {
        if let (Some(carried), Some(new)) = (&change.carried, &change.new) {
            alter(change, carried, new, &mut out);
        }
    }
    for change in plan.changes.iter().filter(|c| c.new.is_none()) {
        out.extend(change.old.iter().map(|t| format!("DROP TABLE {}", q(&t.name))));
    }
    out
}

fn alter(change: &TableChange, old: &Table, new: &Table, out: &mut Vec<String>) {
    let kept = |c: &Column| {
        new.column(&c.name).is_some_and(|n| {
            definition(D, old, c) == definition(D, new, n)
                && check(D, c) == check(D, n)
                && named_alike(change, c)
        })
    };
    let stays = old.key == new.key
        && old.columns.iter().all(kept)
        && old.foreign_keys.iter().all(|k| new.foreign_keys.contains(k));
    let added: Vec<&Column> = new.columns.iter().filter(|c| old.column(&c.name).is_none()).collect();
    let addable = |c: &&Column| {
        let held = new.foreign_keys.iter().any(|k| k.column == c.name);
        if default(D, c).is_some() { !held } else { c.nullable }
    };
    // A foreign key on a column that was there already also needs a new table.
    let new_keys_on_old =
        new.foreign_keys.iter().any(|k| !old.foreign_keys.contains(k) && old.column(&k.column).is_some());
    if !stays || new_keys_on_old || !added.iter().all(addable) {
        return rebuild(old, new, out);
    }
    // Keys that go or change their name first: their columns may have been renamed under them.
    let gone = |key: &Key, news: &[Key]| !news.contains(key);
    let keys = old
        .uniques
        .iter()
        .filter(|k| gone(k, &new.uniques))
        .chain(old.indexes.iter().filter(|k| gone(k, &new.indexes)));
    out.extend(keys.map(|k| format!("DROP INDEX {}", quoted(D, &k.name))));
    for column in added {
        let mut line =
            format!("ALTER TABLE {} ADD COLUMN {}", quoted(D, &new.name), definition(D, new, column));
        if let Some(key) = new.foreign_keys.iter().find(|k| k.column == column.name) {
            line.push_str(&format!(" CONSTRAINT {} {}", quoted(D, &key.name), create::references(D, key)));
        }
        if let Some(check) = create::check(D, &new.name, column) {
            line.push_str(&format!(" {check}"));
        }
        out.push(line);
    }
    out.extend(new.uniques.iter().filter(|k| !old.uniques.contains(k)).map(|k| add_unique(D, &new.name, k)));
    out.extend(new.indexes.iter().filter(|k| !old.indexes.contains(k)).map(|k| create_index(D, new, k)));
    if let Some(made_for) = change.old.as_ref().filter(|o| triggers(D, o) != triggers(D, new)) {
        out.extend(drop_trigger(D, made_for, &new.name));
        out.extend(triggers(D, new));
    }
}

/// Whether the check of a column still has the right name; it stands in the table's own text.
fn named_alike(change: &TableChange, column: &Column) -> bool {
    let name = |table: Option<&Table>, column: &str| table.map(|t| constraint_name("ck", &t.name, &[column]));
    check(D, column).is_none()
        || name(change.old.as_ref(), change.former(&column.name)) == name(change.new.as_ref(), &column.name)
}

fn rebuild(old: &Table, new: &Table, out: &mut Vec<String>) {
    let beside = format!("__new_{}", new.name);
    let (table, fresh) = (quoted(D, &new.name), quoted(D, &beside));
    let keys: Vec<_> = new.foreign_keys.iter().collect();
    out.push(create_table(D, new, &beside, &keys));
    let counted = |t: &Table| t.column(&t.key).is_some_and(Column::counted);
    if counted(old) && counted(new) {
        // Numbers of records that are gone must not be given again.
        let name = |t: &str| crate::ddl::column::text(D, t);
        out.push(format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT {}, seq FROM sqlite_sequence WHERE name = {}",
            name(&beside),
            name(&new.name)
        ));
    }
    let mut notes = String::new();
    let values: Vec<String> = new.columns.iter().map(|c| value(old, c, &mut notes)).collect();
    let names: Vec<&str> = new.columns.iter().map(|c| &*c.name).collect();
    out.push(format!(
        "{notes}INSERT INTO {fresh} ({})\n    SELECT {} FROM {table}",
        list(D, &names),
        values.join(", ")
    ));
    out.push(format!("DROP TABLE {table}"));
    out.push(format!("ALTER TABLE {fresh} RENAME TO {table}"));
    out.extend(separate_indexes(D, new));
    out.extend(triggers(D, new)); // the old one went with its table
}

/// What a column of the new table takes from a row of the old one.
fn value(old: &Table, column: &Column, notes: &mut String) -> String {
    let name = quoted(D, &column.name);
    let Some(before) = old.column(&column.name) else {
        return match &column.default {
            Some(Default::Value(v)) => literal(D, v),
            _ if column.nullable => "NULL".to_owned(),
            _ => {
                let (value, declared) = fill(D, column);
                if !declared {
                    notes.push_str(&format!(
                        "-- EDIT: {value} is what `{}` is in rows that are there already\n",
                        column.name
                    ));
                }
                value
            }
        };
    };
    let value = match conversion(D, &name, before, column) {
        Conversion::By(expression) => expression,
        _ => name,
    };
    match fill(D, column) {
        (fill, true) if before.nullable && !column.nullable => format!("coalesce({value}, {fill})"),
        _ => value,
    }
}

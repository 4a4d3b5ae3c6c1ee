//! Writes and the SQL that each dialect makes of them.
#![allow(clippy::unwrap_used)]

use super::draft::{Added, Draft, Expected, Taken};
use super::text;
use crate::dialect::Dialect;
use crate::stmt::Stmt;
use framewright_core::cx::State;
use framewright_core::descriptor::{FieldDescriptor, Kept, KeyDescriptor, Source};
use framewright_core::query::Deleted;
use framewright_core::{Cx, ResourceDescriptor, Timestamp, Value, Values};
use std::sync::Arc;

static ITEM: ResourceDescriptor = ResourceDescriptor {
    fields: &[
        FieldDescriptor::of::<i64>("id", "").key(),
        FieldDescriptor::of::<String>("name", ""),
        FieldDescriptor::of::<Option<i64>>("n", ""),
        FieldDescriptor::of::<Timestamp>("updated_at", "").kept(),
        FieldDescriptor::of::<Option<Timestamp>>("deleted_at", "").kept(),
        FieldDescriptor::of::<i64>("version", "").kept(),
    ],
    uniques: &[KeyDescriptor::of(&[1])],
    kept: Kept { updated_at: Some(3), deleted_at: Some(4), version: Some(5), ..Kept::NONE },
    ..ResourceDescriptor::of(
        "Item",
        "item",
        "items",
        Source { file: file!(), line: line!(), module: module_path!() },
    )
};

fn given(of: &[(u16, Value)]) -> Values {
    let mut values = Values::of(&ITEM);
    of.iter().for_each(|(index, value)| values.set(*index, value.clone()));
    values
}

/// The statement as SQLite writes it: numbers and quotes differ, and MySQL answers with no row.
fn alike(dialect: Dialect, stmt: &Stmt) -> String {
    let all = r#" RETURNING "id", "name", "n", "updated_at", "deleted_at", "version""#;
    let mut sql = stmt.text.sql().replace('`', "\"");
    if dialect == Dialect::Postgres {
        for n in (1..=stmt.binds.len()).rev() {
            sql = sql.replace(&format!("${n}"), "?");
        }
    }
    assert_eq!(sql.matches('?').count(), stmt.binds.len(), "{sql}");
    let silent = dialect == Dialect::Mysql && !sql.starts_with("DELETE");
    sql.replace(all, " …") + if silent { " …" } else { "" }
}

#[test]
fn every_write_is_one_statement_and_alike_on_every_database() {
    let cx = Cx::new(Arc::new(State::default()));
    let new = || given(&[(0, Value::I64(1)), (1, Value::Text("a".into())), (2, Value::I64(2))]);
    let change = || given(&[(2, Value::I64(3))]);
    let at = |version| Expected::Version(version);
    let key = || Value::I64(1);
    for dialect in Dialect::ALL {
        let say = |stmt: Stmt| alike(dialect, &stmt);
        let insert = r#"INSERT INTO "items" ("id", "name", "n", "updated_at", "deleted_at", "version") VALUES (?, ?, ?, ?, ?, ?)"#;
        assert_eq!(say(text::insert(dialect, &Draft::create(&cx, &ITEM, new()))), format!("{insert} …"));

        let update = |expected| text::update(dialect, &Draft::update(&cx, &ITEM, key(), change(), expected));
        let set = r#"UPDATE "items" SET "n" = ?, "updated_at" = ?, "version" = "version" + 1 WHERE "id" = ?"#;
        assert_eq!(say(update(Expected::Any)), format!(r#"{set} AND "deleted_at" IS NULL …"#));
        assert_eq!(say(update(at(4))), format!(r#"{set} AND "deleted_at" IS NULL AND "version" = ? …"#));
        assert_eq!(update(at(4)).binds.last().map(|b| &b.value), Some(&Value::I64(4)));
        for (deleted, state) in [(Deleted::With, ""), (Deleted::Only, r#" AND "deleted_at" IS NOT NULL"#)] {
            let mut draft = Draft::update(&cx, &ITEM, key(), change(), Expected::Any);
            draft.deleted = deleted;
            assert_eq!(say(text::update(dialect, &draft)), format!("{set}{state} …"));
        }

        let mark = r#"UPDATE "items" SET "updated_at" = ?, "deleted_at" = ?, "version" = "version" + 1 WHERE "id" = ?"#;
        let delete = Draft::delete(&cx, &ITEM, key(), at(4));
        let said = say(text::update(dialect, &delete));
        assert_eq!(said, format!(r#"{mark} AND "deleted_at" IS NULL AND "version" = ? …"#));
        let restore = Draft::restore(&cx, &ITEM, key(), Expected::Any);
        assert_eq!(say(text::update(dialect, &restore)), format!(r#"{mark} AND "deleted_at" IS NOT NULL …"#));
        let gone = text::delete(dialect, &Draft::force_delete(&cx, &ITEM, key(), at(4)));
        assert_eq!(say(gone), r#"DELETE FROM "items" WHERE "id" = ? AND "version" = ?"#);

        let mut add = Draft::update(&cx, &ITEM, key(), Values::of(&ITEM), Expected::Any);
        add.touch(&cx);
        add.adds = Some(Added { field: 2, by: Value::I64(1), bounds: (None, Some(Value::I64(9))) });
        let sum = r#"(COALESCE("n", ?) + ?)"#;
        let set = format!(r#"UPDATE "items" SET "n" = {sum}, "updated_at" = ?, "version" = "version" + 1"#);
        let within = format!(r#"{set} WHERE "id" = ? AND "deleted_at" IS NULL AND {sum} <= ? …"#);
        assert_eq!(say(text::update(dialect, &add)), within);

        let mut upsert = Draft::create(&cx, &ITEM, new());
        upsert.taken = Some(Taken { target: vec![1], set: None });
        let leave = match dialect {
            Dialect::Mysql => {
                r#"ON DUPLICATE KEY UPDATE "id" = IF(LAST_INSERT_ID(LENGTH("id") < 0) = 0, "id", "id")"#
            }
            _ => r#"ON CONFLICT ("name") DO NOTHING"#,
        };
        assert_eq!(say(text::insert(dialect, &upsert)), format!("{insert} {leave} …"));
        if dialect != Dialect::Mysql {
            upsert.taken = Some(Taken { target: vec![1], set: Some(vec![2, 3]) });
            let give = r#"ON CONFLICT ("name") DO UPDATE SET "n" = excluded."n", "updated_at" = excluded."updated_at", "deleted_at" = NULL, "version" = "items"."version" + 1"#;
            assert_eq!(say(text::insert(dialect, &upsert)), format!("{insert} {give} …"));
        }
    }
}

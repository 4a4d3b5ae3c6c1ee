//! Queries as a client writes them, and the SQL that each dialect makes of them, side by side in one golden file
//! per dialect. `cargo xtask bless` accepts a change after it was read.
#![allow(clippy::unwrap_used)]

#[path = "../../../core/tests/fixture/mod.rs"]
mod fixture;

use super::{Select, Slice};
use crate::dialect::Dialect;
use crate::load::{self, Related};
use crate::stmt::Stmt;
use fixture::{post, user};
use framewright_core::query::{CursorKey, ListQuery, Page, cursor, params, tree};
use framewright_core::{ResourceDescriptor, Value};
use std::fmt::Write as _;

fn text(stmt: &Stmt) -> String {
    let mut out = stmt.text.sql().to_string();
    if !stmt.binds.is_empty() {
        let shown = |value: &Value| {
            if matches!(value, Value::Uuid(_)) { "Uuid".to_owned() } else { format!("{value:?}") }
        };
        let values: Vec<String> = stmt.binds.iter().map(|b| shown(&b.value)).collect();
        write!(out, "\n  -- {}", values.join(", ")).unwrap();
    }
    if stmt.text.cached || stmt.text.bounded {
        write!(out, "\n  -- cached: {}, bounded: {}", stmt.text.cached, stmt.text.bounded).unwrap();
    }
    out
}

fn list(dialect: Dialect, d: &'static ResourceDescriptor, query: &ListQuery) -> Stmt {
    let order = query.order(d);
    let columns = query.fields.clone().unwrap_or_else(|| vec![0, 1]);
    let select = Select {
        d,
        columns: &columns,
        filter: query.filter.as_ref(),
        order: &order,
        deleted: query.deleted,
        distinct: false,
    };
    super::rows(dialect, &select, Slice::of(&query.page)).unwrap()
}

fn all(dialect: Dialect) -> String {
    let key = CursorKey::new(b"golden");
    let mut out = String::new();
    let mut note = |what: &str, stmt: &Stmt| write!(out, "{what}\n{}\n\n", text(stmt)).unwrap();
    for line in [
        "",
        "filter[title]=a&filter[views][gte]=3",
        "filter[title][contains]=50%25",
        "filter[title][starts_with]=ab",
        "filter[title][ends_with]=ab",
        "filter[title][contains]=",
        "filter[title][in]=a,b&filter[title][nin]=c",
        "filter[title][in]=",
        "filter[price][in]=1.5,2&filter[published_at][lt]=2026-01-01T00:00:00Z",
        "filter[rank][between]=1,9&filter[body][null]=false",
        "filter[author.manager.name]=Ann",
        "filter[comments.body]=x&filter[tags.name]=y",
        "sort=-views&page[size]=5",
        "sort=rank,-body&page[number]=3",
        "with_trashed=only&sort=id",
    ] {
        let pairs = params::split(line).unwrap();
        let query =
            params::list_query(&post, pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())), &key).unwrap();
        note(&format!("?{line}"), &list(dialect, &post, &query));
    }
    for body in [
        r#"{"filter":{"or":[{"field":"hot","value":true},{"not":{"and":[{"field":"views","op":"gt","value":1},{"field":"day","value":"2026-11-20"}]}}]}}"#,
        r#"{"filter":{"and":[]}}"#,
        r#"{"filter":{"or":[]}}"#,
        r#"{"filter":{"not":{"related":"comments","where":{"related":"author","where":{"field":"name","value":"x"}}}}}"#,
    ] {
        note(body, &list(dialect, &post, &tree::list_query(&post, body.as_bytes(), &key).unwrap()));
    }
    for (sort, values) in [
        ("", vec![]),
        ("sort=-title", vec![Value::Text("t".into())]),
        ("sort=title,-views", vec![Value::Text("t".into()), Value::I64(1)]),
        ("sort=rank", vec![Value::I64(1)]),
        ("sort=rank", vec![Value::Null]),
        ("sort=-rank,price", vec![Value::Null, Value::Decimal("1.5".parse().unwrap())]),
    ] {
        let pairs = params::split(sort).unwrap();
        let mut query =
            params::list_query(&post, pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())), &key).unwrap();
        let what = format!("?{sort} after {values:?} and the key");
        let values: Vec<Value> = values.into_iter().chain([Value::Uuid([1; 16])]).collect();
        let cursor = cursor::encode(&key, &post, &query, &values);
        let after = cursor::decode(&key, &post, &query, &cursor);
        query.page = Page::Keyset { after, size: 20 };
        note(&what, &list(dialect, &post, &query));
    }
    let id = Value::Uuid([1; 16]);
    note(
        "a record by key",
        &super::kept::get(dialect, &post, &[0, 1], id.clone(), Default::default()).unwrap(),
    );
    for (owner, name, cap) in [
        (&post, "author", None),
        (&post, "comments", Some(100)),
        (&post, "comments", None),
        (&post, "tags", Some(100)),
        (&user, "profile", Some(100)),
    ] {
        let relation = owner.relation(name).unwrap();
        let related = Related { owner, relation, columns: &[0, 1], cap, whole: false };
        let keys = [id.clone(), Value::Uuid([2; 16]), Value::Uuid([3; 16])];
        note(&format!("relation {name}, cap {cap:?}"), &load::statement(dialect, &related, &keys).unwrap());
    }
    let pairs = params::split("filter[title]=a").unwrap();
    let query = params::list_query(&post, pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())), &key).unwrap();
    note("count", &super::count(dialect, &post, query.filter.as_ref(), query.deleted).unwrap());
    note("exists", &super::exists(dialect, &post, query.filter.as_ref(), query.deleted).unwrap());
    out
}

#[test]
fn sql_of_sqlite() {
    insta::assert_snapshot!(all(Dialect::Sqlite));
}
#[test]
fn sql_of_postgres() {
    insta::assert_snapshot!(all(Dialect::Postgres));
}
#[test]
fn sql_of_mysql() {
    insta::assert_snapshot!(all(Dialect::Mysql));
}

//! `schema apply` and `schema delete`: what they lose only when told, and what the migrations make of that later.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod migrating;

use framewright_core::Kind::*;
use framewright_core::Value;
use framewright_core::descriptor::OnDelete;
use framewright_data::ddl::Schema;
use framewright_data::drift::drift_from;
use framewright_data::migrate::{MakeOptions, MigrationFiles, Migrator, make_for};
use framewright_data::{Database, Dialect};
use migrating::*;
use std::sync::Arc;

fn first() -> Schema {
    schema(vec![table("posts", vec![col("title", Text)])])
}

fn second() -> Schema {
    schema(vec![table("posts", vec![col("title", Text), col("note", Text).null()])])
}

on_each! {
    losing => values_get_lost_with_force_only;
    typed => a_type_that_somebody_changed_stays_under_rows;
    put_right => what_is_gone_comes_back;
    production => production_is_told_twice;
    forgotten => a_deleted_table_is_forgotten;
    recorded => the_drop_of_a_deleted_table_is_only_recorded;
}

/// What is declared, made and with rows in it.
async fn filled(url: &str, declared: &Schema) -> (Arc<Database>, Migrator) {
    let database = connect(url).await;
    let migrator = Migrator::new(database.clone(), MigrationFiles::default());
    migrator.apply_to(declared).await.unwrap();
    fill(&database, declared).await;
    (database, migrator)
}

async fn values_get_lost_with_force_only(_: Dialect, url: &str) {
    let database = connect(url).await;
    let migrator = Migrator::new(database.clone(), MigrationFiles::default());
    assert_eq!(migrator.apply_to(&second()).await.unwrap().changes, ["posts: is created"]);
    fill(&database, &second()).await;
    for error in [
        migrator.apply_to(&first()).await.unwrap_err(),
        migrator.pretend_apply_to(&first()).await.unwrap_err(),
    ] {
        assert_eq!(error.code(), "migrate.refused");
        assert!(error.hint_text().unwrap().contains("`schema apply --force`"), "{}", cause(&error));
    }
    assert!(drift_from(&database, &second()).await.unwrap().is_empty(), "nothing happened");
    let forced = migrator.production(false, true);
    let pretended = forced.pretend_apply_to(&first()).await.unwrap();
    assert_eq!(pretended.iter().map(|p| p.what).collect::<Vec<_>>(), ["change"]);
    let applied = forced.apply_to(&first()).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert_eq!((applied.changes, applied.left.is_empty()), (vec!["posts: drops note".to_owned()], true));
    assert_eq!(rows(&database, "SELECT 'x' FROM posts").await.len(), 3);
    // No force makes a key of another type.
    let mut other = first();
    other.tables[0].columns[0] = col("id", I64);
    assert_eq!(forced.apply_to(&other).await.unwrap_err().code(), "migrate.refused");
}

async fn a_type_that_somebody_changed_stays_under_rows(dialect: Dialect, url: &str) {
    let declared = schema(vec![table("posts", vec![col("n", I32).value(Value::I64(1))])]);
    let (database, migrator) = filled(url, &declared).await;
    let others = match dialect {
        Dialect::Postgres => {
            "ALTER TABLE posts ALTER COLUMN n TYPE bigint; ALTER TABLE posts ALTER COLUMN n SET DEFAULT 2"
        }
        Dialect::Mysql => "ALTER TABLE posts MODIFY COLUMN n BIGINT NOT NULL DEFAULT 2",
        Dialect::Sqlite => {
            "DROP TABLE posts; CREATE TABLE posts (id BLOB NOT NULL PRIMARY KEY, n REAL NOT NULL DEFAULT 1) STRICT; \
             INSERT INTO posts VALUES (X'01', 2.5)"
        }
    };
    database.batch(others).await.unwrap();
    let applied = migrator.apply_to(&declared).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert!(applied.changes.is_empty() && !applied.is_complete(), "{applied:?}");
    assert!(applied.left.differences.iter().any(|d| d.what == "type"), "{applied:?}");
    let forced = migrator.production(false, true).apply_to(&declared).await.unwrap();
    if dialect == Dialect::Sqlite {
        assert!(!forced.is_complete(), "SQLite changes no type in place: {forced:?}");
        return;
    }
    assert!(forced.is_complete() && forced.left.is_empty(), "{forced:?}");
    assert!(forced.changes.iter().any(|c| c.starts_with("posts: changes the type of n from")), "{forced:?}");
}

async fn what_is_gone_comes_back(dialect: Dialect, url: &str) {
    let declared = schema(vec![
        table("users", vec![col("name", Text)]),
        table(
            "posts",
            vec![
                col("title", Text).null(),
                col("note", Text).null().unbounded(),
                col("n", I32).value(Value::I64(1)),
                col("user_id", Uuid),
            ],
        )
        .fk("user_id", "users", OnDelete::Cascade)
        .unique(&["title"])
        .index(&["n"])
        .kept("updated_at", Some("version")),
    ]);
    let (database, migrator) = filled(url, &declared).await;
    let others = match dialect {
        Dialect::Postgres => {
            "DROP TRIGGER tr_posts_touch ON posts; DROP INDEX ix_posts_n; ALTER TABLE posts DROP CONSTRAINT uq_posts_title; \
             ALTER TABLE posts ALTER COLUMN n DROP NOT NULL; ALTER TABLE posts ALTER COLUMN n SET DEFAULT 2; \
             ALTER TABLE posts DROP CONSTRAINT fk_posts_user_id; ALTER TABLE posts DROP COLUMN note"
        }
        Dialect::Mysql => {
            "DROP TRIGGER tr_posts_touch; ALTER TABLE posts DROP INDEX ix_posts_n; ALTER TABLE posts DROP INDEX uq_posts_title; \
             ALTER TABLE posts MODIFY COLUMN n INT NULL DEFAULT 2; ALTER TABLE posts DROP FOREIGN KEY fk_posts_user_id; \
             ALTER TABLE posts DROP COLUMN note"
        }
        Dialect::Sqlite => {
            "DROP TRIGGER tr_posts_touch; DROP INDEX ix_posts_n; DROP INDEX uq_posts_title; ALTER TABLE posts DROP COLUMN note"
        }
    };
    database.batch(others).await.unwrap();
    let pretended = migrator.pretend_apply_to(&declared).await.unwrap();
    assert_eq!(pretended.iter().map(|p| p.what).collect::<Vec<_>>(), ["repair"]);
    let applied = migrator.apply_to(&declared).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert!(applied.left.is_empty(), "{:#?}", applied.left.lines());
    for change in [
        "posts: adds column note",
        "posts: adds unique uq_posts_title (title)",
        "posts: adds trigger tr_posts_touch",
    ] {
        assert!(applied.changes.iter().any(|c| c.starts_with(change)), "{change}: {:#?}", applied.changes);
    }
    assert_eq!(rows(&database, "SELECT 'x' FROM posts").await.len(), 3);
    assert_eq!(migrator.apply_to(&declared).await.unwrap().changes, Vec::<String>::new());
    // What does not fit the rows stops it, and says so.
    let key = match dialect {
        Dialect::Postgres => {
            "ALTER TABLE posts DROP CONSTRAINT uq_posts_title; UPDATE posts SET title = 'same'"
        }
        Dialect::Mysql => "ALTER TABLE posts DROP INDEX uq_posts_title; UPDATE posts SET title = 'same'",
        Dialect::Sqlite => "DROP INDEX uq_posts_title; UPDATE posts SET title = 'same'",
    };
    database.batch(key).await.unwrap();
    let error = migrator.apply_to(&declared).await.unwrap_err();
    assert_eq!(error.code(), "migrate.failed");
    assert!(error.hint_text().unwrap().contains("run `schema apply` again"), "{}", cause(&error));
}

async fn production_is_told_twice(dialect: Dialect, url: &str) {
    let directory = folder("apply_production");
    make_for(&directory, &first(), &MakeOptions::default()).unwrap();
    let database = connect(url).await;
    let files = || MigrationFiles::in_directory(&directory, dialect).unwrap();
    let migrator = |force| Migrator::new(database.clone(), files()).production(true, force);
    let error = migrator(false).apply_to(&second()).await.unwrap_err();
    assert_eq!(error.code(), "migrate.production");
    assert!(error.hint_text().unwrap().contains("`migrate make`"), "{}", cause(&error));
    assert!(live(&database).await.is_empty(), "nothing happened");
    let what: Vec<&str> =
        migrator(false).pretend_apply_to(&second()).await.unwrap().iter().map(|p| p.what).collect();
    assert_eq!(what, ["up", "change"]);
    let applied = migrator(true).apply_to(&second()).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert_eq!(applied.changes, ["0001_create_posts", "posts: adds note"]);
    // A program that is older than the database takes nothing back.
    let old = Migrator::new(database.clone(), MigrationFiles::default()).production(true, true);
    assert_eq!(old.apply_to(&first()).await.unwrap_err().code(), "migrate.missing");
    assert_eq!(migrator(false).delete("posts", &[]).await.unwrap_err().code(), "migrate.production");
}

async fn a_deleted_table_is_forgotten(_: Dialect, url: &str) {
    let both = schema(vec![table("old", vec![col("name", Text)]), table("posts", vec![col("title", Text)])]);
    let database = connect(url).await;
    let migrator = Migrator::new(database.clone(), MigrationFiles::default());
    migrator.develop_to(&both).await.unwrap();
    fill(&database, &both).await;
    assert_eq!(migrator.develop_to(&first()).await.unwrap_err().code(), "migrate.refused", "it has rows");
    let error = migrator.delete("old", &[]).await.unwrap_err();
    assert_eq!(error.code(), "refused.not_confirmed");
    let pretended = migrator.pretend_delete("old", &[]).await.unwrap();
    assert!(pretended[0].sql.starts_with("DROP TABLE ") && pretended[0].what == "drop", "{pretended:?}");
    let forced = migrator.clone().production(false, true);
    assert_eq!(forced.delete("odl", &[]).await.unwrap_err().hint_text(), Some("did you mean `old`?"));
    forced.delete("old", &[]).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert!(drift_from(&database, &first()).await.unwrap().is_empty());
    assert_eq!(migrator.develop_to(&first()).await.unwrap(), Vec::<String>::new(), "nothing looks for it");
    assert_eq!(migrator.develop_to(&both).await.unwrap(), ["old: is created"], "and it can come back");
    // Where somebody has dropped it already, there is only the note to take away.
    database.batch("DROP TABLE old").await.unwrap();
    forced.delete("old", &[]).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert_eq!(migrator.develop_to(&first()).await.unwrap(), Vec::<String>::new());
}

async fn the_drop_of_a_deleted_table_is_only_recorded(dialect: Dialect, url: &str) {
    let both = schema(vec![table("old", vec![col("name", Text)]), table("posts", vec![col("title", Text)])]);
    let directory = folder("apply_recorded");
    let database = connect(url).await;
    let migrator = || {
        let files = MigrationFiles::in_directory(&directory, dialect).unwrap();
        Migrator::new(database.clone(), files).production(false, true)
    };
    make_for(&directory, &both, &MakeOptions::default()).unwrap();
    migrator().up(None).await.unwrap();
    migrator().delete("old", &[]).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    let approve = MakeOptions { approve: vec!["drop:old".to_owned()], ..MakeOptions::default() };
    make_for(&directory, &first(), &approve).unwrap();
    let recorded = migrator().pretend_up(None).await.unwrap();
    assert_eq!((recorded.len(), recorded[0].what, &*recorded[0].sql), (1, "record", ""));
    migrator().up(None).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert!(migrator().status().await.unwrap().is_clean());
    assert!(drift_from(&database, &first()).await.unwrap().is_empty());
}

//! Development, which changes the schema by itself, and what others do to it: drift, raw SQL, rows that fit no more.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod migrating;

use framewright_core::Kind::*;
use framewright_core::cx::State;
use framewright_core::{Cx, Value};
use framewright_data::CxData;
use framewright_data::Dialect;
use framewright_data::ddl::Schema;
use framewright_data::drift::drift_from;
use framewright_data::migrate::{MakeOptions, MigrationFiles, Migrator, make_for, repair};
use migrating::*;
use std::path::Path;
use std::sync::Arc;

fn first() -> Schema {
    schema(vec![table("posts", vec![col("title", Text)])])
}

fn second() -> Schema {
    schema(vec![table("posts", vec![col("title", Text), col("note", Text).null()])])
}

fn make(directory: &Path, schema: &Schema) {
    make_for(directory, schema, &MakeOptions::default()).unwrap();
}

fn files(directory: &Path, dialect: Dialect) -> MigrationFiles {
    MigrationFiles::in_directory(directory, dialect).unwrap()
}

on_each! {
    developing => development_applies_the_difference;
    adopting => a_migration_that_development_has_applied_is_recorded;
    losing => development_refuses_to_lose_values;
    by_hand => a_table_dropped_by_hand_stops_nothing;
    drifting => drift_finds_what_others_did;
    way_back => the_way_back_begins_where_the_files_end;
    repairing => drift_sees_triggers_and_says_what_repairs;
    touching => raw_sql_keeps_updated_at_and_version_right;
    diesel_too => raw_diesel_keeps_updated_at_and_version_right;
    dangling => a_foreign_key_that_does_not_hold_stops_the_migration;
}

async fn development_applies_the_difference(dialect: Dialect, url: &str) {
    let database = connect(url).await;
    let migrator = Migrator::new(database.clone(), MigrationFiles::default());
    let done = migrator.develop_to(&first()).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert_eq!(done, ["posts: is created"]);
    assert_eq!(migrator.develop_to(&first()).await.unwrap(), Vec::<String>::new());
    fill(&database, &first()).await;
    let done =
        migrator.develop_to(&second()).await.unwrap_or_else(|e| panic!("{}: {}", dialect.name(), cause(&e)));
    assert_eq!(done, ["posts: adds note"]);
    assert!(drift_from(&database, &second()).await.unwrap().is_empty());
    assert_eq!(rows(&database, "SELECT 'x' FROM posts").await.len(), 3);
    let other = schema(vec![table("users", vec![col("name", Text)])]);
    database.batch("CREATE TABLE users (id INTEGER NOT NULL)").await.unwrap();
    database.batch("DELETE FROM __framewright_schema").await.unwrap();
    let error = migrator.develop_to(&other).await.unwrap_err();
    assert_eq!(error.code(), "migrate.unknown_schema");
    assert!(error.message().contains("`users`"));
}

async fn a_migration_that_development_has_applied_is_recorded(dialect: Dialect, url: &str) {
    let directory = folder("adopt");
    make(&directory, &first());
    let database = connect(url).await;
    let migrator = || Migrator::new(database.clone(), files(&directory, dialect));
    assert_eq!(migrator().develop_to(&first()).await.unwrap(), ["0001_create_posts"]);
    fill(&database, &first()).await;
    assert_eq!(migrator().develop_to(&second()).await.unwrap(), ["posts: adds note"]);
    // What was tried out becomes a migration, which this database has by now and the next one has not.
    make(&directory, &second());
    assert_eq!(migrator().up(None).await.unwrap(), ["0002_add_note_to_posts"]);
    assert!(migrator().status().await.unwrap().is_clean());
    assert!(drift_from(&database, &second()).await.unwrap().is_empty());
    assert_eq!(rows(&database, "SELECT 'x' FROM posts").await.len(), 3);
    // Another change that development tried, and a migration that does something else.
    let third = schema(vec![table(
        "posts",
        vec![col("title", Text), col("note", Text).null(), col("n", I32).null()],
    )]);
    let other = schema(vec![table(
        "posts",
        vec![col("title", Text), col("note", Text).null(), col("m", I32).null()],
    )]);
    migrator().develop_to(&third).await.unwrap();
    make(&directory, &other);
    assert_eq!(migrator().up(None).await.unwrap_err().code(), "migrate.diverged");
}

async fn development_refuses_to_lose_values(_: Dialect, url: &str) {
    let database = connect(url).await;
    let migrator = Migrator::new(database.clone(), MigrationFiles::default());
    migrator.develop_to(&second()).await.unwrap();
    migrator.develop_to(&first()).await.unwrap_or_else(|e| panic!("no rows, nothing to lose: {}", cause(&e)));
    migrator.develop_to(&second()).await.unwrap();
    fill(&database, &second()).await;
    let error = migrator.develop_to(&first()).await.unwrap_err();
    assert_eq!(error.code(), "migrate.refused");
    assert!(
        error.message().contains("`posts.note` is dropped with all of its values"),
        "{}",
        error.message()
    );
    assert!(error.hint_text().unwrap().contains("db reset"));
    assert!(drift_from(&database, &second()).await.unwrap().is_empty(), "nothing happened");
    let mut approved = first();
    approved.tables[0].breaking = Some("notes moved elsewhere".into());
    migrator.develop_to(&approved).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert!(drift_from(&database, &first()).await.unwrap().is_empty());
    // The reason is spent: what comes next is refused again.
    let mut next = schema(vec![table("posts", vec![])]);
    next.tables[0].breaking.clone_from(&approved.tables[0].breaking);
    assert_eq!(migrator.develop_to(&next).await.unwrap_err().code(), "migrate.refused");
}

async fn a_table_dropped_by_hand_stops_nothing(_: Dialect, url: &str) {
    let database = connect(url).await;
    let migrator = Migrator::new(database.clone(), MigrationFiles::default());
    let two = schema(vec![table("posts", vec![col("title", Text)]), table("tags", vec![col("title", Text)])]);
    let wider = schema(vec![
        table("posts", vec![col("title", Text), col("note", Text).null()]),
        table("tags", vec![col("title", Text)]),
    ]);
    migrator.develop_to(&two).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    fill(&database, &two).await;
    let mut admin = database.admin().await.unwrap();
    admin.script("DROP TABLE tags").await.unwrap();
    drop(admin);
    // Its resource is still there: it is made anew with the next change, and that is what is announced.
    let pretended = migrator.pretend_apply_to(&wider).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert_eq!(pretended.iter().map(|p| p.what).collect::<Vec<_>>(), ["change"], "{pretended:?}");
    assert!(pretended[0].sql.contains("CREATE TABLE"), "{pretended:?}");
    let done = migrator.develop_to(&wider).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert!(done.contains(&"tags: is created".to_owned()), "{done:?}");
    assert!(drift_from(&database, &wider).await.unwrap().is_empty());
    let mut admin = database.admin().await.unwrap();
    admin.script("DROP TABLE tags").await.unwrap();
    drop(admin);
    // Its resource is gone too: there is nothing to drop.
    let pretended = migrator.pretend_apply_to(&second()).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert!(pretended.is_empty(), "{pretended:?}");
    migrator.develop_to(&second()).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert!(drift_from(&database, &second()).await.unwrap().is_empty());
    assert_eq!(rows(&database, "SELECT 'x' FROM posts").await.len(), 3);
}

async fn the_way_back_begins_where_the_files_end(dialect: Dialect, url: &str) {
    let directory = folder("way_back");
    make(&directory, &first());
    let database = connect(url).await;
    let migrator = || Migrator::new(database.clone(), files(&directory, dialect));
    migrator().develop_to(&second()).await.unwrap();
    fill(&database, &second()).await;
    for error in [
        migrator().down(1).await.unwrap_err(),
        migrator().redo(1).await.unwrap_err(),
        migrator().pretend_down(1).await.unwrap_err(),
    ] {
        assert_eq!(error.code(), "migrate.diverged");
    }
    assert_eq!(rows(&database, "SELECT 'x' FROM posts").await.len(), 3);
    make(&directory, &second());
    let recorded = migrator().pretend_up(None).await.unwrap();
    assert_eq!((recorded[0].what, &*recorded[0].sql), ("record", ""));
    migrator().up(None).await.unwrap();
    // Every file of a migration counts, and an edit that is meant can be taken, on the way back too.
    let down = directory.join(dialect.name()).join("0002_add_note_to_posts/down.sql");
    let text = std::fs::read_to_string(&down).unwrap();
    std::fs::write(&down, format!("{text}\n-- a word more\n")).unwrap();
    assert_eq!(migrator().status().await.unwrap().migrations[1].state, "edited");
    assert_eq!(migrator().down(1).await.unwrap_err().code(), "migrate.edited");
    assert_eq!(migrator().accept_edits(true).down(1).await.unwrap(), ["0002_add_note_to_posts"]);
    assert!(drift_from(&database, &first()).await.unwrap().is_empty());
}

async fn drift_sees_triggers_and_says_what_repairs(dialect: Dialect, url: &str) {
    let declared = schema(vec![
        table("posts", vec![col("title", Text).length(1, 90), col("n", I32).value(Value::I64(1))])
            .index(&["n"])
            .unique(&["title"])
            .kept("updated_at", Some("version")),
        table("gone", vec![]).kept("updated_at", Some("version")),
    ]);
    let database = connect(url).await;
    Migrator::new(database.clone(), MigrationFiles::default()).develop_to(&declared).await.unwrap();
    let on = if dialect == Dialect::Postgres { " ON posts" } else { "" };
    let mut others =
        format!("DROP TRIGGER tr_posts_touch{on}; DROP TABLE gone; CREATE TABLE strange (id int);");
    others.push_str(match dialect {
        Dialect::Postgres => {
            "ALTER TABLE posts ALTER COLUMN n TYPE bigint; ALTER TABLE posts ALTER COLUMN n SET DEFAULT 2; \
             DROP INDEX ix_posts_n; ALTER TABLE posts DROP CONSTRAINT uq_posts_title; \
             ALTER TABLE posts DROP CONSTRAINT ck_posts_title; \
             ALTER TABLE posts ADD CONSTRAINT ck_posts_title CHECK (title <> '') NOT VALID"
        }
        Dialect::Mysql => {
            "ALTER TABLE posts MODIFY COLUMN n BIGINT NULL DEFAULT 2; ALTER TABLE posts DROP INDEX ix_posts_n; \
             ALTER TABLE posts DROP INDEX uq_posts_title; ALTER TABLE posts DROP CONSTRAINT ck_posts_title"
        }
        Dialect::Sqlite => "DROP INDEX ix_posts_n; DROP INDEX uq_posts_title",
    });
    database.batch(&others).await.unwrap();
    let drift = drift_from(&database, &declared).await.unwrap();
    assert!(
        drift.lines().contains(&"posts.tr_posts_touch: the trigger is missing".to_owned()),
        "{:?}",
        drift.lines()
    );
    let sql = repair(dialect, &declared, &drift);
    assert!(
        sql.iter().any(|s| s.starts_with("-- not declared: DROP TABLE") && s.contains("strange")),
        "{sql:#?}"
    );
    for statement in sql.iter().filter(|s| !s.starts_with("-- not declared")) {
        database.batch(statement).await.unwrap_or_else(|e| panic!("{statement}: {}", cause(&e)));
    }
    database.batch("DROP TABLE strange").await.unwrap();
    let left = drift_from(&database, &declared).await.unwrap().lines();
    assert!(left.is_empty(), "{left:#?}");
}

async fn drift_finds_what_others_did(dialect: Dialect, url: &str) {
    let declared = schema(vec![
        table("users", vec![col("name", Text)]),
        table(
            "posts",
            vec![col("title", Text).length(1, 90), col("n", I32).value(Value::I64(1)), col("user_id", Uuid)],
        )
        .fk("user_id", "users", framewright_core::descriptor::OnDelete::Cascade)
        .unique(&["title"]),
        table("gone", vec![]),
    ]);
    let database = connect(url).await;
    Migrator::new(database.clone(), MigrationFiles::default()).develop_to(&declared).await.unwrap();
    assert!(drift_from(&database, &declared).await.unwrap().is_empty());
    let others = match dialect {
        Dialect::Postgres => {
            "ALTER TABLE posts ADD COLUMN extra text; ALTER TABLE posts ALTER COLUMN n TYPE bigint; \
             ALTER TABLE posts ALTER COLUMN n DROP NOT NULL; ALTER TABLE posts ALTER COLUMN n SET DEFAULT 2; \
             DROP INDEX ix_posts_user_id; ALTER TABLE posts DROP CONSTRAINT fk_posts_user_id; \
             ALTER TABLE posts DROP CONSTRAINT uq_posts_title; ALTER TABLE posts DROP CONSTRAINT ck_posts_title; \
             CREATE INDEX ix_other ON users (name); DROP TABLE gone; CREATE TABLE strange (id int)"
        }
        Dialect::Mysql => {
            "ALTER TABLE posts ADD COLUMN extra TEXT; ALTER TABLE posts MODIFY COLUMN n BIGINT NULL DEFAULT 2; \
             ALTER TABLE posts DROP FOREIGN KEY fk_posts_user_id; ALTER TABLE posts DROP INDEX ix_posts_user_id; \
             ALTER TABLE posts DROP INDEX uq_posts_title; ALTER TABLE posts DROP CONSTRAINT ck_posts_title; \
             CREATE INDEX ix_other ON users (name); DROP TABLE gone; CREATE TABLE strange (id int)"
        }
        Dialect::Sqlite => {
            "DROP TABLE posts; CREATE TABLE posts (id BLOB NOT NULL PRIMARY KEY, title TEXT NOT NULL, n REAL DEFAULT 2, \
             user_id BLOB NOT NULL, extra TEXT) STRICT; CREATE INDEX ix_other ON users (name); DROP TABLE gone; \
             CREATE TABLE strange (id INTEGER)"
        }
    };
    database.batch(others).await.unwrap();
    let drift = drift_from(&database, &declared).await.unwrap();
    let found: Vec<String> =
        drift.differences.iter().map(|d| format!("{} {} {}", d.what, d.table, d.name)).collect();
    for expected in [
        "column posts extra",
        "type posts n",
        "null posts n",
        "default posts n",
        "index posts ix_posts_user_id",
        "foreign_key posts fk_posts_user_id",
        "unique posts uq_posts_title",
        "index users ix_other",
        "table gone ",
        "table strange ",
    ] {
        assert!(found.contains(&expected.to_owned()), "{expected} is not among {found:#?}");
    }
    assert!(found.contains(&"check posts ck_posts_title".to_owned()), "{found:#?}");
    assert_eq!(drift.to_json()["drift"], true);
    assert_eq!(drift.lines().len(), drift.differences.len());
}

async fn raw_sql_keeps_updated_at_and_version_right(dialect: Dialect, url: &str) {
    let ours = connect(url).await;
    // On PostgreSQL our own connections are known by their name: this is anybody else.
    let theirs = match dialect {
        Dialect::Postgres => connect(&format!("{url}?application_name=psql")).await,
        _ => ours.clone(),
    };
    let title = || col("title", Text);
    let stages = [
        schema(vec![
            table("posts", vec![title()]).kept("updated_at", Some("version")),
            table("tags", vec![title()]).kept("updated_at", None),
        ]),
        // A table and its columns get other names …
        schema(vec![
            {
                let mut t = table("articles", vec![title(), col("note", Text)])
                    .was("posts")
                    .kept("changed_at", Some("revision"));
                for (name, former) in [("changed_at", "updated_at"), ("revision", "version")] {
                    let column = t.columns.iter_mut().find(|c| c.name == name).unwrap();
                    column.renamed_from = Some(former.into());
                }
                t
            },
            table("tags", vec![title().max(90)]).kept("updated_at", None),
        ]),
    ];
    let migrator = Migrator::new(ours.clone(), MigrationFiles::default());
    for (stage, now) in stages.iter().enumerate() {
        let mut approved = now.clone();
        approved.tables.iter_mut().for_each(|t| t.breaking = Some(format!("stage {stage}")));
        migrator.develop_to(&approved).await.unwrap_or_else(|e| panic!("{}: {}", dialect.name(), cause(&e)));
        assert_eq!(drift_from(&ours, now).await.unwrap().lines(), Vec::<String>::new());
        if stage == 0 {
            fill(&ours, now).await;
        }
        let posts = now.tables.iter().find(|t| t.version.is_some()).unwrap();
        let (at, version) = (posts.updated_at.clone().unwrap(), posts.version.clone().unwrap());
        let state = async |table: &str, column: &str| {
            values(&ours, table, &["id".to_owned(), column.to_owned()]).await
        };
        let before = (
            state(&posts.name, &at).await,
            state(&posts.name, &version).await,
            state("tags", "updated_at").await,
        );
        theirs.batch(&format!("UPDATE {} SET title = 'raw-{stage}'", posts.name)).await.unwrap();
        theirs.batch(&format!("UPDATE tags SET title = 'raw-{stage}'")).await.unwrap();
        let after = (
            state(&posts.name, &at).await,
            state(&posts.name, &version).await,
            state("tags", "updated_at").await,
        );
        assert_ne!(before.0, after.0, "{at} on {}", dialect.name());
        assert_ne!(before.1, after.1, "{version} on {}", dialect.name());
        assert_eq!(before.2 == after.2, dialect == Dialect::Sqlite, "updated_at alone on {}", dialect.name());
        // Whoever sets them has the last word.
        let set = if dialect == Dialect::Sqlite { "7" } else { "'2020-01-01 00:00:00'" };
        ours.batch(&format!("UPDATE {} SET {version} = {version} + 1, {at} = {set}", posts.name))
            .await
            .unwrap();
        let count = rows(&ours, &format!("SELECT 'x' FROM {} WHERE {at} = {set}", posts.name)).await.len();
        assert_eq!(count, 3);
    }
}

async fn raw(cx: &Cx, dialect: Dialect, sql: String) -> framewright_core::Result<()> {
    match dialect {
        Dialect::Sqlite => {
            cx.diesel_sqlite(move |c| diesel::connection::SimpleConnection::batch_execute(c, &sql)).await
        }
        #[cfg(feature = "postgres")]
        Dialect::Postgres => {
            cx.diesel_postgres(async |c| diesel_async::SimpleAsyncConnection::batch_execute(c, &sql).await)
                .await
        }
        #[cfg(feature = "mysql")]
        Dialect::Mysql => {
            cx.diesel_mysql(async |c| diesel_async::SimpleAsyncConnection::batch_execute(c, &sql).await).await
        }
        #[cfg(not(all(feature = "postgres", feature = "mysql")))]
        other => unreachable!("{other:?} is not compiled in"),
    }
}

/// What the application says in raw Diesel is raw SQL too, inside a transaction and outside.
async fn raw_diesel_keeps_updated_at_and_version_right(dialect: Dialect, url: &str) {
    let database = connect(url).await;
    let state = Arc::new(State::default());
    state.insert(database.clone());
    let cx = Cx::new(state);
    let now = schema(vec![
        table("posts", vec![col("title", Text)]).kept("updated_at", Some("version")),
        table("tags", vec![col("title", Text)]).kept("updated_at", None),
    ]);
    Migrator::new(database.clone(), MigrationFiles::default()).develop_to(&now).await.unwrap();
    fill(&database, &now).await;
    let kept = async || {
        let mut all = Vec::new();
        for (table, column) in [("posts", "version"), ("posts", "updated_at"), ("tags", "updated_at")] {
            all.push(values(&database, table, &[column.to_owned()]).await);
        }
        all
    };
    let mut before = kept().await;
    for inside in [false, true] {
        for table in ["posts", "tags"] {
            let sql = format!("UPDATE {table} SET title = 'raw-{inside}'");
            if inside {
                cx.transaction(async |cx| raw(cx, dialect, sql.clone()).await).await.unwrap();
            } else {
                raw(&cx, dialect, sql).await.unwrap();
            }
        }
        let after = kept().await;
        let changed: Vec<bool> = before.iter().zip(&after).map(|(b, a)| b != a).collect();
        assert_eq!(changed, [true, true, dialect != Dialect::Sqlite], "{} {inside}", dialect.name());
        before = after;
    }
    if dialect == Dialect::Postgres {
        let name = rows(
            &database,
            "SELECT DISTINCT application_name::text FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'",
        )
        .await;
        assert_eq!(name, [[Some("framewright".to_owned())]], "the name is given back");
    }
}

async fn a_foreign_key_that_does_not_hold_stops_the_migration(dialect: Dialect, url: &str) {
    let database = connect(url).await;
    let loose = |key: bool| {
        let posts = table("posts", vec![col("user_id", Uuid)]);
        let posts = if key {
            posts.fk("user_id", "users", framewright_core::descriptor::OnDelete::Restrict)
        } else {
            posts
        };
        schema(vec![table("users", vec![col("name", Text)]), posts])
    };
    let migrator = Migrator::new(database.clone(), MigrationFiles::default());
    migrator.develop_to(&loose(false)).await.unwrap();
    fill(&database, &loose(false)).await;
    database.batch("DELETE FROM users").await.unwrap();
    let error = migrator.develop_to(&loose(true)).await.unwrap_err();
    assert_eq!(error.code(), "migrate.failed", "{}", cause(&error));
    if dialect != Dialect::Mysql {
        assert!(drift_from(&database, &loose(false)).await.unwrap().is_empty(), "nothing of it is applied");
    }
    assert_eq!(rows(&database, "SELECT 'x' FROM posts").await.len(), 3, "no row is lost");
}

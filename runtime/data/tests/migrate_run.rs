//! The runner: eight processes at once, failures in the middle, edited files, the way back, production, development.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod migrating;

use framewright_core::Kind::*;
use framewright_core::Value;
use framewright_data::Dialect;
use framewright_data::ddl::Schema;
use framewright_data::drift::drift_from;
use framewright_data::migrate::{
    Event, MakeOptions, Migration, MigrationFiles, Migrator, Plan, dangers, make_for, refusal, snapshot,
};
use migrating::*;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

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

fn script(name: &str, up: &str) -> Migration {
    Migration { name: name.into(), up: up.into(), down: Some("SELECT 1".into()), transaction: true }
}

/// Runs a test on each database that is there.
macro_rules! on_each {
    ($($name:ident => $test:ident;)*) => {$(
        mod $name {
            use super::*;
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                on(Dialect::Sqlite).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                on(Dialect::Postgres).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn mysql() {
                on(Dialect::Mysql).await;
            }
            async fn on(dialect: Dialect) {
                let Some(url) = url(dialect, stringify!($name)).await else { return };
                $test(dialect, &url).await;
                drop_database(&url).await;
            }
        }
    )*};
}
on_each! {
    eight => eight_processes_apply_once;
    failing => a_failure_says_what_is_applied_and_goes_on;
    killed => a_killed_run_goes_on;
    edited => an_edited_file_is_found;
    forth_and_back => up_down_redo_fresh_status;
    developing => development_applies_the_difference;
    adopting => a_migration_that_development_has_applied_is_recorded;
    losing => development_refuses_to_lose_values;
    drifting => drift_finds_what_others_did;
    touching => raw_sql_keeps_updated_at_and_version_right;
    dangling => a_foreign_key_that_does_not_hold_stops_the_migration;
}

/// The child of the test below: migrates the database that the environment names.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_migrates() {
    let (Ok(url), Ok(directory)) = (std::env::var("MIGRATE_CHILD_URL"), std::env::var("MIGRATE_CHILD_DIR"))
    else {
        return;
    };
    let database = connect(&url).await;
    let files = files(Path::new(&directory), database.dialect());
    let done = Migrator::new(database, files).up(None).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    println!("applied={}", done.len());
}

async fn eight_processes_apply_once(dialect: Dialect, url: &str) {
    let directory = folder("eight");
    make(&directory, &first());
    make(&directory, &second());
    // One more that would fail the second time, on a database that gives it time to be run twice.
    let extra = directory.join(dialect.name()).join("0003_count");
    std::fs::create_dir_all(&extra).unwrap();
    let id = if dialect == Dialect::Postgres { "'\\x01'" } else { "X'01'" };
    let (bytes, tail) = match dialect {
        Dialect::Postgres => ("bytea", ""),
        Dialect::Mysql => ("VARBINARY(16)", ""),
        Dialect::Sqlite => ("BLOB", " STRICT"),
    };
    std::fs::write(
        extra.join("up.sql"),
        format!("CREATE TABLE counts (id {bytes} NOT NULL){tail};\nINSERT INTO counts VALUES ({id});\n"),
    )
    .unwrap();
    let me = std::env::current_exe().unwrap();
    let children: Vec<_> = (0..8)
        .map(|_| {
            Command::new(&me)
                .args(["--exact", "a_process_that_migrates", "--nocapture"])
                .env("MIGRATE_CHILD_URL", url)
                .env("MIGRATE_CHILD_DIR", &directory)
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut applied: Vec<usize> = Vec::new();
    for child in children {
        let out = child.wait_with_output().unwrap();
        let text =
            format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        assert!(out.status.success(), "{text}");
        let count = text.split("applied=").nth(1).and_then(|t| t.split_whitespace().next()).expect(&text);
        applied.push(count.parse().unwrap());
    }
    applied.sort_unstable();
    assert_eq!(applied, [0, 0, 0, 0, 0, 0, 0, 3], "one runs, seven wait");
    let database = connect(url).await;
    assert_eq!(rows(&database, "SELECT 'x' FROM counts").await.len(), 1);
    assert!(Migrator::new(database, files(&directory, dialect)).status().await.unwrap().is_clean());
}

async fn a_failure_says_what_is_applied_and_goes_on(dialect: Dialect, url: &str) {
    let database = connect(url).await;
    let broken = "CREATE TABLE one (id INTEGER NOT NULL);\nCREATE TABLE two (id INTEGER NOT NULL);\nINSERT INTO nowhere VALUES (1);\nCREATE TABLE three (id INTEGER NOT NULL);\n";
    let set = |up: &str| MigrationFiles { files: vec![script("0001_three", up)], lock: None };
    let migrator = Migrator::new(database.clone(), set(broken));
    let error = migrator.up(None).await.unwrap_err();
    let hint = error.hint_text().unwrap().to_owned();
    assert_eq!(error.code(), "migrate.failed");
    assert!(error.message().contains("0001_three failed at statement 3 of 4"), "{}", error.message());
    assert!(error.message().contains("INSERT INTO nowhere"), "{}", error.message());
    let state = &migrator.status().await.unwrap().migrations[0];
    let there: Vec<String> = live(&database).await.into_iter().map(|t| t.name).collect();
    if dialect == Dialect::Mysql {
        assert!(
            hint.contains("1. CREATE TABLE one")
                && hint.contains("2. CREATE TABLE two")
                && !hint.contains("3. "),
            "{hint}"
        );
        assert!(hint.contains("goes on with statement 3"), "{hint}");
        assert_eq!((state.state, state.progress), ("failed", Some((2, 4))));
        assert!(state.error.as_ref().unwrap().contains("nowhere"), "{:?}", state.error);
        assert_eq!(there, ["one", "two"]);
        let changed = Migrator::new(database.clone(), set(&broken.replace("TABLE two", "TABLE deux")));
        let error = changed.up(None).await.unwrap_err();
        assert_eq!(error.code(), "migrate.half_applied");
    } else {
        assert!(hint.contains("nothing of it is applied"), "{hint}");
        assert_eq!(state.state, "pending");
        assert!(there.is_empty(), "{there:?}");
    }
    let corrected = Migrator::new(database.clone(), set(&broken.replace("nowhere", "two")));
    corrected.up(None).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert!(corrected.status().await.unwrap().is_clean());
    let mut there: Vec<String> = live(&database).await.into_iter().map(|t| t.name).collect();
    there.sort();
    assert_eq!(there, ["one", "three", "two"]);
    assert_eq!(rows(&database, "SELECT 'x' FROM two").await.len(), 1);
}

/// What a process leaves behind that is killed after a statement ran and before that was written down.
async fn a_killed_run_goes_on(dialect: Dialect, url: &str) {
    let database = connect(url).await;
    let up = "CREATE TABLE one (id INTEGER NOT NULL);\nCREATE TABLE two (id INTEGER NOT NULL);\n";
    let mut migration = script("0001_two", up);
    migration.transaction = false;
    let set = MigrationFiles { files: vec![migration], lock: None };
    let nothing = MigrationFiles {
        files: vec![Migration { up: "SELECT 1".into(), ..set.files[0].clone() }],
        lock: None,
    };
    Migrator::new(database.clone(), nothing).up(None).await.unwrap();
    database
        .batch(
            "DELETE FROM __diesel_schema_migrations; CREATE TABLE one (id INTEGER NOT NULL); \
             UPDATE __framewright_migrations SET progress = 'running', done = 0, total = 2, prefix = ''",
        )
        .await
        .unwrap();
    let migrator = Migrator::new(database.clone(), set);
    assert_eq!(migrator.status().await.unwrap().migrations[0].state, "running");
    migrator.up(None).await.unwrap_or_else(|e| panic!("{}: {}", dialect.name(), cause(&e)));
    assert!(migrator.status().await.unwrap().is_clean());
    assert_eq!(live(&database).await.len(), 2);
}

async fn an_edited_file_is_found(dialect: Dialect, url: &str) {
    let directory = folder("edited");
    make(&directory, &first());
    let database = connect(url).await;
    let migrator = Migrator::new(database.clone(), files(&directory, dialect));
    migrator.up(None).await.unwrap();
    let path = std::fs::read_dir(directory.join(dialect.name()))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path()
        .join("up.sql");
    let text = std::fs::read_to_string(&path).unwrap();

    std::fs::write(&path, text.replace('\n', "\r\n")).unwrap();
    let migrator = Migrator::new(database.clone(), files(&directory, dialect));
    assert!(migrator.status().await.unwrap().is_clean(), "line endings are no edit");

    std::fs::write(&path, format!("{text}\n-- one more thought\n")).unwrap();
    let migrator = Migrator::new(database.clone(), files(&directory, dialect));
    assert_eq!(migrator.status().await.unwrap().migrations[0].state, "edited");
    let error = migrator.up(None).await.unwrap_err();
    assert_eq!(error.code(), "migrate.edited");
    assert!(error.message().starts_with("0001_create_posts was edited after it was applied"), "{error:?}");
    assert!(
        error.hint_text().unwrap().contains("git checkout")
            && error.hint_text().unwrap().contains("--accept-edits")
    );
    migrator.clone().accept_edits(true).up(None).await.unwrap();
    assert!(migrator.status().await.unwrap().is_clean());
}

async fn up_down_redo_fresh_status(dialect: Dialect, url: &str) {
    let directory = folder("back");
    make(&directory, &first());
    make(&directory, &second());
    let database = connect(url).await;
    let seen: Arc<Mutex<Vec<Event>>> = Arc::default();
    let watch = {
        let seen = seen.clone();
        Arc::new(move |e: &Event| seen.lock().unwrap().push(e.clone()))
    };
    let migrator = Migrator::new(database.clone(), files(&directory, dialect)).watch(watch);
    let states =
        |s: framewright_data::migrate::Status| s.migrations.iter().map(|m| m.state).collect::<Vec<_>>();

    assert_eq!(states(migrator.status().await.unwrap()), ["pending", "pending"]);
    assert!(
        live(&database).await.is_empty() && rows_of_tracking(&database).await == 0,
        "status changes nothing"
    );
    let pretended = migrator.pretend().await.unwrap();
    assert_eq!(pretended.len(), 2);
    assert!(pretended[0].up.contains("CREATE TABLE"));
    assert!(rows_of_tracking(&database).await == 0, "pretend changes nothing");

    assert_eq!(migrator.up(Some(1)).await.unwrap(), ["0001_create_posts"]);
    assert_eq!(migrator.up(None).await.unwrap(), ["0002_add_note_to_posts"]);
    assert_eq!(migrator.up(None).await.unwrap(), Vec::<String>::new());
    assert!(drift_from(&database, &second()).await.unwrap().is_empty());
    assert_eq!(migrator.redo(1).await.unwrap(), ["0002_add_note_to_posts"]);
    assert_eq!(migrator.down(1).await.unwrap(), ["0002_add_note_to_posts"]);
    assert_eq!(states(migrator.status().await.unwrap()), ["applied", "pending"]);
    assert!(drift_from(&database, &first()).await.unwrap().is_empty());
    fill(&database, &first()).await;
    assert_eq!(migrator.fresh().await.unwrap().len(), 2);
    assert_eq!(rows(&database, "SELECT 'x' FROM posts").await.len(), 0);

    let guarded = migrator.clone().production(true, false);
    for error in [
        guarded.down(1).await.unwrap_err(),
        guarded.redo(1).await.unwrap_err(),
        guarded.fresh().await.unwrap_err(),
    ] {
        assert_eq!(error.code(), "migrate.production");
        assert!(error.hint_text().unwrap().contains("--force"));
    }
    assert_eq!(states(migrator.status().await.unwrap()), ["applied", "applied"]);
    assert_eq!(migrator.clone().production(true, true).down(1).await.unwrap().len(), 1);
    let missing = Migrator::new(database.clone(), MigrationFiles::default());
    assert_eq!(states(missing.status().await.unwrap()), ["missing"]);
    assert_eq!(missing.down(1).await.unwrap_err().code(), "migrate.no_way_back");
    assert!(seen.lock().unwrap().contains(&Event::Down { name: "0002_add_note_to_posts".into() }));
}

async fn rows_of_tracking(database: &framewright_data::Database) -> usize {
    let sql = match database.dialect() {
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE name LIKE '\\_\\_%' ESCAPE '\\'",
        Dialect::Postgres => "SELECT tablename::text FROM pg_tables WHERE tablename LIKE '\\_\\_%'",
        Dialect::Mysql => {
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE '\\_\\_%'"
        }
    };
    rows(database, sql).await.len()
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
        approved.tables.iter_mut().for_each(|t| t.breaking = Some("a test".into()));
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
        if dialect == Dialect::Mysql {
            assert_eq!(before.1, after.1, "a version stays with raw SQL on MySQL");
        } else {
            assert_ne!(before.1, after.1, "{version} on {}", dialect.name());
        }
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

/// Those that wait for the lock must not be in the way of an index that is built beside writes.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_built_concurrently_while_others_wait() {
    let Some(url) = url(Dialect::Postgres, "concurrently").await else { return };
    let directory = folder("concurrently");
    make(&directory, &first());
    let extra = directory.join("postgres/0002_index");
    std::fs::create_dir_all(&extra).unwrap();
    std::fs::write(extra.join("up.sql"), "CREATE INDEX CONCURRENTLY ix_posts_title ON posts (title);\n")
        .unwrap();
    std::fs::write(extra.join("metadata.toml"), "run_in_transaction = false\n").unwrap();
    let mut running = Vec::new();
    for _ in 0..4 {
        let migrator = Migrator::new(connect(&url).await, files(&directory, Dialect::Postgres));
        running.push(tokio::spawn(async move { migrator.up(None).await }));
    }
    let mut applied = 0;
    for task in running {
        applied += task.await.unwrap().unwrap_or_else(|e| panic!("{}", cause(&e))).len();
    }
    assert_eq!(applied, 2);
    let indexed = schema(vec![table("posts", vec![col("title", Text)]).index(&["title"])]);
    assert!(drift_from(&*connect(&url).await, &indexed).await.unwrap().is_empty());
    drop_database(&url).await;
}

#[test]
fn what_is_dangerous_is_refused_with_the_column_and_the_way() {
    let directory = folder("refused");
    let strong = schema(vec![
        table(
            "posts",
            vec![
                col("title", Text).max(90),
                col("n", I32),
                col("tag", Text),
                col("kind", Text).options(&["a", "b"]),
            ],
        )
        .unique(&["n"]),
        table("tags", vec![]),
    ]);
    make(&directory, &strong);
    let weak = schema(vec![
        table(
            "posts",
            vec![
                col("title", Text).max(50),
                col("n", Bool),
                col("label", Text),
                col("kind", Text).options(&["a"]),
            ],
        )
        .unique(&["title"])
        .index(&["kind"]),
    ]);
    let error = make_for(&directory, &weak, &MakeOptions::default()).unwrap_err();
    assert_eq!(error.code(), "migrate.refused");
    let (message, hint) = (error.message(), error.hint_text().unwrap());
    for (code, named) in [
        ("drop:posts.tag", "`posts.tag` is dropped"),
        ("drop:tags", "`tags` is dropped"),
        ("not_null:posts.label", "`posts.label` is mandatory"),
        ("type:posts.n", "`posts.n` changes from i32 to bool"),
        ("narrow:posts.title", "`posts.title` narrows from text(90) to text(50)"),
        ("narrow:posts.kind", "`posts.kind` allows fewer values"),
        ("unique:uq_posts_title", "a unique key on `title`"),
        ("index:ix_posts_kind", "`ix_posts_kind` locks `posts`"),
    ] {
        assert!(message.contains(named), "{named} is not in:\n{message}");
        assert!(hint.contains(&format!("{code}:\n")), "{code} is not in:\n{hint}");
    }
    assert!(hint.contains("CREATE INDEX CONCURRENTLY ix_posts_kind ON posts (kind)"), "{hint}");
    assert!(hint.contains("expand") && hint.contains("backfill") && hint.contains("contract"), "{hint}");
    assert!(hint.contains("renamed_from = \"tag\""), "a drop beside an add may be a rename: {hint}");
    assert!(!hint.contains("--approve type:posts.n"), "what cannot be done is not offered: {hint}");
    assert_eq!(snapshot(&directory).unwrap(), strong, "nothing was written");

    // A reason on the resource approves its table and no other.
    let mut reasoned = schema(vec![
        table(
            "posts",
            vec![col("title", Text).max(50), col("n", I32), col("kind", Text).options(&["a", "b"])],
        )
        .unique(&["n"]),
    ]);
    reasoned.tables[0].breaking = Some("nobody has long titles".into());
    let plan = Plan::between(&strong, &reasoned);
    let open = dangers(&plan, &reasoned, &[]);
    assert_eq!(
        open.iter().filter(|d| d.approved.is_none()).map(|d| &*d.code).collect::<Vec<_>>(),
        ["drop:tags"]
    );
    let approve = vec!["drop:tags".to_owned()];
    assert!(refusal(&dangers(&plan, &reasoned, &approve)).is_none());
    let made = make_for(&directory, &reasoned, &MakeOptions { approve, ..MakeOptions::default() }).unwrap();
    let up = std::fs::read_to_string(&made.files[0]).unwrap();
    assert!(up.contains("-- approved (nobody has long titles): `posts.tag` is dropped"), "{up}");
    assert!(up.contains("-- approved (--approve drop:tags): `tags` is dropped"), "{up}");
}

#[test]
fn safe_changes_need_no_approval() {
    let old =
        schema(vec![table("posts", vec![col("title", Text).max(50), col("s", Text).options(&["a"]).null()])]);
    let new = schema(vec![
        table(
            "posts",
            vec![
                col("headline", Text).max(80).was("title"),
                col("s", Text).options(&["a", "b"]).null(),
                col("n", I32).value(Value::I64(0)),
                col("owner_id", Uuid).null(),
            ],
        )
        .fk("owner_id", "users", framewright_core::descriptor::OnDelete::SetNull),
        table("users", vec![col("name", Text)]),
    ]);
    assert_eq!(dangers(&Plan::between(&old, &new), &new, &[]), []);
}

#[test]
fn make_is_idle_when_nothing_changed_and_finds_a_lost_lock() {
    let directory = folder("idle");
    make(&directory, &first());
    let made = make_for(&directory, &first(), &MakeOptions::default()).unwrap();
    assert_eq!((made.name, made.files), (None, vec![]));
    let embed = std::fs::read_to_string(directory.join("embed.rs")).unwrap();
    for dialect in Dialect::ALL {
        assert!(
            embed.contains(&format!("include_str!(\"{}/0001_create_posts/up.sql\")", dialect.name())),
            "{embed}"
        );
    }
    let pretended =
        make_for(&directory, &second(), &MakeOptions { pretend: true, ..MakeOptions::default() }).unwrap();
    assert_eq!(pretended.name.as_deref(), Some("0002_add_note_to_posts"));
    assert_eq!(snapshot(&directory).unwrap(), first());
    std::fs::remove_file(directory.join("schema.lock")).unwrap();
    assert_eq!(make_for(&directory, &second(), &MakeOptions::default()).unwrap_err().code(), "migrate.lock");
    std::fs::write(directory.join("schema.lock"), "{").unwrap();
    assert_eq!(snapshot(&directory).unwrap_err().code(), "migrate.lock");
}

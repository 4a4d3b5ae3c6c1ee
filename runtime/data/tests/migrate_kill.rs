//! Runs that end in the middle: at every statement of a plan, between two notes, and in an index that is not finished.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod migrating;

use framewright_core::Kind::*;
use framewright_core::descriptor::OnDelete;
use framewright_data::ddl::Schema;
use framewright_data::introspect::LiveTable;
use framewright_data::migrate::{Migration, MigrationFiles, Migrator, Plan, plan_statements, statements};
use framewright_data::{Database, Dialect};
use migrating::*;
use std::sync::Arc;

on_each! {
    everywhere => a_run_that_is_killed_at_any_statement_goes_on;
    once => rows_and_the_note_of_it_change_together;
    mistakes => a_mistake_is_no_repetition;
    reverted => what_is_undone_is_not_called_applied;
}

fn old() -> Schema {
    schema(vec![
        table("users", vec![col("name", Text)]),
        table(
            "posts",
            vec![
                col("title", Text).length(1, 90),
                col("n", I32).range(0, 100),
                col("gone", Text).null(),
                col("user_id", Uuid).null(),
            ],
        )
        .index(&["n"])
        .kept("updated_at", Some("version")),
        table("tags", vec![col("name", Text)]),
    ])
}

/// A check, a foreign key, an index, a rename and a drop, of a table and of a column.
fn new() -> Schema {
    schema(vec![
        table("users", vec![col("name", Text)]),
        table(
            "articles",
            vec![
                col("headline", Text).length(1, 80).was("title"),
                col("n", I32).range(0, 200),
                col("user_id", Uuid).null(),
                col("kind", Text),
            ],
        )
        .was("posts")
        .fk("user_id", "users", OnDelete::SetNull)
        .index(&["headline", "n"])
        .kept("updated_at", Some("version")),
        table("labels", vec![col("name", Text)]).unique(&["name"]),
    ])
}

fn script(name: &str, up: &[String], down: &[String]) -> Migration {
    let text = |statements: &[String]| statements.iter().map(|s| format!("{s};\n")).collect::<String>();
    Migration { name: name.into(), up: text(up), down: Some(text(down)), transaction: false }
}

fn migrator(database: &Arc<Database>, files: &[&Migration]) -> Migrator {
    let files = files.iter().map(|m| (*m).clone()).collect();
    Migrator::new(database.clone(), MigrationFiles { files, lock: None })
}

/// Runs a statement as a process does that is killed before it writes down that it did.
async fn run_unnoted(database: &Database, statement: &str) {
    let (off, on) = match database.dialect() {
        Dialect::Sqlite => ("PRAGMA foreign_keys = OFF;\n", ";\nPRAGMA foreign_keys = ON"),
        _ => ("", ""),
    };
    database.batch(&format!("{off}{statement}{on}")).await.unwrap_or_else(|e| panic!("{statement}: {e:?}"));
}

async fn became(database: &Database, progress: &str) {
    let sql = format!("UPDATE __framewright_migrations SET progress = '{progress}' WHERE version = '0002'");
    database.batch(&sql).await.unwrap();
}

async fn a_run_that_is_killed_at_any_statement_goes_on(dialect: Dialect, url: &str) {
    let database = connect(url).await;
    let begin = Plan::between(&Schema::default(), &old());
    let plan = Plan::between(&old(), &new());
    let first = script("0001_begin", &plan_statements(dialect, &begin), &[]);
    let (up, down) = (plan_statements(dialect, &plan), plan_statements(dialect, &plan.reversed()));
    let whole = script("0002_change", &up, &down);
    let shape = async |database: &Arc<Database>| -> Vec<LiveTable> { live(database).await };

    migrator(&database, &[&first]).up(None).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    fill(&database, &old()).await;
    let before = shape(&database).await;
    migrator(&database, &[&first, &whole]).up(None).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    let after = shape(&database).await;
    assert!(up.len() > 5 && down.len() > 5);

    for (forth, steps) in
        [(true, statements(dialect, &whole.up)), (false, statements(dialect, whole.down.as_ref().unwrap()))]
    {
        for at in 0..steps.len() {
            for ran in [false, true] {
                let rows_change =
                    steps[at].lines().any(|l| l.starts_with("INSERT") || l.starts_with("UPDATE"));
                // Rows are committed with their note: that is the state before the next statement. And where a statement
                // did not run, one of a few is as good as all.
                if (ran && rows_change) || (!ran && !rows_change && at % 5 != 0) {
                    continue;
                }
                let what = format!("{} {forth} {ran} {at}: {}", dialect.name(), steps[at]);
                let mut cut = steps[..at].to_vec();
                cut.push("SELECT 'x' FROM nowhere_at_all".into());
                clear(&database).await;
                migrator(&database, &[&first]).up(None).await.unwrap();
                fill(&database, &old()).await;
                let cut =
                    if forth { script("0002_change", &cut, &down) } else { script("0002_change", &up, &cut) };
                let stopped = migrator(&database, &[&first, &cut]);
                let failed = if forth {
                    stopped.up(None).await
                } else {
                    stopped.up(None).await.unwrap();
                    stopped.down(1).await
                };
                assert_eq!(failed.unwrap_err().code(), "migrate.failed", "{what}");
                if ran {
                    run_unnoted(&database, &steps[at]).await;
                }
                became(&database, if forth { "running" } else { "reverting" }).await;
                let migrator = migrator(&database, &[&first, &whole]);
                let result = if forth { migrator.up(None).await } else { migrator.down(1).await };
                assert_eq!(result.unwrap_or_else(|e| panic!("{what}: {}", cause(&e))), ["0002_change"]);
                assert_eq!(
                    shape(&database).await,
                    if forth { after.clone() } else { before.clone() },
                    "{what}"
                );
                let filled = if forth { "articles" } else { "posts" };
                assert_eq!(rows(&database, &format!("SELECT 'x' FROM {filled}")).await.len(), 3, "{what}");
                let state = migrator.status().await.unwrap().migrations[1].state;
                assert_eq!(state, if forth { "applied" } else { "pending" }, "{what}");
            }
        }
    }
}

async fn rows_and_the_note_of_it_change_together(dialect: Dialect, url: &str) {
    let database = connect(url).await;
    let first = script(
        "0001_begin",
        &["CREATE TABLE counts (n INTEGER NOT NULL)".into(), "INSERT INTO counts VALUES (1)".into()],
        &[],
    );
    migrator(&database, &[&first]).up(None).await.unwrap();
    // The note is refused: what it is about must not have happened.
    let (refuse, allow) = match dialect {
        Dialect::Sqlite => (
            "CREATE TRIGGER refuse BEFORE UPDATE ON __framewright_migrations WHEN NEW.done = 1 \
             BEGIN SELECT RAISE(ABORT, 'no note'); END",
            "DROP TRIGGER refuse",
        ),
        Dialect::Postgres => (
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no note'; END $$; \
             CREATE TRIGGER refuse BEFORE UPDATE ON __framewright_migrations FOR EACH ROW WHEN (NEW.done = 1) \
             EXECUTE FUNCTION refuse()",
            "DROP TRIGGER refuse ON __framewright_migrations",
        ),
        Dialect::Mysql => (
            "CREATE TRIGGER refuse BEFORE UPDATE ON __framewright_migrations FOR EACH ROW \
             BEGIN IF NEW.done = 1 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no note'; END IF; END",
            "DROP TRIGGER refuse",
        ),
    };
    database.batch(refuse).await.unwrap();
    let count = script(
        "0002_count",
        &["UPDATE counts SET n = n + 1".into(), "CREATE TABLE more (id INTEGER NOT NULL)".into()],
        &[],
    );
    let error = migrator(&database, &[&first, &count]).up(None).await.unwrap_err();
    assert!(cause(&error).contains("no note"), "{}", cause(&error));
    let n = async || values(&database, "counts", &["n".to_owned()]).await;
    let one = n().await;
    database.batch(allow).await.unwrap();
    became(&database, "running").await;
    migrator(&database, &[&first, &count]).up(None).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    database.batch("UPDATE counts SET n = n - 1").await.unwrap();
    assert_eq!(n().await, one, "the update ran once");
}

async fn a_mistake_is_no_repetition(dialect: Dialect, url: &str) {
    let database = connect(url).await;
    for wrong in [
        "CREATE INDEX ix_one ON one (nope)",
        "INSERT INTO nowhere VALUES (1)",
        "UPDATE one SET nope = 1",
        "ALTER TABLE nowhere ADD COLUMN x INTEGER",
    ] {
        clear(&database).await;
        let steps = |last: &str| ["CREATE TABLE one (id INTEGER NOT NULL)".to_owned(), last.to_owned()];
        let migration = script("0002_wrong", &steps(wrong), &[]);
        let runner = migrator(&database, &[&migration]);
        assert_eq!(runner.up(None).await.unwrap_err().code(), "migrate.failed");
        became(&database, "running").await;
        let error = runner.up(None).await.unwrap_err();
        assert_eq!(error.code(), "migrate.failed", "{} swallows {wrong}", dialect.name());
        let right = script("0002_wrong", &steps("INSERT INTO one VALUES (1)"), &[]);
        migrator(&database, &[&right]).up(None).await.unwrap();
        assert_eq!(rows(&database, "SELECT 'x' FROM one").await.len(), 1);
    }
}

async fn what_is_undone_is_not_called_applied(_: Dialect, url: &str) {
    let database = connect(url).await;
    let migration =
        script("0002_one", &["CREATE TABLE one (id INTEGER NOT NULL)".into()], &["DROP TABLE one".into()]);
    let runner = migrator(&database, &[&migration]);
    runner.up(None).await.unwrap();
    // Killed between the last statement of the way back and the record of `diesel_migrations`.
    database.batch("DROP TABLE one").await.unwrap();
    became(&database, "reverted").await;
    assert_eq!(runner.status().await.unwrap().migrations[0].state, "reverting");
    assert_eq!(runner.up(None).await.unwrap_err().code(), "migrate.half_reverted");
    assert_eq!(runner.down(1).await.unwrap(), ["0002_one"]);
    assert_eq!(runner.status().await.unwrap().migrations[0].state, "pending");
    // And the same on the way there.
    runner.up(None).await.unwrap();
    database.batch("DELETE FROM __diesel_schema_migrations").await.unwrap();
    assert_eq!(runner.status().await.unwrap().migrations[0].state, "running");
    assert_eq!(runner.down(1).await.unwrap_err().code(), "migrate.half_applied");
    assert_eq!(runner.up(None).await.unwrap(), ["0002_one"]);
}

/// What is left of an index that was not finished is no index.
#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_index_is_built_again() {
    let Some(url) = url(Dialect::Postgres, "invalid").await else { return };
    let database = connect(&url).await;
    let first = script(
        "0001_begin",
        &["CREATE TABLE counts (n INTEGER NOT NULL)".into(), "INSERT INTO counts VALUES (1), (1)".into()],
        &[],
    );
    let index = script("0002_index", &["CREATE UNIQUE INDEX CONCURRENTLY uq_n ON counts (n)".into()], &[]);
    let runner = migrator(&database, &[&first, &index]);
    for progress in ["failed", "running"] {
        assert_eq!(runner.up(None).await.unwrap_err().code(), "migrate.failed");
        became(&database, progress).await;
    }
    database.batch("DELETE FROM counts").await.unwrap();
    assert_eq!(runner.up(None).await.unwrap_or_else(|e| panic!("{}", cause(&e))), ["0002_index"]);
    assert_eq!(live(&database).await[0].uniques[0].name, "uq_n", "it is valid");
    drop_database(&url).await;
}

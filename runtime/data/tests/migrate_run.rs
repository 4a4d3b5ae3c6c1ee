//! The runner: eight processes at once, failures in the middle, edited files, the way back, production, development.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod migrating;

use framewright_core::Kind::*;
use framewright_core::Value;
use framewright_data::Dialect;
use framewright_data::ddl::{Check, Schema};
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

on_each! {
    eight => eight_processes_apply_once;
    failing => a_failure_says_what_is_applied_and_goes_on;
    killed => a_killed_run_goes_on;
    edited => an_edited_file_is_found;
    forth_and_back => up_down_redo_fresh_status;
    branches => two_branches_are_told_apart;
    wiped => fresh_leaves_nothing;
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
    let pretended = migrator.pretend_up(None).await.unwrap();
    assert_eq!(pretended.len(), 2);
    assert!(pretended[0].sql.contains("CREATE TABLE") && pretended[0].what == "up");
    assert_eq!(migrator.pretend_up(Some(1)).await.unwrap(), pretended[..1], "a limit limits that too");
    assert!(rows_of_tracking(&database).await == 0, "pretend changes nothing");

    assert_eq!(migrator.up(Some(1)).await.unwrap(), ["0001_create_posts"]);
    assert_eq!(migrator.up(None).await.unwrap(), ["0002_add_note_to_posts"]);
    assert_eq!(migrator.up(None).await.unwrap(), Vec::<String>::new());
    assert!(drift_from(&database, &second()).await.unwrap().is_empty());
    let whats =
        |all: Vec<framewright_data::migrate::Pretended>| all.iter().map(|p| p.what).collect::<Vec<_>>();
    assert_eq!(whats(migrator.pretend_down(1).await.unwrap()), ["down"]);
    assert_eq!(whats(migrator.pretend_redo(1).await.unwrap()), ["down", "up"]);
    let fresh = migrator.pretend_fresh().await.unwrap();
    assert!(fresh[0].sql.contains("DROP TABLE IF EXISTS") && fresh[0].sql.contains("posts"), "{fresh:?}");
    assert_eq!(whats(fresh), ["drop", "up", "up"]);
    assert_eq!(states(migrator.status().await.unwrap()), ["applied", "applied"]);
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

async fn two_branches_are_told_apart(dialect: Dialect, url: &str) {
    let database = connect(url).await;
    let make = |name: &str| script(name, &format!("CREATE TABLE t{} (id INTEGER NOT NULL)", &name[5..]));
    let runner = |names: &[&str]| {
        let files = names.iter().map(|n| make(n)).collect();
        Migrator::new(database.clone(), MigrationFiles { files, lock: None })
    };
    let code = |result: framewright_core::Result<Vec<String>>| result.unwrap_err().code().to_owned();
    let both = runner(&["0001_a", "0002_b", "0002_c"]);
    let error = both.up(None).await.unwrap_err();
    assert_eq!(error.code(), "migrate.duplicate_version");
    assert!(error.message().contains("0002_b and 0002_c"), "{}", error.message());
    assert!(error.hint_text().unwrap().contains("`migrate make` write it anew"));
    assert_eq!(both.status().await.unwrap_err().code(), "migrate.duplicate_version");
    assert!(live(&database).await.is_empty(), "neither ran");

    runner(&["0001_a", "0002_b"]).up(None).await.unwrap();
    // The other branch: its second migration was never applied, and must not be taken for an edit.
    let other = runner(&["0001_a", "0002_c"]);
    assert_eq!(other.status().await.unwrap().migrations[1].state, "taken");
    assert_eq!(code(other.clone().accept_edits(true).up(None).await), "migrate.duplicate_version");
    assert!(!live(&database).await.iter().any(|t| t.name == "tc"), "{}", dialect.name());

    runner(&["0001_a", "0002_b", "0004_d"]).up(None).await.unwrap();
    let late = runner(&["0001_a", "0002_b", "0003_e", "0004_d"]);
    assert_eq!(late.status().await.unwrap().migrations[2].state, "out_of_order");
    assert_eq!(code(late.up(None).await), "migrate.out_of_order");
    assert_eq!(late.pretend_up(None).await.unwrap_err().code(), "migrate.out_of_order");

    let older = runner(&["0001_a", "0002_b", "0005_f"]);
    assert_eq!(code(older.up(None).await), "migrate.missing");
    assert_eq!(older.status().await.unwrap().migrations[2].state, "missing");

    let folder = folder("two");
    for name in ["0001_a", "0001_b"] {
        let at = folder.join(dialect.name()).join(name);
        std::fs::create_dir_all(&at).unwrap();
        std::fs::write(at.join("up.sql"), "SELECT 1").unwrap();
    }
    let error = MigrationFiles::in_directory(&folder, dialect).unwrap_err();
    assert_eq!(error.code(), "migrate.duplicate_version", "it is found when the files are read");
}

async fn fresh_leaves_nothing(dialect: Dialect, url: &str) {
    let database = connect(url).await;
    let (up, count) = match dialect {
        Dialect::Postgres => (
            "CREATE TYPE mood AS ENUM ('calm'); CREATE DOMAIN word AS text; CREATE TYPE pair AS (a int, b int); \
             CREATE TABLE one (id int, m mood, w word); CREATE MATERIALIZED VIEW many AS SELECT * FROM one; \
             CREATE VIEW few AS SELECT * FROM one; CREATE SEQUENCE numbers; \
             CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; \
             CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'",
            "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace UNION ALL \
             SELECT proname::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace UNION ALL \
             SELECT typname::text FROM pg_type WHERE typnamespace = current_schema()::regnamespace",
        ),
        Dialect::Mysql => (
            "CREATE TABLE one (id int); CREATE VIEW few AS SELECT * FROM one; CREATE PROCEDURE p() SELECT 1",
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() UNION ALL \
             SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()",
        ),
        Dialect::Sqlite => (
            "CREATE TABLE one (id INTEGER); CREATE VIEW few AS SELECT * FROM one",
            "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%'",
        ),
    };
    let set = MigrationFiles { files: vec![script("0001_all", up)], lock: None };
    let migrator = Migrator::new(database.clone(), set);
    migrator.up(None).await.unwrap_or_else(|e| panic!("{}", cause(&e)));
    assert_eq!(migrator.fresh().await.unwrap_or_else(|e| panic!("{}", cause(&e))), ["0001_all"]);
    let nothing = MigrationFiles { files: vec![script("0001_none", "SELECT 1")], lock: None };
    Migrator::new(database.clone(), nothing).fresh().await.unwrap();
    let left: Vec<Vec<Option<String>>> = rows(&database, count).await;
    let ours = |name: &str| name.contains("__framewright") || name.contains("__diesel");
    let left: Vec<String> = left.into_iter().filter_map(|r| r[0].clone()).filter(|n| !ours(n)).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A reason is for one change: the next one asks again, and one that is left standing is named.
#[test]
fn an_approval_does_not_outlive_its_migration() {
    let directory = folder("breaking");
    let all = |columns: &[&str], breaking: Option<&str>| {
        let mut t = table("posts", columns.iter().map(|c| col(c, Text)).collect());
        t.breaking = breaking.map(str::to_owned);
        schema(vec![t])
    };
    make(&directory, &all(&["a", "b", "c"], None));
    let error =
        make_for(&directory, &all(&["a", "b", "c"], Some("early")), &MakeOptions::default()).unwrap_err();
    assert_eq!(error.code(), "migrate.breaking");
    assert!(error.message().contains("`posts`") && error.hint_text().unwrap().contains("take it out"));
    make(&directory, &all(&["a", "b"], Some("c moved")));
    // Nothing has changed: it may stand until the next migration is made …
    assert!(
        make_for(&directory, &all(&["a", "b"], Some("c moved")), &MakeOptions::default())
            .unwrap()
            .name
            .is_none()
    );
    // … which it does not approve.
    let next = make_for(&directory, &all(&["a"], Some("c moved")), &MakeOptions::default());
    assert_eq!(next.unwrap_err().code(), "migrate.refused");
    let mut safe = all(&["a", "b"], Some("c moved"));
    safe.tables[0].columns.push(col("d", Text).null());
    assert_eq!(make_for(&directory, &safe, &MakeOptions::default()).unwrap_err().code(), "migrate.breaking");
    make(&directory, &all(&["a"], Some("b moved too")));
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
    let open = dangers(&plan, &[]);
    assert_eq!(
        open.iter().filter(|d| d.approved.is_none()).map(|d| &*d.code).collect::<Vec<_>>(),
        ["drop:tags"]
    );
    let approve = vec!["drop:tags".to_owned()];
    assert!(refusal(&dangers(&plan, &approve)).is_none());
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
    assert_eq!(dangers(&Plan::between(&old, &new), &[]), []);
}

#[test]
fn only_what_a_check_newly_refuses_is_dangerous() {
    let price = |min: &str| Check::RangeDecimal { min: min.parse().ok(), max: None };
    let of = |checks: Vec<Check>| {
        let column = checks.into_iter().fold(col("n", Decimal), |column, check| column.check(check));
        schema(vec![table("posts", vec![column])])
    };
    let one = Check::Range { min: Some(1), max: None };
    for (old, new, open) in [
        (vec![price("0.05")], vec![price("0.01")], 0),
        (vec![one.clone()], vec![price("0.01")], 0),
        (vec![price("0.01")], vec![], 0),
        (vec![price("0.01")], vec![price("0.05")], 1),
        (vec![price("0.01")], vec![one], 1),
        (vec![Check::Ascii], vec![Check::Ascii], 0),
        (vec![Check::Ascii, Check::NotBlank], vec![Check::NotBlank], 0),
        (vec![Check::NotBlank], vec![Check::NotBlank, Check::Ascii], 1),
        (vec![Check::Prefix("a".into())], vec![Check::Prefix("b".into())], 1),
    ] {
        let found = dangers(&Plan::between(&of(old.clone()), &of(new.clone())), &[]);
        assert_eq!(found.len(), open, "{old:?} {new:?}: {found:?}");
    }
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
    let two = schema(vec![table("posts", vec![]), table("tags", vec![])]);
    let made = make_for(&folder("two"), &two, &MakeOptions::default()).unwrap();
    assert_eq!(made.name.as_deref(), Some("0001_create_posts_and_tags"));
    std::fs::remove_file(directory.join("schema.lock")).unwrap();
    assert_eq!(make_for(&directory, &second(), &MakeOptions::default()).unwrap_err().code(), "migrate.lock");
    std::fs::write(directory.join("schema.lock"), "{").unwrap();
    assert_eq!(snapshot(&directory).unwrap_err().code(), "migrate.lock");
}

//! `schema …` on every database: what is there, what would change, what is made and what is dropped.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/golden.rs"]
mod golden;
#[path = "../testing/src/ledger.rs"]
mod ledger;
#[path = "support/project.rs"]
mod project;

use framewright::Database;
use framewright::data::DatabaseConfig;
use golden::golden;
use project::{Project, assert_error};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A project on an empty database.
struct On {
    project: Project,
    dialect: &'static str,
    url: String,
}

impl On {
    async fn batch(&self, sql: &str) {
        let database = Database::connect(&DatabaseConfig::new(&self.url)).await.unwrap();
        database.batch(sql).await.unwrap_or_else(|e| panic!("{sql}: {e:?}"));
    }

    /// The same of each dialect.
    fn say<'s>(&self, sqlite: &'s str, postgres: &'s str, mysql: &'s str) -> &'s str {
        match self.dialect {
            "postgres" => postgres,
            "mysql" => mysql,
            _ => sqlite,
        }
    }

    fn production(&self, line: &str, code: i32) -> Value {
        let out =
            self.project.command(&format!("{line} --json")).env("FW_ENV", "production").output().unwrap();
        assert_eq!(out.status.code(), Some(code), "{line}: {}", String::from_utf8_lossy(&out.stdout));
        serde_json::from_slice(&out.stdout).unwrap()
    }
}

/// Tries it on a database of each kind that is there.
async fn each(name: &str, test: impl AsyncFn(&On)) {
    for (dialect, variable) in
        [("sqlite", ""), ("postgres", "TEST_POSTGRES_URL"), ("mysql", "TEST_MYSQL_URL")]
    {
        let project = Project::new(&format!("schema_{name}_{dialect}"));
        if dialect == "sqlite" {
            ledger::used(dialect);
            let url = format!("sqlite:{}", project.0.join("app.db").display());
            test(&On { project, dialect, url }).await;
            continue;
        }
        let Ok(server) = std::env::var(variable) else {
            ledger::skipped(variable);
            continue;
        };
        ledger::used(dialect);
        let own = format!("schema_{name}_{}", std::process::id());
        let admin = Database::connect(&DatabaseConfig::new(&server)).await.unwrap();
        admin.batch(&format!("CREATE DATABASE {own}")).await.unwrap();
        let url = format!("{}/{own}", server.rsplit_once('/').unwrap().0);
        project.write("config.toml", &format!("[database]\nurl = \"{url}\"\n"));
        test(&On { project, dialect, url }).await;
        let force = if dialect == "postgres" { " WITH (FORCE)" } else { "" };
        admin.batch(&format!("DROP DATABASE {own}{force}")).await.unwrap();
    }
}

#[tokio::test]
async fn tables_are_made_listed_and_described() {
    each("made", async |on| {
        let p = &on.project;
        assert_eq!(p.json("schema get", 0), json!({"dialect": on.dialect, "tables": []}));
        assert!(p.text("schema get").starts_with("the database has no tables yet"));
        let error = p.json("schema describe books", 1);
        assert_error(&error, "schema.unknown_table");
        assert_eq!(error["hint"], "`Book` declares it, and `schema apply` makes it");
        let diff = p.json("schema diff --sql", 1);
        let created = json!(["authors: is created", "books: is created", "visits: is created"]);
        assert_eq!((&diff["clean"], &diff["changes"]), (&json!(false), &created));
        assert!(diff["sql"].as_str().unwrap().contains("CREATE TABLE"), "{diff}");
        assert!(p.text_of("schema diff").starts_with("authors: is created\nbooks: is created\n"));

        // it only pretends, and then does it
        let pretended = p.json("schema apply --pretend", 0);
        let what: Vec<&str> =
            pretended["migrations"].as_array().unwrap().iter().map(|m| m["what"].as_str().unwrap()).collect();
        assert_eq!(what, ["change"], "{pretended}");
        assert_eq!(p.json("schema get", 0)["tables"], json!([]));
        assert_eq!(p.json("schema apply", 0), json!({"changes": created, "left": []}));
        assert_eq!(p.json("schema apply", 0), json!({"changes": [], "left": []}));
        assert_eq!(p.json("schema apply --pretend", 0)["migrations"], json!([]));
        assert_eq!(p.text("schema diff"), "the database is what the resources say\n");
        assert_eq!(p.json("schema diff --sql", 0)["sql"], "");
        p.json("drift", 0);

        let mut text = String::new();
        for line in
            ["schema get", "schema describe authors", "schema describe Book", "schema describe visits"]
        {
            write!(text, "$ {line}\n{}\n", p.text(line)).unwrap();
        }
        golden(&format!("schema.{}.txt", on.dialect), &text);
        let books = p.json("schema describe books", 0);
        golden(&format!("schema.{}.json", on.dialect), &format!("{books:#}\n"));
        assert_eq!(p.json("schema describe Book", 0), books, "by its resource too");
        assert_eq!(p.json("schema get", 0)["tables"][1], books);
        for (line, hint) in [
            ("schema describe bokos", "did you mean `books`?"),
            ("schema delete visit --force", "did you mean `visits`?"),
            ("schema describe nothing_like_it", "the tables are authors, books, visits"),
            // what keeps track of migrations is none of anybody's
            ("schema delete __framewright_schema --force", "the tables are authors, books, visits"),
        ] {
            let error = p.json(line, 1);
            assert_error(&error, "schema.unknown_table");
            assert_eq!(error["hint"], hint, "{line}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_somebody_else_has_changed_is_put_right_and_what_is_theirs_stays() {
    each("others", async |on| {
        let p = &on.project;
        p.json("migrate make first", 0);
        assert_eq!(
            p.json("schema apply", 0)["changes"],
            json!(["0001_first"]),
            "what is in files runs first"
        );
        p.json("migrate status", 0);
        p.json("seed", 0);
        on.batch(on.say(
            "DROP INDEX uq_authors_email; DROP TABLE visits",
            "ALTER TABLE authors DROP CONSTRAINT uq_authors_email; DROP TABLE visits",
            "ALTER TABLE authors DROP INDEX uq_authors_email; DROP TABLE visits",
        ))
        .await;
        on.batch(
            "ALTER TABLE books ADD COLUMN shelf VARCHAR(20)"
                .replace("VARCHAR(20)", on.say("TEXT", "varchar(20)", "VARCHAR(20)"))
                .as_str(),
        )
        .await;
        on.batch("CREATE TABLE strange (id INTEGER NOT NULL PRIMARY KEY)").await;
        let diff = p.json("schema diff", 1);
        assert_eq!(
            diff["changes"],
            json!([
                "authors: adds unique uq_authors_email (email)",
                "books: drops column shelf",
                "strange: is dropped",
                "visits: is created",
            ])
        );
        let sql = p.text_of("schema diff --sql");
        assert!(
            sql.starts_with("-- what somebody else has changed\n") && sql.contains("-- not declared: "),
            "{sql}"
        );
        let applied = p.json("schema apply", 0);
        assert_eq!(
            applied["changes"],
            json!(["authors: adds unique uq_authors_email (email)", "visits: is created"])
        );
        let left: Vec<&Value> = applied["left"].as_array().unwrap().iter().map(|d| &d["table"]).collect();
        assert_eq!(left, ["books", "strange"]);
        let text = p.text("schema apply");
        assert!(
            text.contains("nothing was changed") && text.contains("books.shelf: the column is there"),
            "{text}"
        );
        assert_eq!(p.json("schema diff", 1)["changes"].as_array().map(Vec::len), Some(2));
        assert_eq!(p.json("schema describe strange", 0)["resource"], Value::Null);
        assert!(p.text("schema get").contains("strange  -"), "{}", p.text("schema get"));
        assert_eq!(
            p.json("record list Author", 0)["data"].as_array().map(Vec::len),
            Some(2),
            "no row is lost"
        );

        // production has its files, and nothing else without a word
        let error = on.production("schema apply", 3);
        assert_error(&error, "migrate.production");
        assert!(error["message"].as_str().unwrap().contains("no migration contains"), "{error}");
        assert_eq!(on.production("schema apply --force", 0)["changes"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_table_goes_that_nobody_declares_or_points_to() {
    each("deleted", async |on| {
        let p = &on.project;
        p.json("schema apply", 0);
        on.batch(
            "CREATE TABLE shelves (id INTEGER NOT NULL PRIMARY KEY); \
             CREATE TABLE places (id INTEGER NOT NULL PRIMARY KEY, shelf_id INTEGER NOT NULL, \
             CONSTRAINT fk_places_shelf FOREIGN KEY (shelf_id) REFERENCES shelves (id) ON DELETE CASCADE)",
        )
        .await;
        on.batch("INSERT INTO shelves VALUES (1)").await;
        on.batch("INSERT INTO places VALUES (1, 1)").await;
        for (line, code, said) in [
            ("schema delete books --force", "refused.declared", "`Book` declares the table `books`"),
            ("schema delete books --pretend", "refused.declared", "`Book` declares the table `books`"),
            (
                "schema delete shelves --force",
                "refused.referenced",
                "`shelf_id` of `places` points to `shelves`",
            ),
            (
                "schema delete places",
                "refused.not_confirmed",
                "`places` would be dropped with all of its rows",
            ),
        ] {
            let error = p.json(line, 3);
            assert_error(&error, code);
            assert_eq!(error["message"], said, "{line}");
        }
        assert_error(&on.production("schema delete places", 3), "migrate.production");
        let pretended = p.json("schema delete places --pretend", 0);
        let drop = on.say("DROP TABLE \"places\";\n", "DROP TABLE \"places\";\n", "DROP TABLE `places`;\n");
        assert_eq!(pretended["migrations"], json!([{"name": "places", "what": "drop", "sql": drop}]));
        assert_eq!(
            p.json("schema get", 0)["tables"].as_array().map(Vec::len),
            Some(5),
            "nothing has happened yet"
        );
        assert_eq!(p.json("schema delete places --force", 0), json!({"deleted": "places"}));
        assert_eq!(on.production("schema delete shelves --force", 0), json!({"deleted": "shelves"}));
        p.json("schema diff", 0);
    })
    .await;
}

#[test]
fn the_five_are_explained_and_a_slip_is_answered() {
    let p = Project::new("schema_words");
    let group = p.json("help schema", 0);
    let names: Vec<&str> =
        group["commands"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["schema diff", "schema get", "schema describe", "schema apply", "schema delete"]);
    for name in names {
        let help = p.text(&format!("{name} --help"));
        assert!(help.contains("--json"), "{help}");
    }
    for (line, hint) in [
        ("schema", "`schema` takes diff, get, describe, apply, delete"),
        ("schema delte strange", "did you mean `schema delete`?"),
        ("schema apply --froce", "did you mean `--force`?"),
        ("schema describe", "`help schema describe` says what it takes"),
        ("schema delete one two", "`help schema delete` says what it takes"),
    ] {
        let error = p.json(line, 2);
        assert_error(&error, "usage.invalid");
        assert_eq!(error["hint"], hint, "{line}");
    }
    // what only looks leaves nothing behind
    p.json("schema diff", 1);
    p.json("schema apply --pretend", 0);
    let file = String::from_utf8_lossy(&std::fs::read(p.0.join("app.db")).unwrap_or_default()).into_owned();
    assert!(!file.contains("CREATE TABLE"), "{file}");
}

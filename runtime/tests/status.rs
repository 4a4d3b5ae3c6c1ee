//! `status`, each of its checks made to fail alone.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/project.rs"]
mod project;

use framewright::Database;
use framewright::data::DatabaseConfig;
use project::Project;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// A project whose migrations are made, committed and applied.
fn clean(name: &str) -> Option<Project> {
    let p = Project::new(name);
    p.json("migrate make first", 0);
    p.json("migrate up", 0);
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=Test", "-c", "user.email=test@example.org"]).args(words);
        git.current_dir(&p.0).stdout(Stdio::null()).stderr(Stdio::null());
        git.status().is_ok_and(|s| s.success())
    };
    if !(git(&["init"]) && git(&["add", "migrations"]) && git(&["commit", "-m", "Begin"])) {
        eprintln!("skipped: there is no git");
        return None;
    }
    assert_eq!(failed(&p, 0), Vec::<String>::new());
    Some(p)
}

/// The checks that fail, each of which says what to do.
#[track_caller]
fn failed(p: &Project, code: i32) -> Vec<String> {
    let status = p.json("status", code);
    let checks = status["checks"].as_array().unwrap();
    let states: BTreeMap<&str, &str> =
        checks.iter().map(|c| (c["name"].as_str().unwrap(), c["state"].as_str().unwrap())).collect();
    for name in ["resources", "lock", "committed", "migrations", "drift"] {
        assert!(states.contains_key(name), "{name}: {status}");
    }
    let failed = checks.iter().filter(|c| c["state"] == "failed");
    failed
        .map(|c| {
            assert!(c["hint"].as_str().is_some_and(|h| !h.is_empty()), "{c}");
            c["name"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn a_lock_that_is_behind_the_resources_is_found() {
    let Some(p) = clean("lock") else { return };
    let lock = p.0.join("migrations/schema.lock");
    let text = std::fs::read_to_string(&lock).unwrap();
    std::fs::write(&lock, text.replace("\"pages\"", "\"leaves\"")).unwrap();
    let failed = failed(&p, 1);
    assert!(failed.contains(&"lock".to_owned()) && !failed.contains(&"migrations".to_owned()), "{failed:?}");
}

#[test]
fn migrations_that_are_not_committed_are_found() {
    let Some(p) = clean("committed") else { return };
    std::fs::write(p.0.join("migrations/sqlite/notes.txt"), "to be read").unwrap();
    assert_eq!(failed(&p, 1), ["committed"]);
}

#[tokio::test]
async fn a_table_that_somebody_has_changed_is_found() {
    let Some(p) = clean("drifted") else { return };
    let url = format!("sqlite:{}", p.0.join("app.db").display());
    let database = Database::connect(&DatabaseConfig::new(url)).await.unwrap();
    database.batch("ALTER TABLE books ADD COLUMN shelf TEXT").await.unwrap();
    drop(database);
    assert_eq!(failed(&p, 1), ["drift"]);
}

#[test]
fn a_migration_that_is_pending_is_found() {
    let Some(p) = clean("pending") else { return };
    p.json("migrate down", 0);
    assert_eq!(failed(&p, 1), ["migrations", "drift"], "and what it would have made is not there");
}

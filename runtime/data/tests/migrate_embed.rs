//! Migrations inside the program, and seeds: what a shipped binary does without a file beside it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod migrating;

use framewright_core::cx::State;
use framewright_core::{Cx, Error, ErrorKind, Kind};
use framewright_data::Dialect;
use framewright_data::drift::drift_from;
use framewright_data::migrate::{Embedded, MakeOptions, MigrationFiles, Migrator, make_for};
use framewright_data::seed::{SeedEntry, seed, seeds};
use migrating::*;
use std::path::Path;
use std::sync::{Arc, Mutex};

// What `embed_migrations!()` does with the directory of a package.
framewright_data::__inventory::submit! {
    Embedded::new(include!("embedded/embed.rs"))
}

fn declared() -> framewright_data::ddl::Schema {
    schema(vec![table("notes", vec![col("title", Kind::Text).length(1, 80), col("pinned", Kind::Bool)])])
}

/// The directory is as `make` makes it; `BLESS=1` makes it again.
#[test]
fn the_embedded_files_are_those_that_make_writes() {
    let fresh = folder("embedded");
    make_for(&fresh, &declared(), &MakeOptions::default()).unwrap();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/embedded");
    let mut paths = vec!["schema.lock".to_owned(), "embed.rs".to_owned()];
    for dialect in Dialect::ALL {
        paths.push(format!("{}/0001_create_notes/up.sql", dialect.name()));
        paths.push(format!("{}/0001_create_notes/down.sql", dialect.name()));
    }
    for path in paths {
        let new = std::fs::read_to_string(fresh.join(&path)).unwrap();
        if std::env::var_os("BLESS").is_some() {
            std::fs::create_dir_all(kept.join(&path).parent().unwrap()).unwrap();
            std::fs::write(kept.join(&path), &new).unwrap();
        }
        assert_eq!(
            new,
            std::fs::read_to_string(kept.join(&path)).unwrap(),
            "{path}: look at it, then BLESS=1"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_migrates_without_a_file() {
    let url = url(Dialect::Sqlite, "embed").await.unwrap();
    let database = connect(&url).await;
    let files = MigrationFiles::find(Path::new("/there/is/nothing/here"), Dialect::Sqlite).unwrap();
    assert_eq!(files.files.len(), 1);
    let migrator = Migrator::new(database.clone(), files);
    assert_eq!(migrator.up(None).await.unwrap(), ["0001_create_notes"]);
    assert!(drift_from(&database, &declared()).await.unwrap().is_empty());
    // Development knows the schema from the embedded lock, and has nothing left to do.
    assert_eq!(migrator.develop_to(&declared()).await.unwrap(), Vec::<String>::new());
    assert_eq!(migrator.down(1).await.unwrap(), ["0001_create_notes"]);
    assert!(live(&database).await.is_empty());
}

static RAN: Mutex<Vec<&str>> = Mutex::new(Vec::new());

macro_rules! seeded {
    ($name:literal, $order:literal, $result:expr) => {
        framewright_data::__inventory::submit! {
            SeedEntry { name: $name, order: $order, doc: "", run: |cx| Box::pin(async move {
                assert_eq!(cx.actor().id(), Some("system"), "a seed runs as the system");
                RAN.lock().unwrap().push($name);
                $result
            }) }
        }
    };
}
seeded!("users", 20, Ok(()));
seeded!("roles", 10, Ok(()));
seeded!("authors", 20, Ok(()));
seeded!(
    "broken",
    99,
    Err(Error::new(ErrorKind::Invalid, "validation", "some fields are not valid")
        .field("title", "is too short"))
);

#[tokio::test]
async fn seeds_run_in_their_order_and_say_which_failed() {
    let cx = Cx::new(Arc::new(State::default()));
    assert_eq!(seeds().iter().map(|s| s.name).collect::<Vec<_>>(), ["roles", "authors", "users", "broken"]);
    let seen = Mutex::new(Vec::new());
    let done =
        seed(&cx, &["users", "roles"], &|p| seen.lock().unwrap().push((p.name, p.at, p.of))).await.unwrap();
    assert_eq!(done, ["roles", "users"]);
    assert_eq!(*seen.lock().unwrap(), [("roles", 1, 2), ("users", 2, 2)]);
    RAN.lock().unwrap().clear();
    let error = seed(&cx, &[], &|_| {}).await.unwrap_err();
    assert_eq!(*RAN.lock().unwrap(), ["roles", "authors", "users", "broken"]);
    assert_eq!(error.code(), "seed.failed");
    assert_eq!(error.message(), "the seed `broken` failed: some fields are not valid; title: is too short");
    let error = seed(&cx, &["uesrs"], &|_| {}).await.unwrap_err();
    assert_eq!(
        (error.code(), error.hint_text()),
        ("seed.unknown", Some("there are: roles, authors, users, broken"))
    );
}

//! The test kit, on every database that is there.
#![cfg(feature = "testing")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use framewright::App;
use framewright::CxData;
use framewright::prelude::*;
use framewright::testing::{Factory, Faker, TestApp, for_each_database, redacted};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

#[derive(DbEnum)]
pub enum Mood {
    Calm,
    Cross,
}

/// A keeper of animals.
#[resource(policy = public)]
pub struct Keeper {
    #[field(length(min = 2, max = 40), filter, sort)]
    pub name: String,
    #[field(email, unique)]
    pub email: String,
}

/// An animal.
#[resource(policy = public)]
pub struct Animal {
    #[field(length(min = 12, max = 20), unique)]
    pub tag: String,
    #[field(range(min = 5, max = 9), filter)]
    pub legs: i16,
    pub mood: Mood,
    pub weight: Decimal,
    #[field(filter)]
    pub keeper_id: Id<Keeper>,
    pub born: Date,
    pub note: Option<String>,
}

impl Factory for Animal {}
impl Factory for Keeper {
    fn define(fake: &mut Faker) -> CreateKeeper {
        CreateKeeper::new(fake.name(), fake.email())
    }
}
impl Animal {
    fn cross(body: CreateAnimal) -> CreateAnimal {
        CreateAnimal { mood: Mood::Cross, ..body }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn factories_make_records_that_every_database_takes() {
    for_each_database(App::new, async |app| {
        let cx = app.cx();
        let animals = Animal::factory().count(30).state(Animal::cross).create(&cx).await.unwrap();
        assert_eq!(animals.len(), 30);
        assert!(
            animals.iter().all(|a| a.mood == Mood::Cross && (5..=9).contains(&a.legs) && a.note.is_none())
        );
        assert!(animals.iter().all(|a| (12..=20).contains(&a.tag.chars().count())), "{}", animals[0].tag);
        assert!(animals.iter().all(|a| a.keeper_id == animals[0].keeper_id), "one keeper was made for all");
        let keeper = Keeper::factory().seed(9).create_one(&cx).await.unwrap();
        let his = Animal::factory().seed(2).for_parent(&keeper).create_one(&cx).await.unwrap();
        assert_eq!(his.keeper_id, keeper.id);
    })
    .await;
}

#[test]
fn the_same_seed_makes_the_same_bodies() {
    let tags =
        |seed| Animal::factory().seed(seed).count(3).make().into_iter().map(|a| a.tag).collect::<Vec<_>>();
    assert_eq!(tags(3), tags(3));
    assert_ne!(tags(3), tags(4));
}

#[tokio::test]
async fn the_clock_and_the_ids_can_be_held() {
    let app = TestApp::new().await;
    app.clock().set("2026-01-31T12:00:00Z");
    app.count_ids();
    let keeper = Keeper::factory().create_one(&app.cx()).await.unwrap();
    assert_eq!(keeper.created_at.to_string(), "2026-01-31T12:00:00Z");
    assert_eq!(keeper.id.to_string(), "00000000-0000-7000-8000-000000000001");
    app.clock().advance(std::time::Duration::from_secs(60));
    let other = Keeper::factory().seed(5).create_one(&app.cx()).await.unwrap();
    assert_eq!(other.created_at.to_string(), "2026-01-31T12:01:00Z");
    assert_eq!(other.id.to_string(), "00000000-0000-7000-8000-000000000002");
}

#[tokio::test]
async fn statements_are_counted() {
    let app = TestApp::new().await;
    let cx = app.cx();
    let ((), none) = app.statements(async {}).await;
    let (_, some) = app.statements(Keeper::factory().create_one(&cx)).await;
    assert_eq!(none, 0);
    assert!(some >= 1, "{some}");
}

#[tokio::test]
async fn a_failed_assertion_says_what_was_asked_and_what_differs() {
    let app = TestApp::new().await;
    let answer = app.get("/nothing/here").await.assert_not_found().assert_code("route.not_found");
    let failed =
        std::panic::catch_unwind(|| answer.assert_json(serde_json::json!({"success": true}))).unwrap_err();
    let said = failed.downcast_ref::<String>().unwrap();
    assert!(
        said.starts_with("GET /nothing/here was answered 404 Not Found, but its JSON differs:"),
        "{said}"
    );
    assert!(said.contains("success: expected true, found false"), "{said}");
}

#[tokio::test]
async fn a_client_acts_as_who_it_says() {
    use framewright::axum::{Router, routing::get};
    async fn who(cx: Cx) -> String {
        format!("{:?} {}", cx.actor().id(), cx.state().get::<Marker>().is_some())
    }
    let app = App::new().routes(Router::new().route("/who", get(who))).part(Arc::new(Marker));
    let app = TestApp::of(app).await;
    assert_eq!(app.get("/who").await.assert_ok().text(), "None true");
    let keeper = Keeper::factory().create_one(&app.cx()).await.unwrap();
    let expected = format!("Some({:?}) true", keeper.id.to_string());
    assert_eq!(app.as_user(&keeper).get("/who").await.text(), expected);
    assert_eq!(app.get("/who").await.text(), "None true", "the first client is still nobody");
}
struct Marker;

static TRACE: Mutex<Vec<String>> = Mutex::new(Vec::new());
static STARTS: AtomicU32 = AtomicU32::new(0);

struct Traced(&'static str, bool);
impl Provider for Traced {
    fn name(&self) -> &'static str {
        self.0
    }
    fn register(&self, _: &Cx) -> Result<()> {
        TRACE.lock().unwrap().push(format!("register {}", self.0));
        Ok(())
    }
    async fn boot(&self, cx: &Cx) -> Result<()> {
        cx.database()?;
        TRACE.lock().unwrap().push(format!("boot {}", self.0));
        if self.1 { Err(Error::internal("no")) } else { Ok(()) }
    }
    async fn shutdown(&self, cx: &Cx) -> Result<()> {
        cx.database()?;
        TRACE.lock().unwrap().push(format!("shutdown {}", self.0));
        Err(Error::internal("a provider that fails here does not keep the others up"))
    }
}

#[tokio::test]
async fn providers_come_in_order_and_go_in_reverse_even_when_one_fails_in_the_middle() {
    let app =
        App::new().provider(Traced("a", false)).provider(Traced("b", false)).provider(Traced("c", false));
    TestApp::of(app).await.shutdown().await;
    let all = [
        "register a",
        "register b",
        "register c",
        "boot a",
        "boot b",
        "boot c",
        "shutdown c",
        "shutdown b",
        "shutdown a",
    ];
    assert_eq!(std::mem::take(&mut *TRACE.lock().unwrap()), all);

    let app =
        App::new().provider(Traced("a", false)).provider(Traced("b", true)).provider(Traced("c", false));
    let failed = TestApp::try_on(framewright::data::Dialect::Sqlite, app).await.err().unwrap();
    assert_eq!(failed.code(), "internal");
    let all = ["register a", "register b", "register c", "boot a", "boot b", "shutdown a"];
    assert_eq!(std::mem::take(&mut *TRACE.lock().unwrap()), all);
    STARTS.fetch_add(1, Ordering::Relaxed);
}

#[tokio::test]
async fn databases_are_apart_and_gone_afterwards() {
    let (a, b) = (TestApp::new().await, TestApp::new().await);
    Keeper::factory().create_one(&a.cx()).await.unwrap();
    // the same unique email in another test's database
    Keeper::factory().create_one(&b.cx()).await.unwrap();
    let file = a.database().config().url.trim_start_matches("sqlite:").to_owned();
    assert!(std::path::Path::new(&file).exists());
    a.shutdown().await;
    assert!(!std::path::Path::new(&file).exists());
    assert_eq!(
        redacted(&serde_json::json!({"at": "2026-01-31T12:00:00Z"})),
        serde_json::json!({"at": "[time]"})
    );
}

/// The data of a demonstration and the data of a test come from one definition.
#[framewright::seed(order = 5)]
async fn zoo(cx: &Cx) -> Result<()> {
    Animal::factory().seed(77).count(3).create(cx).await.map(drop)
}

#[tokio::test]
async fn a_seed_uses_the_factories_that_tests_use() {
    let app = TestApp::new().await;
    framewright::data::seed::seed(&app.cx(), &["zoo"], &|_| {}).await.unwrap();
    app.get("/api/v1/animals").await.assert_ok().assert_count(3);
}

/// A measurement, not a test: `cargo test -p framewright --features testing --test testing -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "prints how long 200 databases take"]
async fn two_hundred_databases_side_by_side() {
    use framewright::data::Dialect;
    use framewright::testing::available;
    for dialect in available() {
        let began = std::time::Instant::now();
        let side_by_side = tokio::task::LocalSet::new();
        let all = (0..200).map(|_| {
            side_by_side.spawn_local(async move {
                let app = TestApp::on(dialect, App::new()).await;
                Keeper::factory().create_one(&app.cx()).await.unwrap();
                app.get("/api/v1/keepers").await.assert_ok().assert_count(1);
            })
        });
        let all: Vec<_> = all.collect();
        side_by_side.await;
        for one in all {
            one.await.unwrap();
        }
        eprintln!("{}: 200 tests in {:.1} s", dialect.name(), began.elapsed().as_secs_f64());
    }
    assert_eq!(Dialect::ALL.len(), 3);
}

// what another crate declares would be named here with its path
framewright::expect!(Keeper, Animal);

#[service]
pub struct Feeder {
    #[service(default)]
    fed: AtomicU32,
}

#[tokio::test]
async fn a_handler_takes_a_service_as_its_argument() {
    use framewright::axum::{Router, routing::post};
    async fn feed(feeder: Inject<Feeder>) -> String {
        (feeder.fed.fetch_add(1, Ordering::Relaxed) + 1).to_string()
    }
    let app = || App::new().routes(Router::new().route("/feed", post(feed)));
    let first = TestApp::of(app()).await;
    assert_eq!(first.post("/feed").await.assert_ok().text(), "1");
    assert_eq!(first.post("/feed").await.text(), "2", "it is one and the same");
    let ready = TestApp::of(app().service(Feeder { fed: AtomicU32::new(40) })).await;
    assert_eq!(ready.post("/feed").await.text(), "41", "a service that was given is not built");
}

/// One binary, three databases: only the environment differs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_program_runs_on_the_database_that_the_environment_names() {
    use framewright::testing::{TestDatabase, available};
    for dialect in available() {
        let database = TestDatabase::create(dialect, "empty", async |_| Ok(())).await.unwrap();
        let run = |words: &str| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_framewright-fixture"));
            command
                .args(words.split(' '))
                .env("FW_ROOT", std::env::temp_dir())
                .env("DATABASE_URL", database.url());
            let out = command.env_remove("FW_ENV").output().unwrap();
            let text = String::from_utf8_lossy(&out.stdout).into_owned();
            assert!(out.status.success(), "{words}: {text}{}", String::from_utf8_lossy(&out.stderr));
            serde_json::from_str::<serde_json::Value>(&text).unwrap()
        };
        assert_eq!(run("seed --json")["seeds"][0], "authors", "{}", dialect.name());
        assert_eq!(run("drift --json")["drift"], false, "{}", dialect.name());
        let authors = run("record list Author --sort -name --json");
        assert_eq!(authors["data"][0]["name"], "Bo (EUR)", "{}", dialect.name());
    }
}

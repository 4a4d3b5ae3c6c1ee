//! An application of two resources on each database that is there.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

use framewright::prelude::*;
use framewright::{App, Database, Running};
use std::sync::atomic::{AtomicU32, Ordering};

/// Who writes.
#[resource(policy = public, has_many(articles: Article, messages: Message))]
pub struct Author {
    /// What they are called.
    #[field(length(min = 2, max = 40), filter, sort, unique(code = "author.name_taken"))]
    pub name: String,
}

#[derive(DbEnum)]
pub enum State {
    Draft,
    Published,
}

/// What was written.
#[resource(policy = public, soft_delete, versioned)]
pub struct Article {
    /// The headline.
    #[field(length(min = 3, max = 60), filter, sort, example = "Hello")]
    pub title: String,
    #[field(text)]
    pub body: Option<String>,
    #[field(filter, on_delete = restrict)]
    pub author_id: Id<Author>,
    #[field(filter, default = State::Draft)]
    pub state: State,
    #[field(range(min = 0, max = 10), filter, sort, default = 5)]
    pub rank: i32,
    #[field(readonly, sort, default = 0)]
    pub views: i64,
    #[field(filter)]
    pub price: Option<Decimal>,
    pub at: Option<Timestamp>,
    pub day: Option<Date>,
    pub extra: Option<Json<serde_json::Value>>,
}

/// Nothing but reads.
#[resource(policy = public, only(list, read))]
pub struct Note {
    #[field(filter)]
    pub text: String,
}

/// Written to us, read by nobody: nothing shows it.
#[resource(policy = public, only(create))]
pub struct Message {
    #[field(filter)]
    pub text: String,
    #[field(filter)]
    pub author_id: Id<Author>,
    /// The same, seen from another one of its kind.
    #[field(filter)]
    pub answers_id: Option<Id<Self>>,
}

/// A key of its own.
#[resource(policy = public)]
pub struct Shelf {
    pub id: String,
    #[field(filter)]
    pub label: String,
}

pub struct Served {
    pub name: &'static str,
    pub running: Running,
    _dir: Dir,
}

struct Dir(std::path::PathBuf);

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// The application on a fresh database of each kind.
pub async fn each() -> Vec<Served> {
    let mut all = vec![on("sqlite", "sqlite:app.db".to_owned()).await];
    for (name, url) in servers().await {
        all.push(on(name, url).await);
    }
    all
}

/// A fresh database on each server that is there.
pub async fn servers() -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for (name, variable) in [("postgres", "TEST_POSTGRES_URL"), ("mysql", "TEST_MYSQL_URL")] {
        let Ok(server) = std::env::var(variable) else {
            eprintln!("skipped: {variable} is not set");
            continue;
        };
        let database = format!("http_{}_{}", std::process::id() % 5000, NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = Database::connect(&framewright::data::DatabaseConfig::new(&server)).await.unwrap();
        admin.batch(&format!("DROP DATABASE IF EXISTS {database}")).await.unwrap();
        admin.batch(&format!("CREATE DATABASE {database}")).await.unwrap();
        let base = server.rsplit_once('/').unwrap().0;
        all.push((name, format!("{base}/{database}")));
    }
    all
}

/// The application on SQLite alone.
pub async fn sqlite() -> Served {
    on("sqlite", "sqlite:app.db".to_owned()).await
}

/// This application, on SQLite.
pub async fn of(app: App) -> Served {
    start("sqlite", "sqlite:app.db".to_owned(), app).await.unwrap()
}

/// This application, or why it does not start.
pub async fn try_of(app: App) -> Result<Served> {
    start("sqlite", "sqlite:app.db".to_owned(), app).await
}

/// The application on this database.
pub async fn on(name: &'static str, url: String) -> Served {
    start(name, url, App::new()).await.unwrap()
}

async fn start(name: &'static str, url: String, app: App) -> Result<Served> {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let dir = std::env::temp_dir().join(format!("fw_http_{}_{n}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let dir = Dir(dir);
    let running = app.root(&dir.0).set("database.url", url).set("log.level", "error").start().await?;
    Ok(Served { name, running, _dir: dir })
}

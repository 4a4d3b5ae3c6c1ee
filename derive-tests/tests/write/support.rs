//! A fresh database of each kind with the tables of the model.

use super::checks::{Asset, Coupon};
use super::model::*;
use framewright::cx::State;
use framewright::data::{Database, DatabaseConfig, Dialect, ddl::create_schema};
use framewright::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) struct Fresh {
    pub db: Arc<Database>,
    pub cx: Cx,
    file: Option<String>,
}

impl Drop for Fresh {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = self.file.as_ref().map(|f| std::fs::remove_file(format!("{f}{end}")));
        }
    }
}

impl Fresh {
    pub(crate) fn name(&self) -> &'static str {
        self.db.dialect().name()
    }

    pub(crate) async fn statements(&self, run: impl AsyncFnOnce()) -> u64 {
        let before = self.db.statements();
        run().await;
        self.db.statements() - before
    }
}

async fn url(dialect: Dialect) -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("write_{}_{}", std::process::id() % 5000, NEXT.fetch_add(1, Ordering::Relaxed));
    let variable = match dialect {
        Dialect::Sqlite => {
            let file = std::env::temp_dir().join(format!("{name}.db"));
            let _ = std::fs::remove_file(&file);
            return Some(format!("sqlite:{}", file.display()));
        }
        Dialect::Postgres => "TEST_POSTGRES_URL",
        Dialect::Mysql => "TEST_MYSQL_URL",
    };
    let Ok(server) = std::env::var(variable) else {
        eprintln!("skipped: {variable} is not set");
        return None;
    };
    let admin = Database::connect(&DatabaseConfig::new(&server)).await.unwrap();
    admin.batch(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
    admin.batch(&format!("CREATE DATABASE {name}")).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    Some(format!("{base}/{name}"))
}

/// One of each kind.
pub(crate) async fn each() -> Vec<Fresh> {
    let mut all = Vec::new();
    for dialect in Dialect::ALL {
        let Some(url) = url(dialect).await else { continue };
        let db = Database::connect(&DatabaseConfig::new(&url)).await.unwrap();
        let tables = [
            User::DESCRIPTOR,
            Post::DESCRIPTOR,
            Tag::DESCRIPTOR,
            PostTag::DESCRIPTOR,
            Ticket::DESCRIPTOR,
            Event::DESCRIPTOR,
            Stock::DESCRIPTOR,
            Pair::DESCRIPTOR,
            Asset::DESCRIPTOR,
            Coupon::DESCRIPTOR,
        ];
        for sql in create_schema(dialect, &tables) {
            db.batch(&sql).await.unwrap_or_else(|e| panic!("{sql}: {e:?}"));
        }
        let state = Arc::new(State::default());
        state.insert(db.clone());
        all.push(Fresh { db, cx: Cx::new(state), file: url.strip_prefix("sqlite:").map(str::to_owned) });
    }
    all
}

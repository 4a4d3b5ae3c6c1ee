//! A fresh database of each kind for a test; those that are not there are said to be skipped.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used)]

#[path = "../../../testing/src/ledger.rs"]
mod ledger;

use framewright_core::cx::State;
use framewright_core::{Cx, Kind, Value};
use framewright_data::row::Collect;
use framewright_data::{Bind, Database, DatabaseConfig, Dialect, Step, Stmt, StmtBuilder, Unit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

pub struct Fresh {
    pub db: Arc<Database>,
    pub cx: Cx,
    pub url: String,
    drop_url: Option<(String, String)>,
    file: Option<std::path::PathBuf>,
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            for end in ["", "-wal", "-shm", ".migrate.lock"] {
                let _ = std::fs::remove_file(format!("{}{end}", file.display()));
            }
        }
        if let Some((server, name)) = self.drop_url.take() {
            // On a thread of its own: this may be the end of a test's runtime.
            let gone = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let force = if server.starts_with("postgres") { " WITH (FORCE)" } else { "" };
                    if let Ok(admin) = Database::connect(&DatabaseConfig::new(server)).await {
                        let _ = admin.batch(&format!("DROP DATABASE IF EXISTS {name}{force}")).await;
                    }
                });
            });
            let _ = gone.join();
        }
    }
}

fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("connect_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The URL of a new, empty database of this kind, or `None` after saying that it is skipped.
pub async fn new_url(dialect: Dialect) -> Option<String> {
    let name = unique();
    let variable = match dialect {
        Dialect::Sqlite => {
            ledger::used(dialect.name());
            let path = std::env::temp_dir().join(format!("{name}.db"));
            for end in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{end}", path.display()));
            }
            return Some(format!("sqlite:{}", path.display()));
        }
        Dialect::Postgres => "TEST_POSTGRES_URL",
        Dialect::Mysql => "TEST_MYSQL_URL",
    };
    let Ok(server) = std::env::var(variable) else {
        ledger::skipped(variable);
        return None;
    };
    ledger::used(dialect.name());
    let admin = Database::connect(&DatabaseConfig::new(&server)).await.unwrap();
    admin.batch(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
    admin.batch(&format!("CREATE DATABASE {name}")).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    Some(format!("{base}/{name}"))
}

/// The server and the name of a database that has to be dropped at the end.
fn droppable(dialect: Dialect, url: &str) -> Option<(String, String)> {
    let (base, name) = url.rsplit_once('/')?;
    (dialect != Dialect::Sqlite).then(|| {
        let variable = if dialect == Dialect::Postgres { "TEST_POSTGRES_URL" } else { "TEST_MYSQL_URL" };
        (std::env::var(variable).unwrap_or_else(|_| base.to_owned()), name.to_owned())
    })
}

pub fn cx_of(db: &Arc<Database>) -> Cx {
    let state = Arc::new(State::default());
    state.insert(db.clone());
    Cx::new(state)
}

pub async fn fresh_with(dialect: Dialect, change: impl FnOnce(&mut DatabaseConfig)) -> Option<Fresh> {
    let url = new_url(dialect).await?;
    let mut config = DatabaseConfig::new(&url);
    change(&mut config);
    let db = Database::connect(&config).await.unwrap();
    let file = url.strip_prefix("sqlite:").map(Into::into);
    Some(Fresh { cx: cx_of(&db), db, drop_url: droppable(dialect, &url), url, file })
}

pub async fn fresh(dialect: Dialect) -> Option<Fresh> {
    fresh_with(dialect, |_| {}).await
}

/// Every dialect that this test program was built with and has a server for.
pub async fn each() -> Vec<Fresh> {
    each_with(|_| {}).await
}

/// The same, opened with other limits.
pub async fn each_with(change: impl Fn(&mut DatabaseConfig)) -> Vec<Fresh> {
    let mut all = Vec::new();
    for dialect in built() {
        all.extend(fresh_with(dialect, &change).await);
    }
    all
}

pub fn built() -> Vec<Dialect> {
    let mut all = Vec::new();
    if cfg!(feature = "sqlite") {
        all.push(Dialect::Sqlite);
    }
    if cfg!(feature = "postgres") {
        all.push(Dialect::Postgres);
    }
    if cfg!(feature = "mysql") {
        all.push(Dialect::Mysql);
    }
    all
}

impl Fresh {
    pub fn of(db: Arc<Database>, cx: Cx, url: String) -> Self {
        let drop_url = droppable(db.dialect(), &url);
        Self { db, cx, url, drop_url, file: None }
    }
    pub fn dialect(&self) -> Dialect {
        self.db.dialect()
    }
    pub fn sql(&self, sql: &str) -> StmtBuilder {
        let mut b = StmtBuilder::new(self.dialect());
        b.sql(sql);
        b
    }
    /// A table `notes(id bigint, body text, n bigint)`.
    pub async fn notes(&self) {
        let sql = match self.dialect() {
            Dialect::Sqlite => {
                "CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, body TEXT NOT NULL, n INTEGER NOT NULL DEFAULT 0) STRICT"
            }
            Dialect::Postgres => {
                r#"CREATE TABLE notes (id bigint NOT NULL PRIMARY KEY, body text COLLATE "C" NOT NULL, n bigint NOT NULL DEFAULT 0)"#
            }
            Dialect::Mysql => {
                "CREATE TABLE notes (id BIGINT NOT NULL PRIMARY KEY, body VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, n BIGINT NOT NULL DEFAULT 0) ENGINE=InnoDB"
            }
        };
        self.db.batch(sql).await.unwrap();
    }
    pub fn insert(&self, id: i64, body: &str) -> Stmt {
        let mut b = StmtBuilder::new(self.dialect());
        b.sql("INSERT INTO ").ident("notes").sql(" (").ident("id").sql(", ").ident("body").sql(") VALUES (");
        b.bind(Kind::I64, Value::I64(id))
            .sql(", ")
            .bind(Kind::Text, Value::Text(body.into()))
            .sql(")")
            .cached();
        b.finish()
    }
    pub async fn put(&self, cx: &Cx, id: i64, body: &str) -> framewright_core::Result<()> {
        self.db.write(cx, Unit::from(Step::new(self.insert(id, body)))).await.map(drop)
    }
    /// Changes a note, which locks it.
    pub async fn touch(&self, cx: &Cx, id: i64) -> framewright_core::Result<()> {
        let mut b = self.sql("UPDATE notes SET n = n + 1 WHERE id = ");
        b.bind(Kind::I64, Value::I64(id)).cached();
        self.db.write(cx, Unit::from(Step::new(b.finish()))).await.map(drop)
    }
    pub async fn rows(
        &self,
        cx: &Cx,
        stmt: Stmt,
        kinds: &[Kind],
    ) -> framewright_core::Result<Vec<Vec<Value>>> {
        self.db.read(cx, stmt, Collect::new(kinds)).await.map(|c| c.rows)
    }
    pub async fn count(&self, cx: &Cx) -> i64 {
        let rows =
            self.rows(cx, self.sql("SELECT count(*) FROM notes").finish(), &[Kind::I64]).await.unwrap();
        let Value::I64(n) = rows[0][0] else { panic!("{rows:?}") };
        n
    }
    pub async fn ids(&self, cx: &Cx) -> Vec<i64> {
        let rows =
            self.rows(cx, self.sql("SELECT id FROM notes ORDER BY id").finish(), &[Kind::I64]).await.unwrap();
        rows.into_iter().map(|r| if let Value::I64(n) = r[0] { n } else { panic!() }).collect()
    }
}

pub fn bind(kind: Kind, value: Value) -> Bind {
    Bind::new(kind, value)
}

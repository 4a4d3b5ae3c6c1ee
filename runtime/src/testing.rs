//! The test kit: `TestApp` is the whole application, started as in production, on a database of its own, without a
//! socket.
//!
//! ```ignore
//! #[tokio::test]
//! async fn a_post_can_be_read() {
//!     let app = TestApp::of(blog::app()).await;
//!     let id = app.post("/api/v1/posts").json(json!({"title": "Hello"})).await.assert_created().id();
//!     app.get(&format!("/api/v1/posts/{id}")).await.assert_ok().assert_data(json!({"title": "Hello"}));
//! }
//! ```
#![allow(clippy::expect_used, clippy::panic, reason = "a test kit ends a test by a panic")]

pub use framewright_testing::*;

use crate::app::App;
use crate::schema;
use crate::session::Running;
use framewright_core::config::Environment;
use framewright_core::cx::Ids;
use framewright_core::{Cx, registry};
use framewright_data::ddl::Schema;
use framewright_data::{CxData, Database, Dialect};
use std::ops::Deref;
use std::sync::Arc;

/// An application under test; its database is dropped with it.
pub struct TestApp {
    client: Client,
    running: Running,
    clock: Arc<TestClock>,
    // dropped last: the application closes its connections first
    _database: TestDatabase,
}

impl TestApp {
    /// Everything that is linked into the test, on the database that `TEST_DATABASE` names (`sqlite`, `postgres` or
    /// `mysql`); without it SQLite.
    ///
    /// # Panics
    /// When the application does not start.
    pub async fn new() -> Self {
        Self::of(App::new()).await
    }

    /// This application, on the database that `TEST_DATABASE` names.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn of(app: App) -> Self {
        let word = std::env::var("TEST_DATABASE").unwrap_or_default();
        let dialect = Dialect::ALL.into_iter().find(|d| d.name() == word);
        let known = dialect.is_some() || word.is_empty();
        assert!(known, "TEST_DATABASE says `{word}`: it is sqlite, postgres or mysql");
        Self::on(dialect.unwrap_or(Dialect::Sqlite), app).await
    }

    /// This application, on a new database of this dialect.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn on(dialect: Dialect, app: App) -> Self {
        match Box::pin(Self::try_on(dialect, app)).await {
            Ok(app) => app,
            Err(error) => {
                panic!("the application does not start: {error:?}\n{}", error.hint_text().unwrap_or_default())
            }
        }
    }

    /// This application, on a new database of this dialect.
    ///
    /// # Errors
    /// Those of its start.
    pub async fn try_on(dialect: Dialect, app: App) -> crate::Result<Self> {
        let root = app.parts.root.clone().unwrap_or_else(crate::project::root);
        let resources = registry::resources();
        let files = framewright_data::migrate::MigrationFiles::find(&root.join("migrations"), dialect)?;
        let migrations = files.files.iter().map(|m| m.checksum()).collect::<String>();
        let key = short(&format!("{}{migrations}", Schema::of(&resources).fingerprint()));
        let prepare = async |database: Arc<Database>| {
            schema::bring_up_to_date(&database, &root, &resources).await.map(drop)
        };
        let database = TestDatabase::create(dialect, &key, prepare).await?;
        let clock = Arc::new(TestClock::default());
        let app = app
            .env(Environment::Test)
            .set("database.url", database.url())
            .set("database.auto_migrate", "false")
            .set("database.max_connections", "4")
            .set("database.lanes", "1")
            .clock(Arc::clone(&clock) as _);
        let app = match std::env::var_os("RUST_LOG") {
            Some(_) => app,
            None => app.set("log.level", "error"),
        };
        let running = app.start().await?;
        Ok(Self { client: Client::new(running.edge().clone()), running, clock, _database: database })
    }

    /// A context outside of any request, with every right.
    #[must_use]
    pub fn cx(&self) -> Cx {
        self.running.cx().as_system("test")
    }

    /// The clock of the application: it runs until it is set.
    #[must_use]
    pub fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// From now on new ids count: …0001, …0002.
    pub fn count_ids(&self) {
        self.running.cx().state().insert(Arc::new(Ids(Arc::new(CountedIds::default()))));
    }

    /// The database it runs on.
    #[must_use]
    pub fn database(&self) -> Arc<Database> {
        self.running.cx().database().expect("the application was started with a database")
    }

    /// How many statements some work asks the database to run.
    pub async fn statements<T>(&self, work: impl Future<Output = T>) -> (T, u64) {
        let database = self.database();
        let before = database.statements();
        let out = work.await;
        (out, database.statements() - before)
    }

    /// A client of its own, to act as somebody else or send headers.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Shuts the application down as a server would.
    pub async fn shutdown(self) {
        self.running.shutdown().await;
    }
}

impl Deref for TestApp {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Runs a test on every database that is there, each time with a new application; says on the standard error stream
/// which ones are skipped.
///
/// # Panics
/// When the application does not start, or the test fails.
pub async fn for_each_database(app: impl Fn() -> App, test: impl AsyncFn(TestApp)) {
    for dialect in Dialect::ALL {
        if skipped(dialect) {
            continue;
        }
        eprintln!("running on {}", dialect.name());
        match TestApp::try_on(dialect, app()).await {
            Ok(app) => test(app).await,
            Err(e) if e.code() == "config.database" => eprintln!("skipped: {}", e.message()),
            Err(e) => panic!("the application does not start: {e:?}"),
        }
    }
}

/// A text for the name of a database: sixteen hexadecimal digits.
fn short(text: &str) -> String {
    // FNV-1a: a name, not a secret
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

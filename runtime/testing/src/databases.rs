//! A database for each test, on all three: a copy of a prepared file of SQLite, a clone of a template of PostgreSQL, a
//! new database of MariaDB; each dropped with the test.

use crate::{ledger, template};
use framewright_core::{Error, ErrorKind, Result};
use framewright_data::{Database, DatabaseConfig, Dialect};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many databases of servers are in use at once in a process: a server has a bounded number of connections.
static IN_USE: Semaphore = Semaphore::const_new(12);
static COUNT: AtomicU32 = AtomicU32::new(0);

/// The server of a dialect that tests may create databases on.
fn server(dialect: Dialect) -> Option<String> {
    let name = variable(dialect)?;
    std::env::var(name).ok().filter(|url| !url.is_empty())
}

const fn variable(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some("TEST_POSTGRES_URL"),
        Dialect::Mysql => Some("TEST_MYSQL_URL"),
    }
}

/// The databases that tests can run on here: SQLite always, the others where the environment names a server.
#[must_use]
pub fn available() -> Vec<Dialect> {
    Dialect::ALL.into_iter().filter(|d| *d == Dialect::Sqlite || server(*d).is_some()).collect()
}

/// Whether a test has to leave a database out, which is then said on the standard error stream.
#[must_use]
pub fn skipped(dialect: Dialect) -> bool {
    let absent = variable(dialect).filter(|_| server(dialect).is_none());
    if let Some(name) = absent {
        ledger::skipped(name);
    }
    absent.is_some()
}

/// A database of one test; dropped with this value.
pub struct TestDatabase {
    url: String,
    remove: Remove,
    _place: Option<SemaphorePermit<'static>>,
}

enum Remove {
    Files(PathBuf),
    Database { server: String, dialect: Dialect, name: String },
}

impl TestDatabase {
    /// A new database with the schema that `prepare` makes; `key` names that schema, so that SQLite and PostgreSQL can
    /// keep a template of it, which is copied.
    ///
    /// # Errors
    /// When there is no server, or it refuses.
    pub async fn create<F>(dialect: Dialect, key: &str, prepare: F) -> Result<Self>
    where
        F: AsyncFn(Arc<Database>) -> Result<()>,
    {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("fw_test_{}_{number}_{}", std::process::id(), moment());
        if dialect == Dialect::Sqlite {
            let file = folder().join(format!("{name}.db"));
            let url = format!("sqlite:{}", file.display());
            let made = Self { url, remove: Remove::Files(file.clone()), _place: None };
            Box::pin(template::copy_file(&folder(), key, &file, async || {
                let database = made.connect().await?;
                prepare(Arc::clone(&database)).await?;
                Ok(database)
            }))
            .await?;
            ledger::used(dialect.name());
            return Ok(made);
        }
        let server = server(dialect).ok_or_else(|| {
            let name = variable(dialect).unwrap_or_default();
            Error::new(ErrorKind::Unavailable, "testing.no_server", format!("{name} is not set"))
                .hint(format!("set {name} to the URL of a server whose user may create databases; `cargo xtask test` starts one"))
        })?;
        let place = IN_USE.acquire().await.map_err(Error::internal)?;
        let url = with_name(&server, &name);
        let admin = Database::connect(&small(&server)).await?;
        let made = Self {
            url,
            remove: Remove::Database { server: server.clone(), dialect, name: name.clone() },
            _place: Some(place),
        };
        if dialect == Dialect::Postgres {
            let half = |name: &str| {
                let config = small(&with_name(&server, name));
                async move { Database::connect(&config).await }
            };
            template::clone(&admin, key, &name, async |template: &str| prepare(half(template).await?).await)
                .await?;
        } else {
            admin.batch(&format!("CREATE DATABASE `{name}`")).await?;
            prepare(made.connect().await?).await?;
        }
        // only now: a database that could not be had was not tested
        ledger::used(dialect.name());
        Ok(made)
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    async fn connect(&self) -> Result<Arc<Database>> {
        Database::connect(&small(&self.url)).await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        match &self.remove {
            Remove::Files(file) => {
                for end in ["", "-wal", "-shm", "-journal", ".migrate.lock"] {
                    let mut path = file.clone().into_os_string();
                    path.push(end);
                    let _ = std::fs::remove_file(path);
                }
            }
            Remove::Database { server, dialect, name } => {
                let (server, sql) = (server.clone(), drop_sql(*dialect, name));
                // the test's runtime may be gone already, so the drop brings its own; a database that stays behind
                // is no reason to fail a test that has passed
                let dropped = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                    runtime
                        .block_on(async { Database::connect(&small(&server)).await?.batch(&sql).await })
                        .map_err(std::io::Error::other)
                });
                if !matches!(dropped.join(), Ok(Ok(()))) {
                    eprintln!("the test database `{name}` could not be dropped");
                }
            }
        }
    }
}

fn drop_sql(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Postgres => format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"),
        Dialect::Mysql | Dialect::Sqlite => format!("DROP DATABASE IF EXISTS `{name}`"),
    }
}

fn small(url: &str) -> DatabaseConfig {
    DatabaseConfig {
        max_connections: 2,
        lanes: 1,
        acquire_timeout: Duration::from_secs(30),
        ..DatabaseConfig::new(url)
    }
}

/// The URL of another database of the same server.
fn with_name(server: &str, name: &str) -> String {
    let (base, parameters) = match server.split_once('?') {
        Some((base, parameters)) => (base, format!("?{parameters}")),
        None => (server, String::new()),
    };
    let host_at = base.find("://").map_or(0, |i| i + 3);
    let end = base.get(host_at..).and_then(|rest| rest.find('/')).map_or(base.len(), |i| host_at + i);
    format!("{}/{name}{parameters}", base.get(..end).unwrap_or(base))
}

/// Where files of SQLite are: in memory where the system has a place for that, because a test waits for every commit
/// to reach the disk and needs none of them to.
fn folder() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}

/// A part of a name that no other run has.
fn moment() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("{:x}", since.as_micros() & 0xff_ffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::with_name;

    #[test]
    fn the_name_is_replaced_and_the_rest_stays() {
        assert_eq!(with_name("postgres://fw@h:1/postgres?a=b", "x"), "postgres://fw@h:1/x?a=b");
        assert_eq!(with_name("mysql://fw:p@h", "x"), "mysql://fw:p@h/x");
    }
}

//! Where the database is, and the limits of its connections.

use crate::dialect::Dialect;
use framewright_core::{Error, ErrorKind, Result};
use std::time::Duration;

/// What [`Database::connect`](super::Database::connect) needs to know; every number is a configuration key.
#[derive(Clone)]
pub struct DatabaseConfig {
    /// `sqlite:path`, `sqlite::memory:`, a bare path, `postgres://…` or `mysql://…`/`mariadb://…`
    pub url: String,
    /// connections of the pool (PostgreSQL, MySQL)
    pub max_connections: usize,
    /// how long a statement waits for a connection, or for the one writer of SQLite, before 503 `database.busy`
    pub acquire_timeout: Duration,
    /// how long a statement may run before it is stopped
    pub statement_timeout: Duration,
    /// shared pipelined connections for bounded reads (PostgreSQL)
    pub lanes: usize,
    /// threads for reads whose plan is not bounded (SQLite)
    pub sqlite_readers: usize,
    /// how long to wait for another process's lock (SQLite)
    pub sqlite_busy_timeout: Duration,
    /// bytes of the file that are mapped into memory instead of read (SQLite); 0 switches it off
    pub sqlite_mmap: u64,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: "sqlite:app.db".to_owned(),
            max_connections: 16,
            acquire_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(10),
            lanes: 2,
            sqlite_readers: 2,
            sqlite_busy_timeout: Duration::from_secs(5),
            sqlite_mmap: 256 * 1024 * 1024,
        }
    }
}

impl std::fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URL may hold a password.
        f.debug_struct("DatabaseConfig").field("dialect", &self.dialect().ok()).finish_non_exhaustive()
    }
}

impl DatabaseConfig {
    /// The defaults, for this URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    /// The dialect that the URL names.
    ///
    /// # Errors
    /// When it names a database that is not supported.
    pub fn dialect(&self) -> Result<Dialect> {
        let scheme = self.url.split_once("://").map(|(scheme, _)| scheme);
        match scheme {
            Some("postgres" | "postgresql") => Ok(Dialect::Postgres),
            Some("mysql" | "mariadb") => Ok(Dialect::Mysql),
            Some("sqlite" | "file") | None => Ok(Dialect::Sqlite),
            Some(other) => Err(refused(format!("the database `{other}` is not supported"))),
        }
    }
}

/// An error of the configuration, with the way out.
pub(crate) fn refused(message: String) -> Error {
    Error::new(ErrorKind::Internal, "config.database", message)
        .hint("set DATABASE_URL to `sqlite:app.db`, `postgres://user@host/name` or `mysql://user@host/name`")
}

/// The error of a dialect that this program was built without.
#[allow(dead_code, reason = "unused when every dialect is built in")]
pub(crate) fn not_built(dialect: Dialect) -> Error {
    let name = dialect.name();
    Error::new(ErrorKind::Internal, "config.database", format!("this program was built without {name}"))
        .hint(format!("add the feature `{name}` to `framewright` in Cargo.toml"))
}

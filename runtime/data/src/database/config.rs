//! Where the database is, and the limits of its connections.

use crate::dialect::Dialect;
use framewright_core::{Error, ErrorKind, Result};
use std::time::Duration;

/// What [`Database::connect`](super::Database::connect) needs to know; every number is a configuration key.
#[derive(Clone)]
pub struct DatabaseConfig {
    /// `sqlite:path`, `sqlite::memory:`, `postgres://…` or `mysql://…`/`mariadb://…`; or a bare path that begins with
    /// `/`, `./` or `../`, or ends in `.db`, `.sqlite` or `.sqlite3`
    pub url: String,
    /// connections of the pool (PostgreSQL, MySQL)
    pub max_connections: usize,
    /// how long a statement waits for a connection, or for the one writer of SQLite, before 503 `database.busy`
    pub acquire_timeout: Duration,
    /// how long a statement may run before it is stopped
    pub statement_timeout: Duration,
    /// shared pipelined connections for bounded reads, and as many for inserts that are done together (PostgreSQL)
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
    /// When it names a database that is not supported, or nothing that could be a file of SQLite. The message never
    /// has the URL in it, which may hold a password.
    pub fn dialect(&self) -> Result<Dialect> {
        let url = self.url.as_str();
        if ["sqlite:", "file:"].iter().any(|scheme| url.starts_with(scheme)) {
            return Ok(Dialect::Sqlite);
        }
        match url.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Ok(Dialect::Postgres),
            Some(("mysql" | "mariadb", _)) => Ok(Dialect::Mysql),
            Some((other, _)) if other.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Err(refused(format!("the database `{other}` is not supported")))
            }
            None if is_path(url) => Ok(Dialect::Sqlite),
            _ => Err(refused("this is neither the URL of a database nor the path of a file".to_owned())),
        }
    }

    /// Whether the URL can be read, by the driver of the database that it names; nothing is connected.
    ///
    /// # Errors
    /// When it cannot, or this program was built without that database.
    pub fn check(&self) -> Result<()> {
        match self.dialect()? {
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => Ok(()),
            #[cfg(feature = "postgres")]
            Dialect::Postgres => super::postgres::options(&self.url).map(drop),
            #[cfg(feature = "mysql")]
            Dialect::Mysql => super::mysql::options(&self.url).map(drop),
            #[allow(unreachable_patterns, reason = "reachable when a dialect is not built in")]
            dialect => Err(not_built(dialect)),
        }
    }
}

/// Whether a text without a scheme is meant as a file. A connection string or a URL with a slip is not: it would become
/// the name of a new file, password included.
fn is_path(text: &str) -> bool {
    let file = text.split('?').next().unwrap_or(text);
    ["/", "./", "../"].iter().any(|p| text.starts_with(p))
        || [".db", ".sqlite", ".sqlite3"].iter().any(|e| file.ends_with(e))
            && !file.contains([':', '@', '=', ' '])
}

/// An error of the configuration, with the way out.
pub(crate) fn refused(message: String) -> Error {
    Error::new(ErrorKind::Internal, "config.database", message)
        .hint("set DATABASE_URL to `sqlite:app.db`, `postgres://user@host/name` or `mysql://user@host/name`")
}

/// The error of a URL that asks for TLS: said at once, because a connection without it is not what was asked for.
#[allow(dead_code, reason = "SQLite has no connections")]
pub(crate) fn without_tls(option: &str) -> Error {
    let message = format!("`{option}` asks for TLS, which connections to a database do not speak yet");
    Error::new(ErrorKind::Internal, "config.database", message).hint(
        "reach the server over a socket or a private network without it, or through a tunnel on this host that speaks TLS",
    )
}

/// The error of a dialect that this program was built without.
#[allow(dead_code, reason = "unused when every dialect is built in")]
pub(crate) fn not_built(dialect: Dialect) -> Error {
    let name = dialect.name();
    Error::new(ErrorKind::Internal, "config.database", format!("this program was built without {name}"))
        .hint(format!("add the feature `{name}` to `framewright` in Cargo.toml"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]
    use super::*;

    #[test]
    fn what_is_no_url_and_no_path_is_refused_without_being_repeated() {
        for (url, dialect) in [
            ("sqlite:app.db", Dialect::Sqlite),
            ("sqlite::memory:", Dialect::Sqlite),
            ("sqlite://data/app", Dialect::Sqlite),
            ("file:app.db", Dialect::Sqlite),
            ("app.db", Dialect::Sqlite),
            ("data/app.sqlite3?mode=ro", Dialect::Sqlite),
            ("./app", Dialect::Sqlite),
            ("/srv/a@b/app", Dialect::Sqlite),
            ("postgres://u:p@h/db", Dialect::Postgres),
            ("postgresql:///db", Dialect::Postgres),
            ("mariadb://u@h/db", Dialect::Mysql),
        ] {
            assert_eq!(DatabaseConfig::new(url).dialect().ok(), Some(dialect), "{url}");
        }
        for url in [
            "",
            "app",
            "postgres",
            "postgres:/u:hunter2@h/db",
            "postgres:/u:hunter2@h/app.db",
            "postgres:u:hunter2@h/db",
            "localhost:5432/app",
            "u:hunter2@localhost/app.db",
            "host=db password=hunter2",
            "host=db password=hunter2 dbname=app.db",
            "Postgres://u:hunter2@h/db",
            "oracle://u:hunter2@h/db",
            "u:hunter2@h://db",
        ] {
            let error = DatabaseConfig::new(url).dialect().expect_err(url);
            assert_eq!(error.code(), "config.database", "{url}");
            assert!(!error.message().contains("hunter2"), "{}", error.message());
        }
    }

    #[cfg(all(feature = "postgres", feature = "mysql"))]
    #[test]
    fn the_driver_reads_the_rest() {
        for url in [
            "postgres://u:p@h:5432/db",
            "postgres:///db?host=/run",
            "postgres://u:p@h/db?sslmode=prefer",
            "mysql://u:p@h:3306/db",
            "mariadb://u@h/db",
        ] {
            assert!(DatabaseConfig::new(url).check().is_ok(), "{url}");
        }
        for url in [
            "postgres://u:hunter2@h:port/db",
            "postgres://u@h/db?nonsense=hunter2",
            "mysql://u:hunter2@h:port/db",
            "mysql://h/db?nonsense=hunter2",
            "postgres://u:hunter2@h/db?sslmode=require",
            "postgres://u:hunter2@h/db?sslmode=verify-full",
            "mysql://u:hunter2@h/db?require_ssl=true",
        ] {
            let error = DatabaseConfig::new(url).check().expect_err(url);
            assert_eq!(error.code(), "config.database", "{url}");
            let all = format!("{} {error:?}", error.message());
            assert!(!all.contains("hunter2"), "{all}");
        }
    }
}

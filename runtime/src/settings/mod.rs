//! The sections of the framework's own configuration, and what they mean to its parts. Every default stands here
//! once; a test holds them equal to the defaults of the parts.

pub(crate) mod rules;

use framewright_core::config::{Secret, Setting, SettingKind, SettingValue};
use framewright_core::{Error, ErrorKind, Result, config_section};
use framewright_data::Dialect;
use framewright_data::database::DatabaseConfig;
use framewright_http::ServerConfig;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

config_section! {
    /// The application itself.
    AppSettings in "app" {
        /// The name of the application in its documentation; without one that of the program.
        name: Option<String>;
        /// What cursors are authenticated with: a random text of 32 characters or more, the same on every node. Production needs one; elsewhere each start makes its own, and cursors do not outlive it.
        secret: Option<Secret<String>>;
    }
}

config_section! {
    /// Where the server listens, and its limits.
    ServerSettings in "server" {
        /// The address to listen on; 0.0.0.0 is every one of this machine.
        host: IpSetting = "127.0.0.1";
        /// The port to listen on; 0 takes a free one.
        port: u16 = "8080", env "PORT";
        /// The hosts that are served, without ports; none means any, but for a development server on 127.0.0.1 or ::1, which then answers to the names of this machine alone.
        hosts: Vec<String> = "";
        /// Until the first byte of a new connection.
        first_byte_timeout: Duration = "10s";
        /// From the first byte of a request to the end of its header.
        header_timeout: Duration = "10s";
        /// From the header of a request to the end of its body, and to the answer.
        request_timeout: Duration = "30s";
        /// Bytes per second that a body must bring, once the grace is over.
        body_min_rate: u32 = "500";
        /// How long a body may be slower than that.
        body_grace: Duration = "5s";
        /// How long a connection may stay open without a request.
        idle_timeout: Duration = "60s";
        /// How long a client may take no byte of an answer.
        write_timeout: Duration = "30s";
        /// Bytes per second that a client must take of an answer, once it has been slow for as long as that.
        write_min_rate: u32 = "1024";
        /// Connections at once; more wait.
        max_connections: usize = "10000";
        /// Requests at once; more are answered 503 with Retry-After.
        max_in_flight: usize = "512";
        /// Lines of a request's header.
        max_header_lines: usize = "64";
        /// Bytes of a request's header.
        max_header_bytes: ByteCount = "16KiB";
        /// Bytes of a request's target.
        max_uri_bytes: ByteCount = "8KiB";
        /// Bytes of a request's body, where its route says nothing else.
        max_body_bytes: ByteCount = "1MiB";
        /// Bytes of an answer that is put together from records; more is 422.
        max_answer_bytes: ByteCount = "16MiB";
        /// How long requests in flight may take to end after a shutdown has begun.
        drain_timeout: Duration = "15s";
        /// How long readiness says 503 before the listener closes.
        drain_grace: Duration = "0ms";
    }
}

config_section! {
    /// The database, and the limits of its connections.
    DatabaseSettings in "database" {
        /// Which database: sqlite:FILE, sqlite::memory:, postgres://USER@HOST/NAME or mysql://USER@HOST/NAME. A file is looked for beside config.toml.
        url: DatabaseUrl = "sqlite:app.db", env "DATABASE_URL";
        /// Whether the schema is brought up to date at the start; without a word: everywhere but in production. There it runs the migrations and nothing else.
        auto_migrate: Option<bool>;
        /// Connections of the pool (PostgreSQL, MySQL).
        max_connections: usize = "16";
        /// How long a statement waits for a connection before the request is answered 503.
        acquire_timeout: Duration = "2s";
        /// How long a statement may run.
        statement_timeout: Duration = "10s";
        /// Shared pipelined connections for bounded reads, and as many for inserts that are done together (PostgreSQL).
        lanes: usize = "2";
        /// Threads for reads that may be long (SQLite).
        sqlite_readers: usize = "2";
        /// How long to wait for another process's lock (SQLite).
        sqlite_busy_timeout: Duration = "5s";
        /// Bytes of the file that are mapped into memory instead of read (SQLite); 0 switches it off.
        sqlite_mmap: ByteCount = "256MiB";
    }
}

config_section! {
    /// What is logged, and how.
    LogSettings in "log" {
        /// What is logged: a level (error, warn, info, debug, trace), or targets with levels: info,framewright=debug.
        level: String = "info", env "RUST_LOG";
        /// How a line is written: for people (pretty), for machines (json), or by environment (auto).
        format: LogFormat = "auto";
    }
}

/// A number of bytes, with or without a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteCount(pub u64);

impl Setting for ByteCount {
    const KIND: SettingKind = SettingKind::Bytes;
    fn take(value: Option<&SettingValue>) -> Option<Self> {
        match value? {
            SettingValue::Integer(i) => u64::try_from(*i).ok().map(Self),
            _ => None,
        }
    }
}

/// The URL of a database, which may hold a password.
#[derive(Debug, Clone)]
pub struct DatabaseUrl(pub Secret<String>);

impl Setting for DatabaseUrl {
    const KIND: SettingKind = SettingKind::Url;
    const SECRET: bool = true;
    fn take(value: Option<&SettingValue>) -> Option<Self> {
        String::take(value).map(|url| Self(Secret::new(url)))
    }
}

/// An IP address.
#[derive(Debug, Clone)]
pub struct IpSetting(pub String);

impl Setting for IpSetting {
    const KIND: SettingKind = SettingKind::Text;
    fn take(value: Option<&SettingValue>) -> Option<Self> {
        String::take(value).map(Self)
    }
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// pretty in development, JSON lines in production
    Auto,
    /// for people
    Pretty,
    /// for machines
    Json,
}

impl Setting for LogFormat {
    const KIND: SettingKind = SettingKind::Choice(&["auto", "pretty", "json"]);
    fn take(value: Option<&SettingValue>) -> Option<Self> {
        match value? {
            SettingValue::Text(word) if word == "auto" => Some(Self::Auto),
            SettingValue::Text(word) if word == "pretty" => Some(Self::Pretty),
            SettingValue::Text(word) if word == "json" => Some(Self::Json),
            _ => None,
        }
    }
}

pub(crate) fn invalid(message: String, hint: &str) -> Error {
    Error::new(ErrorKind::Internal, "config.invalid", message).hint(hint)
}

impl ServerSettings {
    /// What the server is told.
    ///
    /// # Errors
    /// When the host is not an IP address.
    pub fn server(&self) -> Result<ServerConfig> {
        let ip: IpAddr = self.host.0.parse().map_err(|_| {
            invalid(
                "it must be an IP address".to_owned(),
                "127.0.0.1 is this machine only, 0.0.0.0 every address of it",
            )
        })?;
        let bytes = |n: ByteCount| usize::try_from(n.0).unwrap_or(usize::MAX);
        Ok(ServerConfig {
            addr: SocketAddr::new(ip, self.port),
            first_byte_timeout: self.first_byte_timeout,
            header_timeout: self.header_timeout,
            request_timeout: self.request_timeout,
            body_min_rate: self.body_min_rate,
            body_grace: self.body_grace,
            idle_timeout: self.idle_timeout,
            write_timeout: self.write_timeout,
            write_min_rate: self.write_min_rate,
            max_connections: self.max_connections,
            max_in_flight: self.max_in_flight,
            max_header_lines: self.max_header_lines,
            max_header_bytes: bytes(self.max_header_bytes),
            max_uri_bytes: bytes(self.max_uri_bytes),
            max_body_bytes: self.max_body_bytes.0,
            max_answer_bytes: bytes(self.max_answer_bytes),
            drain_timeout: self.drain_timeout,
            drain_grace: self.drain_grace,
            hosts: self.hosts.clone(),
        })
    }
}

impl DatabaseSettings {
    /// What the database is told; a file of SQLite is looked for in `root`.
    #[must_use]
    pub fn database(&self, root: &Path) -> DatabaseConfig {
        DatabaseConfig {
            url: rooted(self.url.0.expose(), root),
            max_connections: self.max_connections,
            acquire_timeout: self.acquire_timeout,
            statement_timeout: self.statement_timeout,
            lanes: self.lanes,
            sqlite_readers: self.sqlite_readers,
            sqlite_busy_timeout: self.sqlite_busy_timeout,
            sqlite_mmap: self.sqlite_mmap.0,
        }
    }
}

/// The URL with a relative SQLite file made absolute, so that the directory a program is started in does not decide
/// which database it opens.
fn rooted(url: &str, root: &Path) -> String {
    // what is no URL and no path stays as it is, to be refused as it was written
    if !DatabaseConfig::new(url).dialect().is_ok_and(|d| d == Dialect::Sqlite) {
        return url.to_owned();
    }
    let rest = url.strip_prefix("sqlite:").or_else(|| url.strip_prefix("file:")).unwrap_or(url);
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let file = rest.split('?').next().unwrap_or(rest);
    if file.is_empty() || file == ":memory:" || Path::new(file).is_absolute() {
        return url.to_owned();
    }
    let tail = rest.get(file.len()..).unwrap_or_default();
    format!("sqlite:{}{tail}", root.join(file).display())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use framewright_core::config::{Config, ConfigSection, Environment, sections};

    #[test]
    fn the_documented_defaults_are_the_defaults_of_the_parts() {
        let config = Config::defaults(&sections(), Environment::Test);
        let server = ServerSettings::read(&config).unwrap().server().unwrap();
        assert_eq!(format!("{server:?}"), format!("{:?}", ServerConfig::default()));
        let made = DatabaseSettings::read(&config).unwrap().database(Path::new(""));
        let own = DatabaseConfig::default();
        let numbers = |c: &DatabaseConfig| {
            (
                c.max_connections,
                c.acquire_timeout,
                c.statement_timeout,
                c.lanes,
                c.sqlite_readers,
                c.sqlite_busy_timeout,
                c.sqlite_mmap,
            )
        };
        assert_eq!(numbers(&made), numbers(&own));
        assert_eq!(made.url, own.url);
    }

    #[test]
    fn a_file_of_sqlite_is_looked_for_beside_the_configuration() {
        for (url, rooted_url) in [
            ("sqlite:app.db", "sqlite:/srv/app.db"),
            ("sqlite://data/app.db?mode=ro", "sqlite:/srv/data/app.db?mode=ro"),
            ("sqlite:/var/app.db", "sqlite:/var/app.db"),
            ("sqlite::memory:", "sqlite::memory:"),
            ("./app.db", "sqlite:/srv/./app.db"),
            ("app.db", "sqlite:/srv/app.db"),
            ("file:app.db", "sqlite:/srv/app.db"),
            ("/var/app.db", "/var/app.db"),
            ("postgres:/u:pw@h/db", "postgres:/u:pw@h/db"),
            ("postgres://db/app", "postgres://db/app"),
        ] {
            assert_eq!(rooted(url, Path::new("/srv")), rooted_url);
        }
    }
}

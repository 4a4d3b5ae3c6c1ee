//! What settings have to mean, beyond their types: every mistake at once, each at the place where it was made.

use super::{AppSettings, DatabaseSettings, LogSettings, ServerSettings};
use framewright_core::config::{Config, ConfigSection, Environment, Problem};
use framewright_core::{Error, Result};
use framewright_http::ServerConfig;
use std::path::Path;

/// The shortest secret that cursors are authenticated with.
const SECRET: usize = 32;

/// What the hosts of a development server are called that listens on its own machine alone.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Every mistake in the values that are there.
pub(crate) fn problems(config: &Config) -> Vec<Problem> {
    let mut all = Vec::new();
    // a section that cannot be read has been reported with its types
    let mut told = |key: &str, outcome: Result<()>| {
        if let Err(e) = outcome {
            all.push(config.problem(key, format!("`{key}`: {}", e.message()), e.hint_text()));
        }
    };
    if let Ok(server) = ServerSettings::read(config) {
        told("server.host", server.server().map(drop));
        told("server.hosts", hosts(&server.hosts));
    }
    if let Ok(database) = DatabaseSettings::read(config) {
        told("database.url", database.database(Path::new("")).check());
    }
    if let Ok(log) = LogSettings::read(config) {
        told("log.level", crate::logging::filter(&log.level).map(drop));
    }
    if let Ok(AppSettings { secret: Some(secret), .. }) = AppSettings::read(config) {
        told("app.secret", long_enough(secret.expose()));
    }
    all
}

/// What is missing before requests may be answered: in production a secret that every node and every start shares.
pub(crate) fn to_serve(config: &Config) -> Vec<Problem> {
    let given = AppSettings::read(config).is_ok_and(|app| app.secret.is_some());
    if given || config.env() != Environment::Production {
        return Vec::new();
    }
    vec![config.problem(
        "app.secret",
        "`app.secret` is not set, and production makes none up",
        Some("set FW_APP_SECRET to a random text of 32 characters or more, the same on every node: `openssl rand -base64 32`"),
    )]
}

fn long_enough(secret: &str) -> Result<()> {
    if secret.chars().count() >= SECRET {
        return Ok(());
    }
    Err(super::invalid(
        format!("a secret has {SECRET} characters or more"),
        "make one with `openssl rand -base64 32`",
    ))
}

fn hosts(hosts: &[String]) -> Result<()> {
    match hosts.iter().find(|h| !h.starts_with('[') && h.contains([':', '/'])) {
        None => Ok(()),
        Some(host) => Err(super::invalid(
            format!("`{host}` is not the name of a host"),
            "a name alone, without scheme and port: example.org",
        )),
    }
}

/// The hosts that a listener serves. In development, on an address of this machine alone and with none named, those are
/// the names of this machine: otherwise a page on the internet could have its own name lead here, and read everything.
pub(crate) fn local_hosts(server: &ServerConfig, env: Environment) -> Option<Vec<String>> {
    let open = server.hosts.is_empty() && env == Environment::Development && server.addr.ip().is_loopback();
    let own = match server.addr.ip() {
        std::net::IpAddr::V4(ip) => ip.to_string(),
        std::net::IpAddr::V6(ip) => format!("[{ip}]"),
    };
    open.then(|| LOCAL.iter().map(|h| (*h).to_owned()).chain([own]).collect())
}

/// One error of everything that stands against serving.
///
/// # Errors
/// `config.invalid`, with every mistake.
pub(crate) fn may_serve(config: &Config) -> Result<(), Error> {
    Config::refuse(&to_serve(config))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use framewright_core::config::{Layers, sections};

    fn config(env: Environment, set: &[(&str, &str)]) -> Config {
        let set: Vec<_> = set.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Config::resolve_with(&sections(), &Layers { env, ..Layers::default() }, &set, &|_| Vec::new())
            .unwrap()
    }

    #[test]
    fn every_value_without_a_meaning_is_found() {
        let wrong = config(
            Environment::Test,
            &[
                ("server.host", "here"),
                ("server.hosts", "example.org,https://example.com"),
                ("database.url", "postgres:/u:hunter2@h/db"),
                ("log.level", "info,framewright=loud"),
                ("app.secret", "hunter2"),
            ],
        );
        let said: Vec<String> = problems(&wrong).iter().map(ToString::to_string).collect();
        let keys = ["server.host", "server.hosts", "database.url", "log.level", "app.secret"];
        assert_eq!(said.len(), keys.len(), "{said:?}");
        for (said, key) in said.iter().zip(keys) {
            assert!(said.starts_with(&format!("code: `{key}`")) && !said.contains("hunter2"), "{said}");
        }
        assert!(problems(&config(Environment::Test, &[])).is_empty(), "the defaults mean something");
    }

    #[test]
    fn production_needs_a_secret_to_serve() {
        let secret = ("app.secret", "0123456789abcdef0123456789abcdef");
        assert_eq!(to_serve(&config(Environment::Production, &[])).len(), 1);
        for (env, set) in [
            (Environment::Production, &[secret][..]),
            (Environment::Development, &[]),
            (Environment::Test, &[]),
        ] {
            assert!(may_serve(&config(env, set)).is_ok(), "{env:?}");
        }
    }

    #[test]
    fn a_development_server_on_this_machine_answers_to_its_names_alone() {
        let on = |addr: &str, hosts: &[&str], env| {
            let hosts = hosts.iter().map(|h| (*h).to_owned()).collect();
            local_hosts(&ServerConfig { addr: addr.parse().unwrap(), hosts, ..ServerConfig::default() }, env)
        };
        let dev = Environment::Development;
        assert!(on("127.0.0.1:8080", &[], dev).is_some_and(|h| h.contains(&"localhost".to_owned())));
        assert!(on("[::1]:8080", &[], dev).is_some());
        assert_eq!(on("0.0.0.0:8080", &[], dev), None, "a container is reached by any name");
        assert_eq!(on("127.0.0.1:8080", &["example.org"], dev), None);
        assert_eq!(
            on("127.0.0.1:8080", &[], Environment::Production),
            None,
            "a proxy passes the outer name on"
        );
    }
}

//! `Secret<T>`: a value that no log, error, answer or dump can show.

use std::fmt;

/// What is written in a secret's place.
pub const REDACTED: &str = "***";

/// A value that is never shown: `Debug`, `Display` and `Serialize` write `***`.
///
/// ```
/// use framewright_core::config::Secret;
/// let key = Secret::new("hunter2".to_owned());
/// assert_eq!(format!("{key} {key:?}"), "*** ***");
/// assert_eq!(key.expose(), "hunter2");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }
    /// The value itself: the one way to it, and easy to grep for.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}
impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}
impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}
impl<T> serde::Serialize for Secret<T> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(REDACTED)
    }
}

/// A URL without its password and parameters. Whatever could be part of a secret is left out: a URL that can be read
/// in two ways is `scheme://***`, a text that is no URL `***`.
#[must_use]
pub fn mask_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return mask_file(url) };
    if !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')) {
        return REDACTED.to_owned();
    }
    mask_rest(rest).map_or_else(|| format!("{scheme}://{REDACTED}"), |shown| format!("{scheme}://{shown}"))
}

fn mask_file(text: &str) -> String {
    let path = text.split('?').next().unwrap_or(text);
    // a path names a file, anything else is not known to be harmless
    let is_path = ["sqlite:", "file:", "/", "./", "../"].iter().any(|p| text.starts_with(p))
        || [".db", ".sqlite", ".sqlite3"].iter().any(|e| path.ends_with(e)) && !path.contains(':');
    if is_path && !text.contains('@') && !path.contains('=')
        || text.starts_with("sqlite:") && !text.contains('@')
    {
        path.to_owned()
    } else {
        REDACTED.to_owned()
    }
}

/// What may be shown behind the scheme; nothing when it is not certain where the password ends.
fn mask_rest(rest: &str) -> Option<String> {
    // A password may hold `?`, `#`, `/` and `@`, so its end is looked for before anything is cut off.
    let Some((who, place)) = rest.rsplit_once('@') else {
        let shown = rest.split(['?', '#']).next().unwrap_or(rest);
        let authority = shown.split('/').next().unwrap_or(shown);
        return plain_host(authority).then(|| shown.to_owned());
    };
    let (user, password) = who.split_once(':').map_or((who, None), |(user, password)| (user, Some(password)));
    if !user.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'%')) {
        return None;
    }
    if let Some(password) = password
        && let Some(end) = password.find(['?', '#', '/'])
    {
        // `user:pa?ss@host`, or `host:5432/name?key=a@b`: only the first is a password for certain
        let (before, _) = password.split_at(end);
        if before.contains('@') || before.is_empty() || before.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    }
    let place = place.split(['?', '#']).next().unwrap_or(place);
    Some(match password {
        Some(_) => format!("{user}:{REDACTED}@{place}"),
        None => format!("{user}@{place}"),
    })
}

/// `host`, `host:5432` or nothing: what looks like `user:password` without a host is none.
fn plain_host(authority: &str) -> bool {
    match authority.rsplit_once(':') {
        Some((_, port)) if !port.contains(']') => port.bytes().all(|b| b.is_ascii_digit()),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_nowhere() {
        let s = Secret::new("canary".to_owned());
        let shown = format!("{s} {s:?} {:#?} {}", Some(&s), serde_json::to_string(&s).unwrap_or_default());
        assert!(!shown.contains("canary"), "{shown}");
    }

    #[test]
    fn urls_lose_their_password_and_parameters() {
        for (url, masked) in [
            ("postgres://fw:p@ss@db:5432/app?password=x", "postgres://fw:***@db:5432/app"),
            ("mysql://fw@db/app", "mysql://fw@db/app"),
            ("sqlite:app.db?mode=rwc", "sqlite:app.db"),
            ("sqlite://app.db", "sqlite://app.db"),
            ("host=db password=x", "***"),
            ("postgres://fw:hun?ter2@db", "postgres://fw:***@db"),
            ("postgres://fw:hun#ter2@db/app", "postgres://fw:***@db/app"),
            ("postgres://fw:hun/ter2@db/app", "postgres://fw:***@db/app"),
            ("postgres://db:5432/app?password=a@b", "postgres://***"),
            ("postgres://db/app?password=a@b", "postgres://***"),
            ("postgres://fw:pw@db/app?password=a@b", "postgres://***"),
            ("postgres://fw:12?34@db", "postgres://***"),
            ("postgres://fw:hunter2/app", "postgres://***"),
            ("postgres://db:5432/app", "postgres://db:5432/app"),
            ("postgres:///app?host=/run", "postgres:///app"),
            ("mysql://[::1]:3306/app", "mysql://[::1]:3306/app"),
            ("a b://x", "***"),
            ("postgres:/u:pw@h/app.db", "***"),
            ("./data/app.db?mode=ro", "./data/app.db"),
            ("app.sqlite3", "app.sqlite3"),
            ("sqlite:u:pw@h", "***"),
        ] {
            assert_eq!(mask_url(url), masked);
        }
    }
}

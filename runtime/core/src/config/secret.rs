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

/// A URL without its password and parameters; `***` alone when it has no form that can be cut safely.
#[must_use]
pub fn mask_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        // `sqlite:app.db` names a file, anything else is not known to be harmless
        return if url.starts_with("sqlite:") {
            url.split('?').next().unwrap_or(url).to_owned()
        } else {
            REDACTED.to_owned()
        };
    };
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    match rest.rsplit_once('@') {
        None => format!("{scheme}://{rest}"),
        Some((who, place)) => match who.split_once(':') {
            Some((user, _)) => format!("{scheme}://{user}:{REDACTED}@{place}"),
            None => format!("{scheme}://{who}@{place}"),
        },
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
        ] {
            assert_eq!(mask_url(url), masked);
        }
    }
}

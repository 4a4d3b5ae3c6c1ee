//! What a command answers: JSON for machines and text for people, an exit code for both.

use framewright_core::{Error, ErrorKind};
use serde_json::{Value, json};

/// How a command ended: the exit codes, which are API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// it did what it was asked
    Done = 0,
    /// it failed, or found what it was to look for
    Failed = 1,
    /// it was called wrongly
    Usage = 2,
    /// it would do harm, and nobody has approved
    Refused = 3,
    /// something it needs is away
    Unavailable = 69,
    /// the configuration is not valid
    Config = 78,
}

impl Exit {
    /// Every code with what it means, for the reference page.
    pub(crate) const MEANINGS: &'static [(Self, &'static str)] = &[
        (Self::Done, "it did what it was asked"),
        (Self::Failed, "it failed, or a check found something"),
        (Self::Usage, "it was called wrongly"),
        (Self::Refused, "it would do harm, and nobody has approved that"),
        (Self::Unavailable, "something it needs, such as the database, is away"),
        (Self::Config, "the configuration is not valid"),
    ];

    /// The exit code of an error.
    pub(crate) fn of(error: &Error) -> Self {
        let code = error.code();
        match error.kind() {
            _ if code.starts_with("usage.") => Self::Usage,
            _ if code.starts_with("config.") => Self::Config,
            _ if code.starts_with("refused.")
                || matches!(code, "migrate.refused" | "migrate.breaking" | "migrate.production") =>
            {
                Self::Refused
            }
            ErrorKind::Unavailable => Self::Unavailable,
            _ => Self::Failed,
        }
    }
}

/// What a command answers.
pub(crate) struct Report {
    pub(crate) json: Value,
    pub(crate) text: String,
    pub(crate) exit: Exit,
}

impl Report {
    /// It went well.
    pub(crate) fn done(json: Value, text: impl Into<String>) -> Self {
        Self { json, text: text.into(), exit: Exit::Done }
    }
    /// A check that went well or did not.
    pub(crate) fn check(ok: bool, json: Value, text: impl Into<String>) -> Self {
        Self { json, text: text.into(), exit: if ok { Exit::Done } else { Exit::Failed } }
    }
}

/// A call that the table does not know.
pub(crate) fn usage(message: String, command: &str) -> Error {
    let hint = if command.is_empty() {
        "`help` lists the commands".to_owned()
    } else {
        format!("`help {command}` says what it takes")
    };
    Error::new(ErrorKind::BadRequest, "usage.invalid", message).hint(hint)
}

/// What would do harm without a word of approval.
pub(crate) fn refused(what: &'static str, message: impl Into<String>, hint: &str) -> Error {
    Error::new(ErrorKind::Conflict, what, message.into()).hint(hint)
}

/// An error as `--json` has it: `{code, message, hint, docs}`, and the failing fields where there are some.
pub(crate) fn error_json(error: &Error) -> Value {
    let mut out = json!({
        "code": error.code(),
        "message": whole_message(error),
        "hint": error.hint_text().unwrap_or("`help` lists the commands, `doctor` checks the surroundings"),
        "docs": docs(error.code()),
    });
    if !error.fields().is_empty() {
        let fields: serde_json::Map<String, Value> =
            error.fields().iter().map(|f| (f.field.clone(), f.messages.as_slice().into())).collect();
        out["fields"] = fields.into();
    }
    out
}

/// Where the book is; without a word the addresses are relative to it.
const BOOK: Option<&str> = option_env!("FRAMEWRIGHT_BOOK");

/// The families of codes that the framework has; what belongs to none is a code of the application.
const FAMILIES: [&str; 38] = [
    "auth",
    "bad_request",
    "body",
    "config",
    "conflict",
    "database",
    "forbidden",
    "gone",
    "headers",
    "http",
    "internal",
    "json",
    "migrate",
    "not_acceptable",
    "not_found",
    "not_implemented",
    "not_ready",
    "openapi",
    "overloaded",
    "precondition",
    "query",
    "rate_limited",
    "reference",
    "refused",
    "registry",
    "request",
    "route",
    "schema",
    "seed",
    "server",
    "storage",
    "shutting_down",
    "testing",
    "timeout",
    "unavailable",
    "uri",
    "usage",
    "validation",
];

/// The address of the explanation of a code.
pub(crate) fn docs(code: &str) -> String {
    let base = BOOK.map(|b| format!("{}/", b.trim_end_matches('/'))).unwrap_or_default();
    let family = code.split('.').next().unwrap_or(code);
    let anchor = match FAMILIES.contains(&family) {
        true if family == "http" => "http".to_owned(),
        true => code.replace('.', ""),
        false => "codes-of-a-resource".to_owned(),
    };
    format!("{base}reference/codes.html#{anchor}")
}

/// An error for people.
pub(crate) fn error_text(error: &Error) -> String {
    let mut out = format!("error: {} ({})\n", whole_message(error), error.code());
    for field in error.fields() {
        out.push_str(&format!("  {}: {}\n", field.field, field.messages.join("; ")));
    }
    if let Some(hint) = error.hint_text() {
        out.push_str(&format!("  help: {hint}\n"));
    }
    out
}

/// The message with its causes: the one who runs a command is the operator, who may see them.
fn whole_message(error: &Error) -> String {
    let mut out = error.message().to_owned();
    let mut cause = std::error::Error::source(error);
    while let Some(e) = cause {
        let text = e.to_string();
        if !out.contains(&text) {
            out.push_str(": ");
            out.push_str(&text);
        }
        cause = e.source();
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_address_leads_to_an_entry_of_the_book() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../book/src/reference/codes.md");
        let page = std::fs::read_to_string(page).unwrap();
        let headings = page.lines().filter_map(|l| l.strip_prefix("### "));
        let rows = page.lines().filter_map(|l| l.strip_prefix("| <a id=\"")?.split('`').nth(1));
        let codes: Vec<&str> = headings.chain(rows).collect();
        assert!(codes.len() > 60, "{codes:?}");
        for code in &codes {
            let family = code.split('.').next().unwrap();
            assert!(FAMILIES.contains(&family), "{code} is explained, but no address leads there");
        }
        for family in FAMILIES {
            assert!(
                codes.iter().any(|c| c.split('.').next() == Some(family)),
                "no code of `{family}` is explained"
            );
        }
        assert!(docs("post.not_found").ends_with("reference/codes.html#codes-of-a-resource"));
        assert!(docs("http.418").ends_with("#http") && docs("config.invalid").ends_with("#configinvalid"));
        assert!(page.contains("## Codes of a resource\n"));
    }
}

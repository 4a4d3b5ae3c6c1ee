//! What a database refuses, said as our errors with the field: constraint names lead to descriptors and their fields.
//!
//! Constraint names are made here and nowhere else, so that a violation finds its way back: `uq_<table>_<columns>`,
//! `fk_<table>_<column>`, `ck_<table>_<column>[_<rule>]`, `ix_<table>_<columns>`.

use crate::ddl::Schema;
use crate::stmt::Stmt;
use framewright_core::error::FieldError;
use framewright_core::{Error, ErrorKind, ResourceDescriptor, Value};
use std::collections::HashMap;
use std::sync::OnceLock;

pub use crate::ddl::constraint_name;

/// What sort of trouble a database is in with a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "not every database that can be built in has each")]
pub(crate) enum Class {
    Unique,
    /// a record that a written one points to is not there
    Reference,
    /// other records point to one that is deleted
    Held,
    Check,
    NotNull,
    /// a text that is too long or a number out of range for its column
    Range,
    /// a lock that another process holds, or no connection free
    Busy,
    /// the connection is lost, or the server away
    Lost,
    /// the statement ran too long
    Slow,
    /// a deadlock or a serialization failure: the same again may work
    Again,
    /// a prepared statement does not fit the schema any more
    Stale,
    /// no room is left where the database keeps its files
    Full,
    /// a mistake of ours
    Other,
}

/// A statement that did not work: an error of ours (from a sink), or trouble with the database.
#[derive(Debug)]
pub(crate) enum Failure {
    Ours(Error),
    Database(Box<Trouble>),
}

/// What the database said.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    pub(crate) class: Option<Class>,
    pub(crate) message: String,
    pub(crate) constraint: Option<String>,
    pub(crate) table: Option<String>,
    pub(crate) columns: Vec<String>,
}

impl From<Error> for Failure {
    fn from(e: Error) -> Self {
        Self::Ours(e)
    }
}

impl From<Trouble> for Failure {
    fn from(t: Trouble) -> Self {
        Self::Database(Box::new(t))
    }
}

impl Failure {
    pub(crate) fn new(class: Class, message: impl Into<String>) -> Self {
        Trouble { class: Some(class), message: message.into(), ..Trouble::default() }.into()
    }

    pub(crate) fn class(&self) -> Class {
        match self {
            Self::Ours(_) => Class::Other,
            Self::Database(t) => t.class.unwrap_or(Class::Other),
        }
    }

    /// Fills in what the database did not say and the statement knows: the table, and on which side a reference failed.
    pub(crate) fn of(mut self, stmt: &Stmt) -> Self {
        if let Self::Database(t) = &mut self {
            let written = stmt.text.table();
            // PostgreSQL names the table that holds the key, whichever side is written; not all databases tell the
            // two apart by their codes, and their words are in the language of the server.
            let holder =
                t.table.as_deref().is_none_or(|holder| written.is_none_or(|written| written == holder));
            if t.class == Some(Class::Reference) && (stmt.text.deletes() || !holder) {
                t.class = Some(Class::Held);
            }
            if t.table.is_none() {
                t.table = written.map(str::to_owned);
            }
        }
        self
    }

    /// The error that the application sees.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Ours(e) => e,
            Self::Database(t) => translate(*t),
        }
    }
}

/// What a constraint guards.
struct Guarded {
    descriptor: &'static ResourceDescriptor,
    fields: Vec<u16>,
    code: Option<&'static str>,
}

/// Every constraint of every linked resource, by name; the schema that the tables are made from says the names.
fn constraints() -> &'static HashMap<String, Vec<Guarded>> {
    static ALL: OnceLock<HashMap<String, Vec<Guarded>>> = OnceLock::new();
    ALL.get_or_init(|| guarded(&framewright_core::registry::resources()))
}

fn guarded(resources: &[&'static ResourceDescriptor]) -> HashMap<String, Vec<Guarded>> {
    let mut all: HashMap<String, Vec<Guarded>> = HashMap::new();
    let schema = Schema::of(resources);
    for &d in resources {
        let Some(table) = schema.table(d.table) else { continue };
        let index =
            |column: &String| (0u16..).zip(d.fields).find(|(_, f)| f.column == column).map(|(i, _)| i);
        let mut add = |name: &str, fields: Vec<u16>, code| {
            all.entry(name.to_owned()).or_default().push(Guarded { descriptor: d, fields, code });
        };
        for key in &table.uniques {
            let fields: Vec<u16> = key.columns.iter().filter_map(index).collect();
            let declared = d.uniques.iter().find(|k| k.fields == fields).and_then(|k| k.code);
            let code = declared.or_else(|| single(&fields).and_then(|i| d.field(i).unique_code));
            add(&key.name, fields, code);
        }
        for key in &table.foreign_keys {
            add(&key.name, index(&key.column).into_iter().collect(), None);
        }
        for (i, field) in (0u16..).zip(d.fields) {
            add(&constraint_name("ck", d.table, &[field.column]), vec![i], None);
        }
    }
    all
}

/// What the constraint of this name guards in this table; in another one where only one has such a name, as when a
/// deletion reaches the tables that point to it.
fn constraint(name: &str, table: Option<&str>) -> Option<&'static Guarded> {
    let all = constraints().get(name)?;
    let here = all.iter().find(|g| Some(g.descriptor.table) == table);
    here.or_else(|| all.first().filter(|_| all.len() == 1))
}

fn single(fields: &[u16]) -> Option<u16> {
    match fields {
        [one] => Some(*one),
        _ => None,
    }
}

fn table(name: Option<&str>) -> Option<&'static ResourceDescriptor> {
    framewright_core::registry::resources().into_iter().find(|d| Some(d.table) == name)
}

/// The fields that a violation is about, and the code that the descriptor gives it.
fn fields(t: &Trouble) -> (Vec<&'static str>, Option<&'static str>) {
    if let Some(name) = &t.constraint {
        if let Some(g) = constraint(name, t.table.as_deref()) {
            return (g.fields.iter().map(|i| g.descriptor.field(*i).name).collect(), g.code);
        }
        // PostgreSQL names the key `posts_pkey`, MySQL `PRIMARY`; SQLite names its column.
        let of = table(t.table.as_deref()).filter(|_| t.class == Some(Class::Unique));
        if let Some(d) = of.filter(|d| name == "PRIMARY" || name.strip_suffix("_pkey") == Some(d.table)) {
            return (vec![d.key_field().name], None);
        }
        if let Some(field) = checked_field(name) {
            return (vec![field], None);
        }
    }
    let Some(d) = table(t.table.as_deref()) else { return (Vec::new(), None) };
    let found: Vec<(u16, &'static str)> = t
        .columns
        .iter()
        .filter_map(|c| (0u16..).zip(d.fields).find(|(_, f)| f.column == c).map(|(i, f)| (i, f.name)))
        .collect();
    let indexes: Vec<u16> = found.iter().map(|(i, _)| *i).collect();
    let key = d.uniques.iter().find(|k| k.fields == indexes);
    let code = key.and_then(|k| k.code).or_else(|| single(&indexes).and_then(|i| d.field(i).unique_code));
    (found.into_iter().map(|(_, name)| name).collect(), code)
}

/// The field of a check `ck_<table>_<column>[_<rule>]`: the longest column that fits.
fn checked_field(constraint: &str) -> Option<&'static str> {
    let mut best: Option<(usize, &'static str)> = None;
    for d in framewright_core::registry::resources() {
        let Some(rest) = constraint
            .strip_prefix("ck_")
            .and_then(|r| r.strip_prefix(d.table))
            .and_then(|r| r.strip_prefix('_'))
        else {
            continue;
        };
        for f in d.fields {
            let fits = rest.strip_prefix(f.column).is_some_and(|r| r.is_empty() || r.starts_with('_'));
            let length = d.table.len() + f.column.len();
            if fits && best.is_none_or(|(b, _)| length > b) {
                best = Some((length, f.name));
            }
        }
    }
    best.map(|(_, name)| name)
}

fn translate(t: Trouble) -> Error {
    let cause = t.message.clone();
    let with = |mut e: Error, names: &[&str], message: &str| {
        for name in names {
            e = e.field(name, message);
        }
        e.caused_by(cause.clone())
    };
    match t.class.unwrap_or(Class::Other) {
        Class::Unique => {
            let (names, code) = fields(&t);
            let e = Error::new(
                ErrorKind::Conflict,
                code.unwrap_or("conflict.unique"),
                "another record has this value already",
            );
            with(e, &names, "is already taken")
        }
        Class::Reference => {
            let (names, _) = fields(&t);
            let message = "a record that this one points to is not there";
            let e = Error::new(ErrorKind::Invalid, "reference.not_found", message);
            with(e, &names, "points to a record that is not there")
        }
        Class::Held => {
            let message = "other records still point to this one";
            Error::new(ErrorKind::Conflict, "conflict.reference", message).caused_by(cause)
        }
        class @ (Class::Check | Class::NotNull | Class::Range) => {
            let (names, _) = fields(&t);
            let message = match class {
                Class::NotNull => "is required",
                Class::Range => "is too long or out of range",
                _ => "is not valid",
            };
            with(Error::validation(Vec::new()), &names, message)
        }
        Class::Busy => busy().caused_by(cause),
        Class::Again => {
            Error::unavailable("database.busy", "too many changes at once, try again").caused_by(cause)
        }
        Class::Lost => unavailable().caused_by(cause),
        Class::Slow => slow().caused_by(cause),
        // The statement is forgotten by now: the next attempt prepares it anew.
        Class::Stale => busy().caused_by(cause),
        Class::Full => full().caused_by(cause),
        Class::Other => Error::internal(cause),
    }
}

/// No connection or writer became free in time.
pub(crate) fn busy() -> Error {
    Error::unavailable("database.busy", "the database is busy, try again in a moment")
}

/// The database cannot be reached.
pub(crate) fn unavailable() -> Error {
    Error::unavailable("database.unavailable", "the database cannot be reached, try again in a moment")
}

/// A statement took longer than it may.
pub(crate) fn slow() -> Error {
    Error::new(ErrorKind::Timeout, "database.timeout", "the database took too long")
}

/// Nothing more can be kept.
fn full() -> Error {
    Error::new(ErrorKind::StorageFull, "database.full", "the database has no room left to keep this")
}

/// Refuses what no database could keep, before it sees it: U+0000 in text and JSON, numbers that are not finite.
pub(crate) fn check_binds(stmt: &Stmt) -> Result<(), Error> {
    for (i, bind) in stmt.binds.iter().enumerate() {
        let message = match &bind.value {
            Value::Text(v) if v.as_bytes().contains(&0) => "may not contain the character U+0000",
            Value::Json(v) if v.as_bytes().contains(&0) || escaped_nul(v) => {
                "may not contain the character U+0000"
            }
            Value::F64(v) if !v.is_finite() => "has to be a finite number",
            _ => continue,
        };
        let column = stmt.text.written_column(i);
        let descriptor = table(stmt.text.table());
        let field = descriptor
            .zip(column)
            .and_then(|(d, c)| d.fields.iter().find(|f| f.column == c))
            .map(|f| f.name)
            .or(column);
        let fields = field.map(|f| FieldError { field: f.to_owned(), messages: vec![message.to_owned()] });
        return Err(Error::validation(fields.into_iter().collect()));
    }
    Ok(())
}

/// Whether a JSON text has `\u0000` in a string, which jsonb cannot keep.
fn escaped_nul(json: &str) -> bool {
    let bytes = json.as_bytes();
    json.match_indices("u0000")
        .any(|(at, _)| bytes.iter().take(at).rev().take_while(|c| **c == b'\\').count() % 2 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_backslash_before_u0000_is_no_nul() {
        assert!(escaped_nul(r#""a\u0000""#));
        assert!(escaped_nul(r#""a\\\u0000""#));
        assert!(!escaped_nul(r#""a\\u0000""#));
        assert!(!escaped_nul(r#""u0000""#));
    }
}

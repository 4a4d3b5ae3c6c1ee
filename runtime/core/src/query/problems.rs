//! Every mistake of a query, collected, so that a client sees all of them at once.

use crate::descriptor::ResourceDescriptor;
use crate::error::{Error, ErrorKind};

/// The stable codes of what can be wrong with a query.
pub(super) mod code {
    pub(crate) const PARAMETER: &str = "query.unknown_parameter";
    pub(crate) const REPEATED: &str = "query.repeated_parameter";
    pub(crate) const FIELD: &str = "query.unknown_field";
    pub(crate) const OPERATOR: &str = "query.unknown_operator";
    pub(crate) const RELATION: &str = "query.unknown_relation";
    pub(crate) const VALUE: &str = "query.invalid_value";
    pub(crate) const PAGE: &str = "query.invalid_page";
    pub(crate) const COMPLEX: &str = "query.too_complex";
    pub(crate) const CURSOR: &str = "query.invalid_cursor";
}

/// One mistake: its code, the parameter (or the path in the body) and what to do.
pub(super) struct Problem {
    code: &'static str,
    at: String,
    message: String,
}

/// The mistakes so far.
#[derive(Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Notes a mistake.
    pub(super) fn push(&mut self, code: &'static str, at: impl Into<String>, message: impl Into<String>) {
        // A hostile query can be wrong in ten thousand places; nobody reads more than a few.
        if self.0.len() < 50 {
            self.0.push(Problem { code, at: at.into(), message: message.into() });
        }
    }

    /// The value, if there was no mistake.
    ///
    /// The error has the code and the message of the first mistake, and all of them by field.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Error> {
        let mut all = self.0.into_iter();
        let Some(first) = all.next() else { return Ok(value) };
        let mut error =
            Error::new(ErrorKind::Invalid, first.code, first.message.clone()).field(&first.at, first.message);
        for problem in all {
            error = error.field(&problem.at, problem.message);
        }
        Err(error)
    }
}

/// `a, b, c`, or `none`.
pub(super) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// What a client wrote, short enough to stand in a message.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The names of fields with all of these access bits.
pub(super) fn fields_with(descriptor: &ResourceDescriptor, bits: u16) -> String {
    list(descriptor.fields.iter().filter(|f| f.access.has(bits)).map(|f| f.name))
}

//! Which codes an operation can answer with: one list gives the status of each and where it can come from, and from the
//! codes of an operation come both its responses and its `x-error-codes`.

use framewright_core::ResourceDescriptor;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Where a code can come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// anything that is routed: the edge refuses what is malformed or too much
    Edge,
    /// any derived route: the database may be away, and unknown parameters are refused
    Derived,
    /// reading a body
    Body,
    /// a query, in parameters or as a tree
    Query,
    /// certain operations, which name it
    Named,
}

/// Every code of derived routes with its status; a resource has codes of its own on top.
const CODES: [(&str, u16, At); 39] = [
    ("body.incomplete", 400, At::Body),
    ("json.malformed", 400, At::Body),
    ("json.too_deep", 400, At::Body),
    ("json.too_large", 400, At::Body),
    ("query.malformed", 400, At::Derived),
    ("request.framing", 400, At::Edge),
    ("request.host_invalid", 400, At::Edge),
    ("request.if_match", 400, At::Named),
    ("request.syntax", 400, At::Edge),
    ("not_acceptable", 406, At::Derived),
    ("request.timeout", 408, At::Edge),
    ("conflict.not_deleted", 409, At::Named),
    ("conflict.reference", 409, At::Named),
    ("conflict.unique", 409, At::Named),
    ("conflict.version", 412, At::Named),
    ("body.too_large", 413, At::Body),
    ("uri.too_long", 414, At::Edge),
    ("body.unsupported_encoding", 415, At::Body),
    ("body.unsupported_type", 415, At::Body),
    ("request.host_unknown", 421, At::Edge),
    ("query.invalid_cursor", 422, At::Query),
    ("query.invalid_page", 422, At::Query),
    ("query.invalid_value", 422, At::Query),
    ("query.repeated_parameter", 422, At::Query),
    ("query.too_complex", 422, At::Query),
    ("query.unknown_field", 422, At::Query),
    ("query.unknown_operator", 422, At::Query),
    ("query.unknown_parameter", 422, At::Derived),
    ("query.unknown_relation", 422, At::Query),
    ("reference.not_found", 422, At::Named),
    ("validation", 422, At::Named),
    ("precondition.required", 428, At::Named),
    ("headers.too_large", 431, At::Edge),
    ("internal", 500, At::Edge),
    ("database.busy", 503, At::Derived),
    ("database.unavailable", 503, At::Derived),
    ("overloaded", 503, At::Edge),
    ("database.timeout", 504, At::Derived),
    ("timeout", 504, At::Edge),
];

/// The codes of an operation, each with its status.
pub(super) struct Codes(BTreeSet<(u16, Cow<'static, str>)>);

impl Codes {
    /// Those of anything that is routed.
    pub(super) fn edge() -> Self {
        Self(BTreeSet::new()).at(At::Edge)
    }

    /// Those of any derived route.
    pub(super) fn any() -> Self {
        Self::edge().at(At::Derived)
    }

    /// And those of this place.
    pub(super) fn at(mut self, place: At) -> Self {
        let all = CODES.iter().filter(|(.., at)| *at == place);
        self.0.extend(all.map(|(code, status, _)| (*status, Cow::Borrowed(*code))));
        self
    }

    /// And these.
    pub(super) fn with(mut self, codes: &[&'static str]) -> Self {
        self.0.extend(codes.iter().map(|code| (status(code), Cow::Borrowed(*code))));
        self
    }

    /// And these under a condition.
    pub(super) fn when(self, holds: bool, codes: &[&'static str]) -> Self {
        if holds { self.with(codes) } else { self }
    }

    /// And that of a record that is not there.
    pub(super) fn missing(mut self, d: &ResourceDescriptor) -> Self {
        self.0.insert((404, Cow::Owned(format!("{}.not_found", d.singular))));
        self
    }

    /// And those of unique keys, with the names that they give themselves.
    pub(super) fn unique(mut self, d: &'static ResourceDescriptor) -> Self {
        // the primary key is one too
        self = self.with(&["conflict.unique"]);
        self.0.extend(d.uniques.iter().filter_map(|key| key.code).map(|code| (409, Cow::Borrowed(code))));
        self
    }

    /// And those of writing fields: rules, unique keys, references to what is not there.
    pub(super) fn written(self, d: &'static ResourceDescriptor) -> Self {
        let refers = d.fields.iter().zip(0u16..).any(|(f, i)| i != d.key && f.facts.references.is_some());
        self.with(&["validation"]).unique(d).when(refers, &["reference.not_found", "conflict.reference"])
    }

    /// And those of a change to a record that somebody may have changed before.
    pub(super) fn guarded(self) -> Self {
        self.with(&["conflict.version", "request.if_match"])
    }

    pub(super) fn statuses(&self) -> BTreeSet<u16> {
        self.0.iter().map(|(status, _)| *status).collect()
    }

    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.0.iter().map(|(_, code)| code.as_ref()).collect();
        names.sort_unstable();
        names
    }
}

fn status(code: &str) -> u16 {
    CODES.iter().find(|(known, ..)| *known == code).map_or(500, |(_, status, _)| *status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_an_operation_names_is_in_the_list() {
        let source = include_str!("operations.rs").to_owned() + include_str!("codes.rs");
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        for group in code.split("with(&[").skip(1).chain(code.split(", &[\"").skip(1)) {
            let named = group.split(']').next().unwrap_or_default();
            for name in named.split('"').filter(|n| n.contains('.') || *n == "validation") {
                assert!(CODES.iter().any(|(known, ..)| *known == name), "{name}");
            }
        }
        let mut names: Vec<&str> = CODES.iter().map(|(code, ..)| *code).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CODES.len(), "a code has one status");
    }
}

//! The erased statement: SQL text cut where its binds go, and the binds. One Rust type for every table, a Diesel
//! `QueryFragment` on every backend. Nothing from a client is ever in the text.

use crate::dialect::Dialect;
use framewright_core::{Kind, Value};
use std::sync::Arc;

/// A bound value with the kind of its column, which types a NULL.
#[derive(Debug, Clone, PartialEq)]
pub struct Bind {
    /// the kind of the column
    pub kind: Kind,
    /// the value
    pub value: Value,
}

/// The text of a statement, shared by every run of it.
#[derive(Debug)]
pub struct Text {
    /// the dialect it is written in
    pub dialect: Dialect,
    /// cut where the binds go: one more than there are binds
    pub parts: Vec<String>,
    /// whether the text is one of a bounded set (get, list of a given shape): prepared statements of it are kept
    pub cached: bool,
    /// whether the number of rows is small by construction (a key, a page): it may run on a shared connection
    pub bounded: bool,
}

/// A statement with its values.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// the text
    pub text: Arc<Text>,
    /// the values, in the order of the text
    pub binds: Vec<Bind>,
}

/// Writes a statement piece by piece.
#[derive(Debug)]
pub struct StmtBuilder {
    dialect: Dialect,
    parts: Vec<String>,
    binds: Vec<Bind>,
    cached: bool,
    bounded: bool,
}

impl StmtBuilder {
    /// An empty statement; by default neither cached nor bounded.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, parts: vec![String::new()], binds: Vec::new(), cached: false, bounded: false }
    }

    /// The dialect to write in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn last(&mut self) -> &mut String {
        if self.parts.is_empty() {
            self.parts.push(String::new());
        }
        let last = self.parts.len() - 1;
        &mut self.parts[last]
    }

    /// Adds SQL that comes from our own code.
    pub fn sql(&mut self, sql: &str) -> &mut Self {
        self.last().push_str(sql);
        self
    }

    /// Adds an identifier of a descriptor, quoted.
    pub fn ident(&mut self, identifier: &str) -> &mut Self {
        let dialect = self.dialect;
        dialect.quote(self.last(), identifier);
        self
    }

    /// Adds `table.column`, both quoted.
    pub fn column(&mut self, table: &str, column: &str) -> &mut Self {
        self.ident(table).sql(".").ident(column)
    }

    /// Adds a bound value.
    pub fn bind(&mut self, kind: Kind, value: Value) -> &mut Self {
        self.binds.push(Bind { kind, value });
        self.parts.push(String::new());
        self
    }

    /// Says that the text is one of a bounded set, so that preparing it once pays.
    pub fn cached(&mut self) -> &mut Self {
        self.cached = true;
        self
    }

    /// Says that the answer is small by construction.
    pub fn bounded(&mut self) -> &mut Self {
        self.bounded = true;
        self
    }

    /// The statement.
    #[must_use]
    pub fn finish(self) -> Stmt {
        let text = Text { dialect: self.dialect, parts: self.parts, cached: self.cached, bounded: self.bounded };
        Stmt { text: Arc::new(text), binds: self.binds }
    }
}

//! What a list asks for, as one typed tree: REST parameters, `POST /query`, the typed builder, commands and later
//! channels all make this tree, and only this tree becomes SQL. Fields are indexes of the descriptor.

pub mod typed;

use crate::descriptor::RelationDescriptor;
use crate::value::Value;

/// How a field is compared with one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// equal; text compares byte by byte on every database
    Eq,
    /// not equal; a NULL is never "not equal"
    Ne,
    /// greater
    Gt,
    /// greater or equal
    Gte,
    /// less
    Lt,
    /// less or equal
    Lte,
    /// text contains the value, case and all
    Contains,
    /// text begins with the value, case and all
    StartsWith,
    /// text ends with the value, case and all
    EndsWith,
}

/// A predicate over one resource.
#[derive(Clone)]
pub enum Filter {
    /// all of them; an empty one is true
    And(Vec<Filter>),
    /// any of them; an empty one is false
    Or(Vec<Filter>),
    /// not; unknown (NULL) stays unknown
    Not(Box<Filter>),
    /// a field against a value
    Compare(u16, Op, Value),
    /// a field against a set; an empty set is false
    In(u16, Vec<Value>),
    /// a field within two bounds, both included
    Between(u16, Value, Value),
    /// a field is NULL
    IsNull(u16),
    /// some related record fulfils the predicate
    Related(&'static RelationDescriptor, Box<Filter>),
}

/// One key of a sort order. NULLs come last ascending and first descending, on every database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// the field
    pub field: u16,
    /// largest first
    pub descending: bool,
}

/// Which slice of the answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Page {
    /// the first `size`, or those after a cursor's sort values (the key last)
    Keyset {
        /// the sort values of the last record seen, in the order of the sort keys, the primary key last
        after: Option<Vec<Value>>,
        /// how many
        size: u16,
    },
    /// page `number` (from 1) of `size`
    Number {
        /// from 1
        number: u32,
        /// how many
        size: u16,
    },
    /// everything: only for code of the application, which reads it in bounded chunks
    All,
}

/// Whether deleted records are part of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deleted {
    /// they are not there
    #[default]
    Without,
    /// they are there too
    With,
    /// only they
    Only,
}

/// A whole list query.
#[derive(Clone)]
pub struct ListQuery {
    /// the predicate
    pub filter: Option<Filter>,
    /// the order; the primary key is always added as the last key
    pub sort: Vec<Sort>,
    /// the slice
    pub page: Page,
    /// sparse fields: `None` is all that may be read
    pub fields: Option<Vec<u16>>,
    /// relations to load along, one statement each
    pub include: Vec<&'static RelationDescriptor>,
    /// `count=exact`
    pub count: bool,
    /// soft-deleted records
    pub deleted: Deleted,
}

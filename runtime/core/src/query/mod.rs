//! What a list asks for, as one typed tree: REST parameters, `POST /query`, the typed builder, commands and later
//! channels all make this tree, and only this tree becomes SQL. Fields are indexes of the descriptor.

pub mod aggregate;
pub mod cursor;
pub mod limits;
pub mod loaded;
pub mod params;
mod path;
mod problems;
pub mod tree;
pub mod typed;
mod value;

pub use cursor::CursorKey;
pub use path::{relations, returns};
pub use value::operators;
pub(crate) use value::{decimal, expected};

use crate::descriptor::{RelationDescriptor, ResourceDescriptor};
use crate::value::Value;
use std::fmt;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Deleted {
    /// they are not there
    #[default]
    Without,
    /// they are there too
    With,
    /// only they
    Only,
}

/// A relation to load along, and what to load along with it.
#[derive(Clone)]
pub struct Include {
    /// the relation
    pub relation: &'static RelationDescriptor,
    /// relations of the other side
    pub include: Vec<Include>,
}

/// A whole list query.
#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    /// the predicate
    pub filter: Option<Filter>,
    /// the order; the primary key is always added as the last key
    pub sort: Vec<Sort>,
    /// the slice
    pub page: Page,
    /// sparse fields: `None` is all that may be read; the key is always among them
    pub fields: Option<Vec<u16>>,
    /// relations to load along, one statement each
    pub include: Vec<Include>,
    /// `count=exact`
    pub count: bool,
    /// soft-deleted records
    pub deleted: Deleted,
    /// whether the client asked for a page that is out of bounds and got the nearest one: the answer says so
    pub clamped: bool,
}

/// What a read of one record asks for beside its key.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecordQuery {
    /// sparse fields: `None` is all that may be read; the key is always among them
    pub fields: Option<Vec<u16>>,
    /// relations to load along
    pub include: Vec<Include>,
    /// soft-deleted records
    pub deleted: Deleted,
}

impl ListQuery {
    /// The first page of a resource in its default order.
    #[must_use]
    pub fn of(descriptor: &ResourceDescriptor) -> Self {
        Self {
            filter: None,
            sort: Vec::new(),
            page: Page::Keyset { after: None, size: descriptor.page.default },
            fields: None,
            include: Vec::new(),
            count: false,
            deleted: Deleted::Without,
            clamped: false,
        }
    }

    /// The complete order, which no two records share: the sort keys, and last the primary key in the direction
    /// of the key before it, so that one index serves `a, id` both ways.
    #[must_use]
    pub fn order(&self, descriptor: &ResourceDescriptor) -> Vec<Sort> {
        complete(&self.sort, descriptor)
    }
}

/// [`ListQuery::order`] for sort keys that stand alone.
#[must_use]
pub fn complete(sort: &[Sort], descriptor: &ResourceDescriptor) -> Vec<Sort> {
    let mut order: Vec<Sort> = Vec::with_capacity(sort.len() + 1);
    for key in sort {
        if !order.iter().any(|k| k.field == key.field) {
            order.push(*key);
        }
        if key.field == descriptor.key {
            return order;
        }
    }
    let descending = order.last().is_some_and(|k| k.descending);
    order.push(Sort { field: descriptor.key, descending });
    order
}

impl Filter {
    /// Both predicates.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::And(mut all) => {
                all.push(other);
                Self::And(all)
            }
            first => Self::And(vec![first, other]),
        }
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::And(a), Self::And(b)) | (Self::Or(a), Self::Or(b)) => a == b,
            (Self::Not(a), Self::Not(b)) => a == b,
            (Self::Compare(a, x, v), Self::Compare(b, y, w)) => a == b && x == y && v == w,
            (Self::In(a, v), Self::In(b, w)) => a == b && v == w,
            (Self::Between(a, v, x), Self::Between(b, w, y)) => a == b && v == w && x == y,
            (Self::IsNull(a), Self::IsNull(b)) => a == b,
            (Self::Related(a, f), Self::Related(b, g)) => std::ptr::eq(*a, *b) && f == g,
            _ => false,
        }
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(all) => f.debug_tuple("And").field(all).finish(),
            Self::Or(any) => f.debug_tuple("Or").field(any).finish(),
            Self::Not(inner) => f.debug_tuple("Not").field(inner).finish(),
            Self::Compare(field, op, value) => {
                f.debug_tuple("Compare").field(field).field(op).field(value).finish()
            }
            Self::In(field, set) => f.debug_tuple("In").field(field).field(set).finish(),
            Self::Between(field, low, high) => {
                f.debug_tuple("Between").field(field).field(low).field(high).finish()
            }
            Self::IsNull(field) => f.debug_tuple("IsNull").field(field).finish(),
            Self::Related(relation, inner) => {
                f.debug_tuple("Related").field(&relation.name).field(inner).finish()
            }
        }
    }
}

impl PartialEq for Include {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.relation, other.relation) && self.include == other.include
    }
}

impl fmt::Debug for Include {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(self.relation.name).field(&self.include).finish()
    }
}

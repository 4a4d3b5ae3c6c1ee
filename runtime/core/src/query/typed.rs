//! Typed handles on columns and relations: what `post::title` and `post::comments` are. Thin shells over the
//! query tree; they hold an index and know two types.

use super::loaded::{Load, Loads};
use super::{Filter, Op, Sort};
use crate::column::Column;
use crate::descriptor::RelationDescriptor;
use crate::record::Resource;
use crate::value::Value;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

/// A column of the resource `R` with values of type `T`.
pub struct Col<R, T> {
    index: u16,
    of: PhantomData<fn() -> (R, T)>,
}

impl<R, T> Col<R, T> {
    /// The column with this index; only expansions call it.
    #[must_use]
    pub const fn new(index: u16) -> Self {
        Self { index, of: PhantomData }
    }
    /// The index of the field.
    #[must_use]
    pub const fn index(&self) -> u16 {
        self.index
    }
}

impl<R, T> Clone for Col<R, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R, T> Copy for Col<R, T> {}

/// What a column of type `T` can be compared with: a `T`, a `&str` for text, and the inner type of an `Option`.
#[diagnostic::on_unimplemented(
    message = "a column of type `{T}` can't be compared with `{Self}`",
    label = "not a `{T}`",
    note = "compare a column with a value of its own type; for null there are `is_null()` and `is_not_null()`"
)]
pub trait Operand<T> {
    /// The value to bind.
    fn operand(self) -> Value;
}

impl<T: Column> Operand<T> for T {
    fn operand(self) -> Value {
        self.value()
    }
}
impl<T: Column> Operand<Option<T>> for T {
    fn operand(self) -> Value {
        self.value()
    }
}
impl Operand<String> for &str {
    fn operand(self) -> Value {
        Value::Text(self.to_owned())
    }
}
impl Operand<Option<String>> for &str {
    fn operand(self) -> Value {
        Value::Text(self.to_owned())
    }
}

/// Text, or text that may be null.
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't text",
    label = "`contains`, `starts_with` and `ends_with` are for columns of type `String`"
)]
pub trait Textual: Column {}
impl Textual for String {}
impl Textual for Option<String> {}

impl<R, T: Column> Col<R, T> {
    fn compare(self, op: Op, value: impl Operand<T>) -> Predicate<R> {
        Predicate::new(Filter::Compare(self.index, op, value.operand()))
    }
    /// Equal; text compares byte by byte on every database.
    pub fn eq(self, value: impl Operand<T>) -> Predicate<R> {
        self.compare(Op::Eq, value)
    }
    /// Not equal; null is never "not equal".
    pub fn ne(self, value: impl Operand<T>) -> Predicate<R> {
        self.compare(Op::Ne, value)
    }
    /// Greater.
    pub fn gt(self, value: impl Operand<T>) -> Predicate<R> {
        self.compare(Op::Gt, value)
    }
    /// Greater or equal.
    pub fn gte(self, value: impl Operand<T>) -> Predicate<R> {
        self.compare(Op::Gte, value)
    }
    /// Less.
    pub fn lt(self, value: impl Operand<T>) -> Predicate<R> {
        self.compare(Op::Lt, value)
    }
    /// Less or equal.
    pub fn lte(self, value: impl Operand<T>) -> Predicate<R> {
        self.compare(Op::Lte, value)
    }
    /// One of these; none of an empty set.
    pub fn in_<V: Operand<T>>(self, values: impl IntoIterator<Item = V>) -> Predicate<R> {
        Predicate::new(Filter::In(self.index, values.into_iter().map(Operand::operand).collect()))
    }
    /// None of these; null is never "not in".
    pub fn not_in<V: Operand<T>>(self, values: impl IntoIterator<Item = V>) -> Predicate<R> {
        !self.in_(values)
    }
    /// Within two bounds, both included.
    pub fn between(self, low: impl Operand<T>, high: impl Operand<T>) -> Predicate<R> {
        Predicate::new(Filter::Between(self.index, low.operand(), high.operand()))
    }
    /// Is null.
    pub fn is_null(self) -> Predicate<R> {
        Predicate::new(Filter::IsNull(self.index))
    }
    /// Is not null.
    pub fn is_not_null(self) -> Predicate<R> {
        !self.is_null()
    }
    /// Smallest first, nulls last.
    pub fn asc(self) -> Order<R> {
        Order { sort: Sort { field: self.index, descending: false }, of: PhantomData }
    }
    /// Largest first, nulls first.
    pub fn desc(self) -> Order<R> {
        Order { sort: Sort { field: self.index, descending: true }, of: PhantomData }
    }
}

impl<R, T: Column> Col<R, T> {
    /// Contains this text, case and all.
    pub fn contains(self, text: impl Into<String>) -> Predicate<R>
    where
        T: Textual,
    {
        Predicate::new(Filter::Compare(self.index, Op::Contains, Value::Text(text.into())))
    }
    /// Begins with this text, case and all.
    pub fn starts_with(self, text: impl Into<String>) -> Predicate<R>
    where
        T: Textual,
    {
        Predicate::new(Filter::Compare(self.index, Op::StartsWith, Value::Text(text.into())))
    }
    /// Ends with this text, case and all.
    pub fn ends_with(self, text: impl Into<String>) -> Predicate<R>
    where
        T: Textual,
    {
        Predicate::new(Filter::Compare(self.index, Op::EndsWith, Value::Text(text.into())))
    }
}

/// A predicate over the resource `R`; `&`, `|` and `!` combine them.
#[must_use]
pub struct Predicate<R> {
    filter: Filter,
    of: PhantomData<fn() -> R>,
}

impl<R> Predicate<R> {
    fn new(filter: Filter) -> Self {
        Self { filter, of: PhantomData }
    }
    /// The predicate as a tree.
    #[must_use]
    pub fn into_filter(self) -> Filter {
        self.filter
    }
}

impl<R> Clone for Predicate<R> {
    fn clone(&self) -> Self {
        Self::new(self.filter.clone())
    }
}
impl<R> BitAnd for Predicate<R> {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self::new(self.filter.and(other.filter))
    }
}
impl<R> BitOr for Predicate<R> {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self::new(Filter::Or(vec![self.filter, other.filter]))
    }
}
impl<R> Not for Predicate<R> {
    type Output = Self;
    fn not(self) -> Self {
        Self::new(Filter::Not(Box::new(self.filter)))
    }
}

/// A sort key of the resource `R`.
#[must_use]
pub struct Order<R> {
    sort: Sort,
    of: PhantomData<fn() -> R>,
}

impl<R> Order<R> {
    /// The key.
    #[must_use]
    pub fn sort(&self) -> Sort {
        self.sort
    }
}

/// A relation from `R` to `S`; `M` is [`One`] or [`Many`].
pub struct Rel<R, S, M> {
    relation: &'static RelationDescriptor,
    of: PhantomData<fn() -> (R, S, M)>,
}

/// At most one record on the other side.
pub struct One;
/// Any number of records on the other side.
pub struct Many;

impl<R, S, M> Rel<R, S, M> {
    /// The relation; only expansions call it.
    #[must_use]
    pub const fn new(relation: &'static RelationDescriptor) -> Self {
        Self { relation, of: PhantomData }
    }
    /// Its descriptor.
    #[must_use]
    pub const fn descriptor(&self) -> &'static RelationDescriptor {
        self.relation
    }
    /// Some related record fulfils the predicate.
    pub fn any(self, predicate: Predicate<S>) -> Predicate<R> {
        Predicate::new(Filter::Related(self.relation, Box::new(predicate.filter)))
    }
    /// There is a related record.
    pub fn exists(self) -> Predicate<R> {
        Predicate::new(Filter::Related(self.relation, Box::new(Filter::And(Vec::new()))))
    }
}

impl<R, S: Resource, M> Rel<R, S, M> {
    /// Loads along what `load` names of the other side: `post::comments.with(comment::author)`.
    pub fn with(self, load: impl Loads<S>) -> Load<R> {
        Load::nested(self, load.load())
    }
}

impl<R, S, M> Clone for Rel<R, S, M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R, S, M> Copy for Rel<R, S, M> {}

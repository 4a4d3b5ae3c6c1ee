//! Aggregates with types: `post::views.sum()`, `count()`, and conditions on them for `having`.
//!
//! Sums of integers and money are exact `i64`s (one that does not fit is an error, never a wrap), sums of decimals
//! are exact decimals. A mean of integers or decimals is a `Decimal`: the exact sum divided once, here and not in the
//! database, whose three divisions differ. Sums of `f64` depend on the order of the rows in the last digits.

use super::Op;
use super::typed::{Col, Operand};
use crate::column::Column;
use crate::types::{Currency, Date, Decimal, Money, Time, Timestamp};
use crate::value::Value;
use std::marker::PhantomData;

/// What is made of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// the number of records
    Records,
    /// the number of values that are not null
    Values,
    /// the number of different values that are not null
    Distinct,
    /// the sum
    Sum,
    /// the mean
    Mean,
    /// the smallest
    Min,
    /// the largest
    Max,
}

/// An aggregate without its types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expression {
    /// what is made
    pub function: Function,
    /// of which field; for [`Function::Records`] it does not matter
    pub field: u16,
}

/// An aggregate over records of `R` that gives a `T`.
#[must_use]
pub struct Aggregate<R, T> {
    expression: Expression,
    of: PhantomData<fn() -> (R, T)>,
}

impl<R, T> Clone for Aggregate<R, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R, T> Copy for Aggregate<R, T> {}

/// The number of records.
pub const fn count<R>() -> Aggregate<R, i64> {
    Aggregate { expression: Expression { function: Function::Records, field: 0 }, of: PhantomData }
}

/// A type that can be summed up.
#[diagnostic::on_unimplemented(
    message = "values of type `{Self}` have no sum",
    label = "`sum` and `avg` are for numbers and money"
)]
pub trait Summable: Column {
    /// The type of a sum.
    type Sum: Column;
    /// The type of a mean.
    type Mean: Column;
}
macro_rules! summable {
    ($($ty:ty => $sum:ty, $mean:ty;)*) => {$(impl Summable for $ty { type Sum = $sum; type Mean = $mean; })*};
}
summable! {
    i16 => i64, Decimal;
    i32 => i64, Decimal;
    i64 => i64, Decimal;
    f64 => f64, f64;
    Decimal => Decimal, Decimal;
}
impl<C: Currency> Summable for Money<C> {
    type Sum = Self;
    type Mean = Decimal;
}
impl<T: Summable> Summable for Option<T> {
    type Sum = T::Sum;
    type Mean = T::Mean;
}

/// A type with a smallest and a largest value on every database.
#[diagnostic::on_unimplemented(
    message = "values of type `{Self}` have no smallest and largest",
    label = "`min` and `max` are for numbers, text, money and times"
)]
pub trait Ordered: Column {
    /// The type of a value that is there.
    type Value: Column;
}
macro_rules! ordered {
    ($($ty:ty),*) => {$(impl Ordered for $ty { type Value = $ty; })*};
}
ordered!(i16, i32, i64, f64, String, Decimal, Timestamp, Date, Time);
impl<C: Currency> Ordered for Money<C> {
    type Value = Self;
}
impl<T: Ordered> Ordered for Option<T> {
    type Value = T::Value;
}

// The result is a parameter of each method, not a projection: so a type without a sum gets the message above.
impl<R, T: Column> Col<R, T> {
    const fn aggregate<O>(self, function: Function) -> Aggregate<R, O> {
        Aggregate { expression: Expression { function, field: self.index() }, of: PhantomData }
    }
    /// The number of values that are not null.
    pub const fn count(self) -> Aggregate<R, i64> {
        self.aggregate(Function::Values)
    }
    /// The number of different values that are not null.
    pub const fn count_distinct(self) -> Aggregate<R, i64> {
        self.aggregate(Function::Distinct)
    }
    /// The sum; none of nothing.
    pub const fn sum<V: Column>(self) -> Aggregate<R, Option<V>>
    where
        T: Summable<Sum = V>,
    {
        self.aggregate(Function::Sum)
    }
    /// The mean; none of nothing.
    pub const fn avg<V: Column>(self) -> Aggregate<R, Option<V>>
    where
        T: Summable<Mean = V>,
    {
        self.aggregate(Function::Mean)
    }
    /// The smallest value; none of nothing.
    pub const fn min<V: Column>(self) -> Aggregate<R, Option<V>>
    where
        T: Ordered<Value = V>,
    {
        self.aggregate(Function::Min)
    }
    /// The largest value; none of nothing.
    pub const fn max<V: Column>(self) -> Aggregate<R, Option<V>>
    where
        T: Ordered<Value = V>,
    {
        self.aggregate(Function::Max)
    }
}

/// A condition on groups.
#[must_use]
pub struct Having<R> {
    /// the aggregate
    pub expression: Expression,
    /// how it is compared
    pub op: Op,
    /// with what
    pub value: Value,
    of: PhantomData<fn() -> R>,
}

impl<R, T: Column> Aggregate<R, T> {
    /// Without its types.
    #[must_use]
    pub const fn expression(&self) -> Expression {
        self.expression
    }
    fn compare(self, op: Op, value: impl Operand<T>) -> Having<R> {
        Having { expression: self.expression, op, value: value.operand(), of: PhantomData }
    }
    /// Groups where it is equal to a value.
    pub fn eq(self, value: impl Operand<T>) -> Having<R> {
        self.compare(Op::Eq, value)
    }
    /// Groups where it is greater than a value.
    pub fn gt(self, value: impl Operand<T>) -> Having<R> {
        self.compare(Op::Gt, value)
    }
    /// Groups where it is a value or greater.
    pub fn gte(self, value: impl Operand<T>) -> Having<R> {
        self.compare(Op::Gte, value)
    }
    /// Groups where it is less than a value.
    pub fn lt(self, value: impl Operand<T>) -> Having<R> {
        self.compare(Op::Lt, value)
    }
    /// Groups where it is a value or less.
    pub fn lte(self, value: impl Operand<T>) -> Having<R> {
        self.compare(Op::Lte, value)
    }
}

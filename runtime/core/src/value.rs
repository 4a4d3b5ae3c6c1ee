//! What a column can hold, owned and borrowed, whatever the database: the vocabulary between descriptors,
//! statements, rows, JSON and typed structs.

use crate::types::Decimal;
use std::borrow::Cow;

/// The storage class of a column; each dialect maps it to exactly one SQL type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// `bool`
    Bool,
    /// `i16`
    I16,
    /// `i32`
    I32,
    /// `i64`, and `Money` in minor units
    I64,
    /// `f64`
    F64,
    /// `String` and enums
    Text,
    /// `Vec<u8>`
    Bytes,
    /// `Id<R>` and `Uuid`: sixteen bytes
    Uuid,
    /// `Decimal`, exact
    Decimal,
    /// `Timestamp`: microseconds since 1970, UTC
    Timestamp,
    /// `Date`: days since 1970
    Date,
    /// `Time`: microseconds since midnight
    Time,
    /// `Json<T>`
    Json,
}

/// An owned value of a column.
///
/// ```
/// use framewright_core::{Value, ValueRef};
/// let v = Value::Text("abc".into());
/// assert_eq!(v.borrow(), ValueRef::Text("abc"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL, JSON null
    Null,
    /// a truth value
    Bool(bool),
    /// every integer width, and money in minor units
    I64(i64),
    /// a double
    F64(f64),
    /// text, and the name of an enum variant
    Text(String),
    /// raw bytes
    Bytes(Vec<u8>),
    /// sixteen bytes of a UUID
    Uuid([u8; 16]),
    /// an exact decimal
    Decimal(Decimal),
    /// microseconds since 1970-01-01T00:00:00Z
    Timestamp(i64),
    /// days since 1970-01-01
    Date(i32),
    /// microseconds since midnight
    Time(i64),
    /// a JSON text, already checked
    Json(String),
}

/// A borrowed value, as it comes from a row or a struct without being copied.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueRef<'a> {
    /// SQL NULL, JSON null
    Null,
    /// a truth value
    Bool(bool),
    /// every integer width, and money in minor units
    I64(i64),
    /// a double
    F64(f64),
    /// text, and the name of an enum variant
    Text(&'a str),
    /// raw bytes
    Bytes(&'a [u8]),
    /// sixteen bytes of a UUID
    Uuid([u8; 16]),
    /// an exact decimal
    Decimal(Decimal),
    /// microseconds since 1970-01-01T00:00:00Z
    Timestamp(i64),
    /// days since 1970-01-01
    Date(i32),
    /// microseconds since midnight
    Time(i64),
    /// a JSON text: borrowed from a row, owned when a struct has to write it first
    Json(Cow<'a, str>),
}

impl Value {
    /// The same value, borrowed.
    #[must_use]
    pub fn borrow(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Bool(v) => ValueRef::Bool(*v),
            Self::I64(v) => ValueRef::I64(*v),
            Self::F64(v) => ValueRef::F64(*v),
            Self::Text(v) => ValueRef::Text(v),
            Self::Bytes(v) => ValueRef::Bytes(v),
            Self::Uuid(v) => ValueRef::Uuid(*v),
            Self::Decimal(v) => ValueRef::Decimal(*v),
            Self::Timestamp(v) => ValueRef::Timestamp(*v),
            Self::Date(v) => ValueRef::Date(*v),
            Self::Time(v) => ValueRef::Time(*v),
            Self::Json(v) => ValueRef::Json(Cow::Borrowed(v)),
        }
    }

    /// Whether this is NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl ValueRef<'_> {
    /// An owned copy.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(v) => Value::Bool(*v),
            Self::I64(v) => Value::I64(*v),
            Self::F64(v) => Value::F64(*v),
            Self::Text(v) => Value::Text((*v).to_owned()),
            Self::Bytes(v) => Value::Bytes(v.to_vec()),
            Self::Uuid(v) => Value::Uuid(*v),
            Self::Decimal(v) => Value::Decimal(*v),
            Self::Timestamp(v) => Value::Timestamp(*v),
            Self::Date(v) => Value::Date(*v),
            Self::Time(v) => Value::Time(*v),
            Self::Json(v) => Value::Json(v.clone().into_owned()),
        }
    }

    /// Whether this is NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

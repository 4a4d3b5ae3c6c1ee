//! The text of a query's value → a [`Value`] of the field's kind, with a message for people when it is none.

use super::{Filter, Op, limits};
use crate::descriptor::FieldDescriptor;
use crate::types::Decimal;
use crate::value::{Kind, Value};

/// The operators of a query, by the name that clients write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Compare(Op),
    In,
    NotIn,
    Between,
    Null,
}

const VERBS: [(&str, Verb); 13] = [
    ("eq", Verb::Compare(Op::Eq)),
    ("ne", Verb::Compare(Op::Ne)),
    ("gt", Verb::Compare(Op::Gt)),
    ("gte", Verb::Compare(Op::Gte)),
    ("lt", Verb::Compare(Op::Lt)),
    ("lte", Verb::Compare(Op::Lte)),
    ("in", Verb::In),
    ("nin", Verb::NotIn),
    ("contains", Verb::Compare(Op::Contains)),
    ("starts_with", Verb::Compare(Op::StartsWith)),
    ("ends_with", Verb::Compare(Op::EndsWith)),
    ("null", Verb::Null),
    ("between", Verb::Between),
];

impl Verb {
    /// The operator of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        VERBS.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
    }

    /// Whether it makes sense for the field: JSON can only be null or not, parts can only be looked for in text.
    pub(super) fn fits(self, field: &FieldDescriptor) -> bool {
        match self {
            Self::Null => true,
            Self::Compare(Op::Contains | Op::StartsWith | Op::EndsWith) => {
                field.kind() == Kind::Text && field.facts.options.is_none()
            }
            _ => field.kind() != Kind::Json,
        }
    }

    /// The names of the operators that make sense for the field.
    pub(super) fn accepted(field: &FieldDescriptor) -> String {
        super::problems::list(VERBS.iter().filter(|(_, v)| v.fits(field)).map(|(n, _)| *n))
    }
}

/// The names of the operators that a client may use with a field, for whoever documents them.
#[must_use]
pub fn operators(field: &FieldDescriptor) -> Vec<&'static str> {
    VERBS.iter().filter(|(_, v)| v.fits(field)).map(|(n, _)| *n).collect()
}

/// The predicate of a field, an operator and its values.
///
/// # Errors
/// What is wrong with the values.
pub(super) fn predicate(
    index: u16,
    field: &FieldDescriptor,
    verb: Verb,
    values: Vec<Value>,
) -> Result<Filter, String> {
    let mut values = values.into_iter();
    Ok(match verb {
        Verb::Compare(op) => {
            let value = values.next().ok_or("needs a value")?;
            if let (Op::Contains | Op::StartsWith | Op::EndsWith, Value::Text(text)) = (op, &value)
                && text.chars().count() > limits::PATTERN
            {
                return Err(format!("may be at most {} characters long", limits::PATTERN));
            }
            Filter::Compare(index, op, value)
        }
        Verb::In | Verb::NotIn => {
            let set: Vec<Value> = values.collect();
            if set.len() > limits::SET {
                return Err(format!("may list at most {} values", limits::SET));
            }
            let found = Filter::In(index, set);
            if verb == Verb::In { found } else { Filter::Not(Box::new(found)) }
        }
        Verb::Between => match (values.next(), values.next(), values.next()) {
            (Some(low), Some(high), None) => Filter::Between(index, low, high),
            _ => return Err("needs two values, the lower and the upper bound".to_owned()),
        },
        Verb::Null => match values.next() {
            Some(Value::Bool(true)) => Filter::IsNull(index),
            Some(Value::Bool(false)) => Filter::Not(Box::new(Filter::IsNull(index))),
            _ => return Err(format!("`null` of `{}` is `true` or `false`", field.name)),
        },
    })
}

/// A value of the field, from the text of a parameter or a JSON string.
///
/// # Errors
/// What it has to be.
pub(super) fn of_text(field: &FieldDescriptor, text: &str) -> Result<Value, String> {
    match field.kind() {
        Kind::Bool => truth(text).ok_or_else(|| expected(field)),
        // A number that is an integer, but too large for the field, is named as such.
        Kind::I16 | Kind::I32 | Kind::I64 => {
            text.parse::<i128>().map_err(|_| expected(field)).and_then(|n| of_integer(field, n))
        }
        Kind::F64 => {
            text.parse::<f64>().ok().filter(|n| n.is_finite()).map(Value::F64).ok_or_else(|| expected(field))
        }
        _ => match crate::json::of_text(field, text)? {
            Value::Decimal(n) => decimal(field, n),
            value => Ok(value),
        },
    }
}

/// What a value of the field has to be, for people.
pub(crate) fn expected(field: &FieldDescriptor) -> String {
    match (field.kind(), field.facts.options) {
        (Kind::Text, Some(options)) => return format!("must be one of: {}", options.join(", ")),
        (Kind::Bool, _) => "must be `true` or `false`",
        (Kind::I16 | Kind::I32 | Kind::I64, _) => "must be an integer",
        (Kind::F64, _) => "must be a number",
        (Kind::Text, None) => "must be text",
        (Kind::Bytes, _) => "must be base64",
        (Kind::Uuid, _) => "must be a UUID",
        (Kind::Decimal, _) => "must be a decimal number, in JSON as a string: \"12.50\"",
        (Kind::Timestamp, _) => "must be an RFC 3339 time, like 2026-11-20T12:00:00Z",
        (Kind::Date, _) => "must be a date, like 2026-11-20",
        (Kind::Time, _) => "must be a time of day, like 12:00:00",
        (Kind::Json, _) => "can only be compared with null",
    }
    .to_owned()
}

/// `true` or `false`.
pub(super) fn truth(text: &str) -> Option<Value> {
    match text {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// A value of the field, from an integer.
///
/// # Errors
/// What it has to be.
pub(super) fn of_integer(field: &FieldDescriptor, n: i128) -> Result<Value, String> {
    match field.kind() {
        Kind::I16 | Kind::I32 | Kind::I64 => {
            let (min, max) = field.facts.bounds.unwrap_or((i64::MIN, i64::MAX));
            match i64::try_from(n) {
                Ok(n) if n >= min && n <= max => Ok(Value::I64(n)),
                _ => Err(format!("must be from {min} to {max}")),
            }
        }
        // Beyond 2^53 a double is not every integer; the nearest one is what every database compares with.
        Kind::F64 => Ok(Value::F64(n as f64)),
        Kind::Decimal => Decimal::try_from_i128_with_scale(n, 0)
            .map_err(|_| "is too large".to_owned())
            .and_then(|n| decimal(field, n)),
        _ => Err(expected(field)),
    }
}

/// A decimal that the column can hold; one that it cannot would compare differently on each database.
pub(crate) fn decimal(field: &FieldDescriptor, n: Decimal) -> Result<Value, String> {
    let n = n.normalize();
    let (precision, scale) = field.decimal;
    let whole = u32::from(precision.saturating_sub(scale)).min(28);
    if n.scale() > u32::from(scale) || n.trunc().abs() >= Decimal::from_i128_with_scale(10i128.pow(whole), 0)
    {
        return Err(format!("may have at most {whole} digits before and {scale} after the point"));
    }
    Ok(Value::Decimal(n))
}

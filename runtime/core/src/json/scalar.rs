//! One JSON value → a [`Value`] of a field's kind, strictly: no number for a text, no `1.0` for an integer.

use super::reader::{Number, Token};
use crate::descriptor::FieldDescriptor;
use crate::query::expected;
use crate::types::{Date, Decimal, Time, Timestamp};
use crate::value::{Kind, Value};
use base64::Engine as _;

/// The value of a field from the token of it; fields of kind JSON take any value and are read elsewhere.
///
/// # Errors
/// What the value has to be, for people.
pub(super) fn of_token(field: &FieldDescriptor, token: &Token<'_>) -> Result<Value, String> {
    match token {
        Token::Null if field.facts.nullable => Ok(Value::Null),
        Token::Null => Err("must not be null".to_owned()),
        Token::Bool(v) if field.kind() == Kind::Bool => Ok(Value::Bool(*v)),
        Token::Number(v) => of_number(field, *v),
        Token::Text(v) => of_text(field, v),
        _ => Err(expected(field)),
    }
}

fn of_number(field: &FieldDescriptor, number: Number) -> Result<Value, String> {
    match (field.kind(), number) {
        (Kind::I16 | Kind::I32 | Kind::I64, Number::Integer(v)) => integer(field, v),
        (Kind::I16 | Kind::I32 | Kind::I64, Number::Huge(_)) => Err(out_of_bounds(field)),
        (Kind::F64, Number::Integer(v)) => Ok(Value::F64(v as f64)),
        (Kind::F64, Number::Huge(v) | Number::Double(v)) => Ok(Value::F64(v)),
        _ => Err(expected(field)),
    }
}

fn bounds(field: &FieldDescriptor) -> (i64, i64) {
    field.facts.bounds.unwrap_or((i64::MIN, i64::MAX))
}

fn out_of_bounds(field: &FieldDescriptor) -> String {
    let (min, max) = bounds(field);
    format!("must be from {min} to {max}")
}

pub(crate) fn integer(field: &FieldDescriptor, v: i64) -> Result<Value, String> {
    let (min, max) = bounds(field);
    if v < min || v > max { Err(out_of_bounds(field)) } else { Ok(Value::I64(v)) }
}

pub(crate) fn of_text(field: &FieldDescriptor, text: &str) -> Result<Value, String> {
    let found = match field.kind() {
        Kind::Text if text.contains('\0') => return Err("must not contain U+0000".to_owned()),
        Kind::Text => {
            field.facts.options.is_none_or(|o| o.contains(&text)).then(|| Value::Text(text.to_owned()))
        }
        Kind::Bytes => base64::engine::general_purpose::STANDARD.decode(text).ok().map(Value::Bytes),
        // Only the hyphenated form: a value that is written in one way is compared in one way.
        Kind::Uuid => Some(text)
            .filter(|t| t.len() == 36)
            .and_then(|t| uuid::Uuid::try_parse(t).ok())
            .map(|id| Value::Uuid(id.into_bytes())),
        Kind::Decimal => Some(text)
            .filter(|t| plain_decimal(t))
            .and_then(|t| Decimal::from_str_exact(t).ok())
            .map(Value::Decimal),
        Kind::Timestamp => text.parse::<Timestamp>().ok().map(|at| Value::Timestamp(at.micros())),
        Kind::Date => text.parse::<Date>().ok().map(|day| Value::Date(day.days())),
        Kind::Time => text.parse::<Time>().ok().map(|at| Value::Time(at.micros())),
        Kind::Bool | Kind::I16 | Kind::I32 | Kind::I64 | Kind::F64 | Kind::Json => None,
    };
    found.ok_or_else(|| expected(field))
}

/// `-?[0-9]+(\.[0-9]+)?`, the pattern that OpenAPI publishes.
fn plain_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = |t: &str| !t.is_empty() && t.bytes().all(|c| c.is_ascii_digit());
    number(whole) && number(fraction)
}

/// The value of a key from the text of a path or of a command: `/posts/0192…`, `/orders/17`.
#[must_use]
pub fn key(field: &FieldDescriptor, text: &str) -> Option<Value> {
    match field.kind() {
        Kind::I16 | Kind::I32 | Kind::I64 => {
            let v: i64 = text.parse().ok().filter(|v: &i64| v.to_string() == text)?;
            integer(field, v).ok()
        }
        _ => of_text(field, text).ok(),
    }
}

/// The text of a key, as paths, headers and logs write it.
#[must_use]
pub fn key_text(value: &Value) -> String {
    match value {
        Value::I64(v) => v.to_string(),
        Value::Text(v) => v.clone(),
        Value::Uuid(v) => uuid::Uuid::from_bytes(*v).to_string(),
        Value::Timestamp(v) => Timestamp::from_micros(*v).map(|v| v.to_string()).unwrap_or_default(),
        Value::Date(v) => Date::from_days(*v).map(|v| v.to_string()).unwrap_or_default(),
        Value::Time(v) => Time::from_micros(*v).map(|v| v.to_string()).unwrap_or_default(),
        Value::Decimal(v) => v.normalize().to_string(),
        Value::Bool(v) => v.to_string(),
        Value::F64(v) => v.to_string(),
        Value::Bytes(v) => base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(v),
        Value::Json(v) => v.clone(),
        Value::Null => String::new(),
    }
}

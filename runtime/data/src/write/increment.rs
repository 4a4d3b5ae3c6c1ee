//! Adding to a number in the statement itself, so that parallel additions all count.

use super::answer::Form;
use super::draft::{Added, Draft, Expected};
use super::run;
use framewright_core::descriptor::FieldDescriptor;
use framewright_core::rule::Rule;
use framewright_core::{
    Cx, Decimal, Error, ErrorKind, Kind, ResourceDescriptor, Result, Value, Values, json,
};

/// Adds an amount (negative ones take away) to a number of a record; answers with its values after that. Null counts as
/// zero. The sum has to keep the bounds of the type and of the field's `range`; where the field has a rule in Rust or
/// the resource one over the whole record, the record is read and locked first, so that the rule sees the sum.
///
/// # Errors
/// 404, and 422 `validation` when the sum is out of bounds.
pub async fn increment(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    key: Value,
    field: u16,
    by: Value,
) -> Result<Values> {
    let of = descriptor.field(field);
    let by = fitting(of, by)?;
    let mut draft = Draft::update(cx, descriptor, key, Values::of(descriptor), Expected::Any);
    draft.touch(cx);
    let added = Added { field, by, bounds: bounds(of) };
    draft.adds = Some(added.clone());
    match run::one(cx, draft, Form::Values).await {
        // Some databases refuse the sum before they compare it, and name no field.
        Err(e) if e.kind() == ErrorKind::Invalid && e.fields().is_empty() => {
            Err(out_of_bounds(of, &added).caused_by(e))
        }
        done => done?.values(),
    }
}

fn fitting(field: &FieldDescriptor, by: Value) -> Result<Value> {
    let fits = match (field.kind(), &by) {
        (Kind::I16 | Kind::I32 | Kind::I64, Value::I64(v)) => {
            let (min, max) = field.facts.bounds.unwrap_or((i64::MIN, i64::MAX));
            (min..=max).contains(v)
        }
        (Kind::F64, Value::F64(v)) => v.is_finite(),
        (Kind::Decimal, Value::Decimal(v)) => v.normalize().scale() <= u32::from(field.decimal.1),
        _ => false,
    };
    if fits { Ok(by) } else { Err(unfitting(field)) }
}

/// 422: no field of this type can be changed by that.
pub(crate) fn unfitting(field: &FieldDescriptor) -> Error {
    Error::validation(Vec::new()).field(field.name, "can't be changed by this amount")
}

/// The bounds of the type, of the column and of the rules.
fn bounds(field: &FieldDescriptor) -> (Option<Value>, Option<Value>) {
    match field.kind() {
        Kind::F64 => {
            let (mut min, mut max) = (f64::MIN, f64::MAX);
            for rule in field.rules {
                if let Rule::RangeF64 { min: low, max: high } = rule {
                    min = low.map_or(min, |v| v.max(min));
                    max = high.map_or(max, |v| v.min(max));
                }
            }
            (Some(Value::F64(min)), Some(Value::F64(max)))
        }
        Kind::Decimal => {
            let (precision, scale) = field.decimal;
            let most = 10i128.checked_pow(u32::from(precision.min(28))).unwrap_or(i128::MAX) - 1;
            let most =
                Decimal::try_from_i128_with_scale(most, u32::from(scale).min(28)).unwrap_or(Decimal::MAX);
            let (low, high) = range(field);
            let mut min = low.map_or(-most, |v| Decimal::from(v).max(-most));
            let mut max = high.map_or(most, |v| Decimal::from(v).min(most));
            for rule in field.rules {
                if let Rule::RangeDecimal { min: low, max: high } = rule {
                    min = low.map_or(min, |v| v.max(min));
                    max = high.map_or(max, |v| v.min(max));
                }
            }
            (Some(Value::Decimal(min)), Some(Value::Decimal(max)))
        }
        _ => {
            let (least, most) = field.facts.bounds.unwrap_or((i64::MIN, i64::MAX));
            let (low, high) = range(field);
            let min = low.map_or(least, |v| v.max(least));
            let max = high.map_or(most, |v| v.min(most));
            (Some(Value::I64(min)), Some(Value::I64(max)))
        }
    }
}

fn range(field: &FieldDescriptor) -> (Option<i64>, Option<i64>) {
    let (mut min, mut max) = (None::<i64>, None::<i64>);
    for rule in field.rules {
        if let Rule::Range { min: low, max: high } = rule {
            min = (*low).max(min);
            max = high.map(|h| max.map_or(h, |m| m.min(h))).or(max);
        }
    }
    (min, max)
}

/// The sum of a field and an amount, for rules that have to see it before the statement.
pub(super) fn sum(field: &FieldDescriptor, added: &Added, now: Option<&Value>) -> Result<Value> {
    let sum = match (now, &added.by) {
        (Some(Value::I64(now)), Value::I64(by)) => now.checked_add(*by).map(Value::I64),
        (Some(Value::F64(now)), Value::F64(by)) => Some(Value::F64(now + by)),
        (Some(Value::Decimal(now)), Value::Decimal(by)) => now.checked_add(*by).map(Value::Decimal),
        (None | Some(Value::Null), by) => Some(by.clone()),
        _ => None,
    };
    let within = |sum: &Value| match (sum, &added.bounds.0, &added.bounds.1) {
        (Value::I64(v), Some(Value::I64(min)), Some(Value::I64(max))) => (min..=max).contains(&v),
        (Value::F64(v), Some(Value::F64(min)), Some(Value::F64(max))) => (min..=max).contains(&v),
        (Value::Decimal(v), Some(Value::Decimal(min)), Some(Value::Decimal(max))) => (min..=max).contains(&v),
        _ => false,
    };
    sum.filter(within).ok_or_else(|| out_of_bounds(field, added))
}

/// 422: the sum would leave its bounds.
pub(super) fn out_of_bounds(field: &FieldDescriptor, added: &Added) -> Error {
    let shown = |v: &Option<Value>| v.as_ref().map(json::key_text).unwrap_or_default();
    let message = format!("must be {} to {}", shown(&added.bounds.0), shown(&added.bounds.1));
    Error::validation(Vec::new()).field(field.name, message)
}

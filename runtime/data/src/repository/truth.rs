//! Predicates and orders over values in memory, as every database answers them: unknown is neither true nor false, text
//! is compared byte by byte, and null stands last.

use framewright_core::query::{Filter, Op, Sort};
use framewright_core::{Error, Result, Value, Values};
use std::cmp::Ordering;

/// Whether a record is part of a query.
pub(super) fn holds(filter: Option<&Filter>, row: &Values) -> Result<bool> {
    filter.map_or(Ok(true), |filter| Ok(truth(filter, row)? == Some(true)))
}

/// How two records stand to each other in an order.
pub(super) fn order(keys: &[Sort], a: &Values, b: &Values) -> Ordering {
    let each = keys.iter().map(|key| {
        let ascending = match (given(a, key.field), given(b, key.field)) {
            (Some(a), Some(b)) => compare(a, b).unwrap_or(Ordering::Equal),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        if key.descending { ascending.reverse() } else { ascending }
    });
    each.fold(Ordering::Equal, Ordering::then)
}

fn given(row: &Values, field: u16) -> Option<&Value> {
    row.get(field).filter(|value| !value.is_null())
}

/// True, false or unknown.
fn truth(filter: &Filter, row: &Values) -> Result<Option<bool>> {
    let of = |field: u16, test: &dyn Fn(&Value) -> bool| given(row, field).map(test);
    Ok(match filter {
        Filter::And(all) => among(all, row, false)?,
        Filter::Or(any) => among(any, row, true)?,
        Filter::Not(inner) => truth(inner, row)?.map(|known| !known),
        Filter::IsNull(field) => Some(given(row, *field).is_none()),
        // an empty set has nothing in it, and null is not in it either
        Filter::In(_, set) if set.is_empty() => Some(false),
        Filter::In(field, set) => of(*field, &|v| set.iter().any(|s| compare(v, s) == Some(Ordering::Equal))),
        Filter::Between(field, low, high) => of(*field, &|v| {
            compare(v, low).is_some_and(Ordering::is_ge) && compare(v, high).is_some_and(Ordering::is_le)
        }),
        Filter::Compare(field, op, wanted) => of(*field, &|v| compares(v, *op, wanted)),
        Filter::Related(relation, _) => {
            let message = format!("a repository in memory does not follow `{}`", relation.name);
            return Err(Error::internal(message).hint("test queries over relations with a database"));
        }
    })
}

/// One of them that is `decisive` decides; else one that is unknown does.
fn among(all: &[Filter], row: &Values, decisive: bool) -> Result<Option<bool>> {
    let mut outcome = Some(!decisive);
    for filter in all {
        match truth(filter, row)? {
            Some(known) if known == decisive => return Ok(Some(decisive)),
            Some(_) => {}
            None => outcome = None,
        }
    }
    Ok(outcome)
}

fn compares(value: &Value, op: Op, wanted: &Value) -> bool {
    let ordered = |test: fn(Ordering) -> bool| compare(value, wanted).is_some_and(test);
    let part = |test: fn(&str, &str) -> bool| match (value, wanted) {
        (Value::Text(value), Value::Text(wanted)) => test(value, wanted),
        _ => false,
    };
    match op {
        Op::Eq => ordered(Ordering::is_eq),
        Op::Ne => ordered(Ordering::is_ne),
        Op::Gt => ordered(Ordering::is_gt),
        Op::Gte => ordered(Ordering::is_ge),
        Op::Lt => ordered(Ordering::is_lt),
        Op::Lte => ordered(Ordering::is_le),
        Op::Contains => part(|value, wanted| value.contains(wanted)),
        Op::StartsWith => part(|value, wanted| value.starts_with(wanted)),
        Op::EndsWith => part(|value, wanted| value.ends_with(wanted)),
    }
}

/// Values of one column; of two kinds, which no query of ours compares, nothing is said.
fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::I64(a), Value::I64(b)) | (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::F64(a), Value::F64(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Value::Bytes(a), Value::Bytes(b)) => Some(a.cmp(b)),
        (Value::Uuid(a), Value::Uuid(b)) => Some(a.cmp(b)),
        (Value::Decimal(a), Value::Decimal(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

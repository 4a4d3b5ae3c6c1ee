//! Orders and pages by key: NULLs last ascending and first descending on every database, and the predicate "after
//! this record" for any mixture of directions.

use super::Select;
use super::predicate::{Table, Writer};
use crate::dialect::Dialect;
use crate::stmt::Bind;
use framewright_core::query::Sort;
use framewright_core::{Error, ResourceDescriptor, Result, Value};

/// ` ORDER BY …`
pub(crate) fn by(w: &mut Writer, table: Table, order: &[Sort]) -> Result<()> {
    for (i, key) in order.iter().enumerate() {
        w.b.sql(if i == 0 { " ORDER BY " } else { ", " });
        let nullable = table.d.fields.get(usize::from(key.field)).is_some_and(|f| f.facts.nullable);
        // PostgreSQL takes NULL for the largest value, as we do; the others for the smallest.
        if nullable && w.b.dialect() == Dialect::Mysql {
            w.field(table, key.field)?;
            w.b.sql(if key.descending { " IS NULL DESC, " } else { " IS NULL, " });
        }
        w.field(table, key.field)?;
        if key.descending {
            w.b.sql(" DESC");
        }
        if nullable && w.b.dialect() == Dialect::Sqlite {
            w.b.sql(if key.descending { " NULLS FIRST" } else { " NULLS LAST" });
        }
    }
    Ok(())
}

/// Whether "after" can be said as `(a, b) > (x, y)`: one direction, no NULLs, and a database that uses an index for it.
fn as_row(dialect: Dialect, d: &ResourceDescriptor, order: &[Sort]) -> bool {
    let first = order.first().is_some_and(|k| k.descending);
    dialect != Dialect::Mysql
        && order.iter().all(|k| {
            let field = d.fields.get(usize::from(k.field));
            k.descending == first && field.is_some_and(|f| !f.facts.nullable)
        })
}

/// The binds of [`after`] in the order of its text, where that text is the same whatever the values are: `None` where
/// a value can be NULL.
pub(crate) fn after_binds(
    dialect: Dialect,
    select: &Select<'_>,
    values: &[Value],
) -> Option<Result<Vec<Bind>>> {
    let (d, order) = (select.d, select.order);
    if order.len() != values.len() || order.is_empty() {
        return Some(Err(Error::internal("a cursor of another order")));
    }
    let bind = |(key, value): (&Sort, &Value)| {
        let field = d.fields.get(usize::from(key.field)).filter(|f| !f.facts.nullable && !value.is_null())?;
        Some(Bind { kind: field.kind(), value: value.clone() })
    };
    let once: Vec<Bind> = order.iter().zip(values).map(bind).collect::<Option<_>>()?;
    if as_row(dialect, d, order) {
        return Some(Ok(once));
    }
    // The bound of the first key, then each key as "beyond", and as "the same" before the next one.
    let first = once.first().filter(|_| once.len() > 1).cloned();
    let last = once.len() - 1;
    let nested =
        once.into_iter().enumerate().flat_map(|(i, b)| std::iter::repeat_n(b, if i < last { 2 } else { 1 }));
    Some(Ok(first.into_iter().chain(nested).collect()))
}

/// The predicate of the rows after the one with these sort values.
pub(crate) fn after(w: &mut Writer, table: Table, order: &[Sort], values: &[Value]) -> Result<()> {
    if order.len() != values.len() || order.is_empty() {
        return Err(Error::internal("a cursor of another order"));
    }
    if as_row(w.b.dialect(), table.d, order) {
        return row(w, table, order, values);
    }
    // The first key alone bounds the rows, which is what an index needs to hear.
    if let ([first, _, ..], [value, ..]) = (order, values)
        && !value.is_null()
    {
        let nullable = table.d.fields.get(usize::from(first.field)).is_some_and(|f| f.facts.nullable);
        if first.descending || !nullable {
            let kind = w.field(table, first.field)?.kind();
            w.b.sql(if first.descending { " <= " } else { " >= " });
            w.value(kind, value).sql(" AND ");
        }
    }
    tail(w, table, order, values)
}

fn row(w: &mut Writer, table: Table, order: &[Sort], values: &[Value]) -> Result<()> {
    let open = order.len() > 1;
    w.b.sql(if open { "(" } else { "" });
    let columns: Vec<u16> = order.iter().map(|k| k.field).collect();
    w.columns(table, &columns)?;
    let sign = if order.first().is_some_and(|k| k.descending) { "<" } else { ">" };
    w.b.sql(if open { ") " } else { " " }).sql(sign).sql(if open { " (" } else { " " });
    for (i, (key, value)) in order.iter().zip(values).enumerate() {
        if i > 0 {
            w.b.sql(", ");
        }
        let kind = table.d.fields.get(usize::from(key.field)).map(framewright_core::FieldDescriptor::kind);
        w.b.bind(kind.ok_or_else(|| Error::internal("a cursor of another resource"))?, value.clone());
    }
    w.b.sql(if open { ")" } else { "" });
    Ok(())
}

/// `(a beyond x OR (a same as x AND (b beyond y OR …)))`
fn tail(w: &mut Writer, table: Table, order: &[Sort], values: &[Value]) -> Result<()> {
    let (Some((key, order)), Some((value, values))) = (order.split_first(), values.split_first()) else {
        return Ok(());
    };
    w.b.sql("(");
    beyond(w, table, *key, value)?;
    if !order.is_empty() {
        w.b.sql(" OR (");
        let kind = w.field(table, key.field)?.kind();
        match value {
            Value::Null => w.b.sql(" IS NULL AND "),
            value => {
                w.b.sql(" = ");
                w.value(kind, value).sql(" AND ")
            }
        };
        tail(w, table, order, values)?;
        w.b.sql(")");
    }
    w.b.sql(")");
    Ok(())
}

fn beyond(w: &mut Writer, table: Table, key: Sort, value: &Value) -> Result<()> {
    let nullable = table.d.fields.get(usize::from(key.field)).is_some_and(|f| f.facts.nullable);
    match (value, key.descending) {
        (Value::Null, false) => {
            w.b.sql("1=0");
        }
        (Value::Null, true) => {
            w.field(table, key.field)?;
            w.b.sql(" IS NOT NULL");
        }
        (value, true) => {
            let kind = w.field(table, key.field)?.kind();
            w.b.sql(" < ");
            w.value(kind, value);
        }
        (value, false) => {
            let kind = w.field(table, key.field)?.kind();
            w.b.sql(" > ");
            w.value(kind, value);
            if nullable {
                w.b.sql(" OR ");
                w.field(table, key.field)?;
                w.b.sql(" IS NULL");
            }
        }
    }
    Ok(())
}

//! The query tree → SQL of each dialect. Every value is bound, every identifier comes from a descriptor, and the
//! three databases give the same rows in the same order.

#[cfg(test)]
mod golden;
pub(crate) mod kept;
pub(crate) mod order;
pub(crate) mod predicate;
pub(crate) mod sink;

use crate::dialect::Dialect;
use crate::stmt::{Stmt, StmtBuilder};
use framewright_core::query::{Deleted, Filter, Page, Sort};
use framewright_core::{Kind, ResourceDescriptor, Result, Value};
use predicate::Writer;

/// Rows of one resource: which columns, of which records, in which order.
#[derive(Clone, Copy)]
pub(crate) struct Select<'a> {
    /// the resource
    pub d: &'static ResourceDescriptor,
    /// the columns, by field index
    pub columns: &'a [u16],
    /// the predicate
    pub filter: Option<&'a Filter>,
    /// the complete order; none for a single record
    pub order: &'a [Sort],
    /// soft-deleted records
    pub deleted: Deleted,
    /// equal rows once
    pub distinct: bool,
}

/// Which of the rows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Slice<'a> {
    /// all of them
    All,
    /// so many, after this many
    Rows { limit: i64, offset: i64 },
    /// so many, after the record with these sort values
    After { values: &'a [Value], limit: i64 },
}

impl<'a> Slice<'a> {
    /// The slice of a page. It asks for one row more, which only tells whether there is a next page.
    pub(crate) fn of(page: &'a Page) -> Self {
        match page {
            Page::All => Self::All,
            Page::Keyset { after: Some(values), size } => Self::After { values, limit: i64::from(*size) + 1 },
            Page::Keyset { after: None, size } => Self::Rows { limit: i64::from(*size) + 1, offset: 0 },
            Page::Number { number, size } => {
                let before = i64::from(number.saturating_sub(1)) * i64::from(*size);
                Self::Rows { limit: i64::from(*size) + 1, offset: before }
            }
        }
    }
}

/// The statement that reads these rows.
pub(crate) fn rows(dialect: Dialect, select: &Select<'_>, slice: Slice<'_>) -> Result<Stmt> {
    write(dialect, select, slice).map(Writer::finish)
}

fn write(dialect: Dialect, select: &Select<'_>, slice: Slice<'_>) -> Result<Writer> {
    let mut w = Writer::new(dialect, select.d);
    let main = w.main();
    w.b.sql(if select.distinct { "SELECT DISTINCT " } else { "SELECT " });
    w.columns(main, select.columns)?;
    w.from(main);
    w.filters(main, select.filter, select.deleted)?;
    if let Slice::After { values, .. } = slice {
        w.and();
        order::after(&mut w, main, select.order, values)?;
    }
    w.guard();
    order::by(&mut w, main, select.order)?;
    let (limit, offset) = match slice {
        Slice::All => return Ok(w),
        Slice::Rows { limit, offset } => (limit, offset),
        Slice::After { limit, .. } => (limit, 0),
    };
    match usual(limit) {
        Some(text) => w.b.sql(text),
        None => w.b.sql(" LIMIT ").bind(Kind::I64, Value::I64(limit)),
    };
    if offset > 0 {
        w.b.sql(" OFFSET ").bind(Kind::I64, Value::I64(offset));
    }
    Ok(w)
}

/// The limits of usual pages as text. With a limit that it does not know, PostgreSQL makes a plan at every run instead
/// of keeping one; and there may be only so many texts to keep.
fn usual(limit: i64) -> Option<&'static str> {
    Some(match limit {
        11 => " LIMIT 11",
        21 => " LIMIT 21",
        26 => " LIMIT 26",
        51 => " LIMIT 51",
        101 => " LIMIT 101",
        _ => return None,
    })
}

/// The statement that counts the records a predicate is true of.
pub(crate) fn count(
    dialect: Dialect,
    d: &'static ResourceDescriptor,
    filter: Option<&Filter>,
    deleted: Deleted,
) -> Result<Stmt> {
    let mut w = Writer::new(dialect, d);
    let main = w.main();
    w.b.sql("SELECT COUNT(*)");
    w.from(main);
    w.filters(main, filter, deleted)?;
    w.guard();
    Ok(w.finish())
}

/// The statement that answers with one row when there is such a record, and with none otherwise.
pub(crate) fn exists(
    dialect: Dialect,
    d: &'static ResourceDescriptor,
    filter: Option<&Filter>,
    deleted: Deleted,
) -> Result<Stmt> {
    let mut w = Writer::new(dialect, d);
    let main = w.main();
    w.b.sql("SELECT 1");
    w.from(main);
    w.filters(main, filter, deleted)?;
    w.guard();
    w.b.sql(" LIMIT 1");
    Ok(w.finish())
}

/// The predicate that a `DELETE` or `UPDATE` of many records needs: ` WHERE …` over a table without an alias.
///
/// # Errors
/// When a relation of the predicate has no foreign key, which the registry reports at start.
pub fn where_clause(
    b: StmtBuilder,
    d: &'static ResourceDescriptor,
    filter: Option<&Filter>,
    deleted: Deleted,
) -> Result<StmtBuilder> {
    let mut w = Writer::unaliased(b, d);
    let main = w.main();
    w.filters(main, filter, deleted)?;
    w.guard();
    Ok(w.b)
}

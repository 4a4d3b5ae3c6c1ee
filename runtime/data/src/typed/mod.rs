//! Typed access: `Post::find(cx, id)`, `Post::query().filter(post::status.eq(Status::Draft)).limit(20).all(cx)`.
//!
//! Thin shells: the types end here, and what they say becomes the same query tree that every other channel makes.

mod aggregate;
mod batch;
mod query;
mod selection;
mod tuple;

pub use aggregate::{Aggregates, Grouped};
pub use query::{Numbered, PageOf, Query, Shape};
pub use selection::{Selected, Selection};

use crate::database::Database;
use crate::row::Collect;
use crate::scope::CxData;
use crate::select::kept;
use crate::select::sink::ValuesSink;
use crate::stmt::Stmt;
use framewright_core::query::Deleted;
use framewright_core::{Column, Cx, Error, Kind, Resource, ResourceDescriptor, Result, Value};
use std::future::Future;

/// Reads of a resource.
pub trait Find: Resource {
    /// A query over all records.
    fn query() -> Query<Self> {
        Query::new()
    }

    /// The record with this key.
    ///
    /// # Errors
    /// `post.not_found` when there is none.
    fn find(cx: &Cx, key: Self::Key) -> impl Future<Output = Result<Self>> + Send {
        async move { Self::find_or_none(cx, key).await?.ok_or_else(|| Error::not_found(Self::DESCRIPTOR)) }
    }

    /// The record with this key, if there is one.
    ///
    /// # Errors
    /// Translated database errors.
    fn find_or_none(cx: &Cx, key: Self::Key) -> impl Future<Output = Result<Option<Self>>> + Send {
        async move {
            let (db, d) = (cx.database()?, Self::DESCRIPTOR);
            let columns = whole(d);
            let stmt = kept::get_whole(db.dialect(), d, &columns, key.value(), Deleted::Without)?;
            let sink = db.read(cx, stmt, ValuesSink::new(d, columns, None)).await?;
            sink.rows
                .into_iter()
                .next()
                .map(|mut values| Self::build(&mut values).map_err(|_| drifted(d)))
                .transpose()
        }
    }
}
impl<R: Resource> Find for R {}

/// Every column.
pub(crate) fn whole(d: &ResourceDescriptor) -> Vec<u16> {
    (0u16..).take(d.fields.len()).collect()
}

/// Rows that do not fit their struct.
pub(crate) fn drifted(d: &ResourceDescriptor) -> Error {
    Error::internal(format!(
        "a row of `{}` does not fit `{}`: the live schema differs from the descriptor, see `drift`",
        d.table, d.name
    ))
}

/// The number that a `SELECT COUNT(*)` answers with.
pub(crate) async fn count_of(cx: &Cx, db: &Database, stmt: Stmt) -> Result<u64> {
    let cells = db.read(cx, stmt, Collect::new(vec![Kind::I64])).await?;
    match cells.rows.first().and_then(|r| r.first()) {
        Some(Value::I64(n)) => Ok(u64::try_from(*n).unwrap_or(0)),
        _ => Err(Error::internal("a count without a number")),
    }
}

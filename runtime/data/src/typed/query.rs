//! The typed query builder.

use super::selection::{Selected, Selection};
use super::{count_of, drifted, whole};
use crate::database::Database;
use crate::load;
use crate::row::Collect;
use crate::scope::CxData;
use crate::select::sink::ValuesSink;
use crate::select::{self, Select, Slice};
use framewright_core::query::loaded::{LoadNode, Loaded, Loads, Related};
use framewright_core::query::typed::{Order, Predicate};
use framewright_core::query::{CursorKey, Deleted, Filter, ListQuery, Page, Sort, cursor};
use framewright_core::{Cx, Error, ErrorKind, Resource, Result, Value, Values};
use std::marker::PhantomData;

/// What a query gives: records, or records with their relations.
pub trait Shape<R>: Sized + Send + 'static {
    /// Of a record and what was loaded along.
    fn of(record: R, related: Related) -> Self;
}
impl<R: Resource> Shape<R> for R {
    fn of(record: R, _: Related) -> Self {
        record
    }
}
impl<R: Resource> Shape<R> for Loaded<R> {
    fn of(record: R, related: Related) -> Self {
        Self::new(record, related)
    }
}

/// A query over records of `R`; it runs when it is asked for something.
///
/// Soft-deleted records are not part of it unless asked for. The order is complete: the key is always the last sort
/// key.
#[must_use = "a query does nothing until `all`, `first`, `count` … is called"]
pub struct Query<R, O = R> {
    pub(crate) filter: Option<Filter>,
    pub(crate) sort: Vec<Sort>,
    pub(crate) limit: Option<u32>,
    pub(crate) offset: u32,
    pub(crate) deleted: Deleted,
    pub(super) loads: Vec<LoadNode>,
    of: PhantomData<fn() -> (R, O)>,
}

/// A page by cursor.
#[derive(Debug, Clone)]
pub struct PageOf<O> {
    /// the records
    pub items: Vec<O>,
    /// the cursor of the next page, if there is one
    pub next: Option<String>,
}

/// A page by number, with what a pager shows.
#[derive(Debug, Clone)]
pub struct Numbered<O> {
    /// the records
    pub items: Vec<O>,
    /// how many there are on all pages
    pub total: u64,
    /// this page, from 1
    pub page: u32,
    /// the size of a page
    pub per_page: u16,
    /// the number of the last page, at least 1
    pub last_page: u32,
}

impl<R: Resource> Query<R> {
    pub(super) fn new() -> Self {
        Self {
            filter: None,
            sort: Vec::new(),
            limit: None,
            offset: 0,
            deleted: Deleted::Without,
            loads: Vec::new(),
            of: PhantomData,
        }
    }

    /// Only these columns, as a tuple.
    pub fn select<S: Selection<R>>(self, columns: S) -> Selected<R, S::Row> {
        Selected::new(self, columns.fields(), S::row)
    }
}

impl<R: Resource, O> Query<R, O> {
    /// What a change of every record of the query goes by.
    ///
    /// # Errors
    /// When the query is only a part of them: no database limits a change alike.
    pub(crate) fn whole(self) -> Result<(Option<Filter>, Deleted)> {
        if self.limit.is_some() || self.offset > 0 {
            return Err(Error::internal(
                "a change of every record of a query can't have a limit or an offset",
            ));
        }
        Ok((self.filter, self.deleted))
    }
}

impl<R: Resource, O: Shape<R>> Query<R, O> {
    /// Only records that fulfil the predicate; several `filter`s are joined by "and".
    pub fn filter(mut self, predicate: Predicate<R>) -> Self {
        let new = predicate.into_filter();
        self.filter = Some(match self.filter.take() {
            Some(old) => old.and(new),
            None => new,
        });
        self
    }

    /// Sorts; several `sort`s are keys after the first.
    pub fn sort(mut self, order: Order<R>) -> Self {
        self.sort.push(order.sort());
        self
    }

    /// At most so many.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Without the first so many. Pages by cursor ([`Query::page`]) cost the same however far they are.
    pub fn offset(mut self, offset: u32) -> Self {
        self.offset = offset;
        self
    }

    /// Soft-deleted records too.
    pub fn with_deleted(mut self) -> Self {
        self.deleted = Deleted::With;
        self
    }

    /// Only soft-deleted records.
    pub fn only_deleted(mut self) -> Self {
        self.deleted = Deleted::Only;
        self
    }

    /// Loads a relation along, in one statement for all records: `.with(post::author)`,
    /// `.with(post::comments.with(comment::author))`.
    pub fn with(mut self, load: impl Loads<R>) -> Query<R, Loaded<R>> {
        LoadNode::merge(&mut self.loads, load.load().into_node());
        let Self { filter, sort, limit, offset, deleted, loads, .. } = self;
        Query { filter, sort, limit, offset, deleted, loads, of: PhantomData }
    }

    /// All records of the query.
    ///
    /// # Errors
    /// Translated database errors.
    pub async fn all(self, cx: &Cx) -> Result<Vec<O>> {
        let slice = self.slice();
        Ok(self.read(cx, &*cx.database()?, slice).await?.0)
    }

    /// The first record of the query, if there is one.
    ///
    /// # Errors
    /// Translated database errors.
    pub async fn first_or_none(mut self, cx: &Cx) -> Result<Option<O>> {
        self.limit = Some(1);
        Ok(self.all(cx).await?.into_iter().next())
    }

    /// The first record of the query.
    ///
    /// # Errors
    /// `post.not_found` when there is none.
    pub async fn first(self, cx: &Cx) -> Result<O> {
        self.first_or_none(cx).await?.ok_or_else(|| Error::not_found(R::DESCRIPTOR))
    }

    /// How many records the query has, whatever its limit.
    ///
    /// # Errors
    /// Translated database errors.
    pub async fn count(self, cx: &Cx) -> Result<u64> {
        let db = cx.database()?;
        let stmt = select::count(db.dialect(), R::DESCRIPTOR, self.filter.as_ref(), self.deleted)?;
        count_of(cx, &db, stmt).await
    }

    /// Whether the query has a record.
    ///
    /// # Errors
    /// Translated database errors.
    pub async fn exists(self, cx: &Cx) -> Result<bool> {
        let db = cx.database()?;
        let stmt = select::exists(db.dialect(), R::DESCRIPTOR, self.filter.as_ref(), self.deleted)?;
        Ok(!db.read(cx, stmt, Collect::new(Vec::new())).await?.rows.is_empty())
    }

    /// The page after a cursor, or the first one. Records that come or go before it do not move it.
    ///
    /// # Errors
    /// 422 `query.invalid_cursor` when the cursor is of another query, translated database errors.
    pub async fn page(self, cx: &Cx, size: u16, after: Option<&str>) -> Result<PageOf<O>> {
        let (db, d) = (cx.database()?, R::DESCRIPTOR);
        let key = CursorKey::of(cx.state());
        let list = ListQuery {
            filter: self.filter.clone(),
            sort: self.sort.clone(),
            deleted: self.deleted,
            ..ListQuery::of(d)
        };
        let after = match after {
            None => None,
            Some(text) => Some(cursor::decode(&key, d, &list, text).ok_or_else(|| {
                Error::new(ErrorKind::Invalid, "query.invalid_cursor", "this cursor is not one of this query")
            })?),
        };
        let page = Page::Keyset { after, size };
        let (mut items, mut cursors) = self.read(cx, &db, Slice::of(&page)).await?;
        let more = items.len() > usize::from(size);
        items.truncate(usize::from(size));
        cursors.truncate(usize::from(size));
        let last = cursors.last().filter(|_| more);
        Ok(PageOf { items, next: last.map(|values| cursor::encode(&key, d, &list, values)) })
    }

    /// Page `number`, counted from 1, and how many there are.
    ///
    /// # Errors
    /// Translated database errors.
    pub async fn page_number(self, cx: &Cx, number: u32, size: u16) -> Result<Numbered<O>> {
        let db = cx.database()?;
        let (number, size) = (number.max(1), size.max(1));
        let stmt = select::count(db.dialect(), R::DESCRIPTOR, self.filter.as_ref(), self.deleted)?;
        let total = count_of(cx, &db, stmt).await?;
        let offset = i64::from(number - 1) * i64::from(size);
        let (items, _) = self.read(cx, &db, Slice::Rows { limit: i64::from(size), offset }).await?;
        let last_page = u32::try_from(total.div_ceil(u64::from(size))).unwrap_or(u32::MAX).max(1);
        Ok(Numbered { items, total, page: number, per_page: size, last_page })
    }

    pub(super) fn slice(&self) -> Slice<'static> {
        match (self.limit, self.offset) {
            (None, 0) => Slice::All,
            (limit, offset) => {
                Slice::Rows { limit: limit.map_or(i64::MAX, i64::from), offset: i64::from(offset) }
            }
        }
    }

    /// The records of a slice, and the sort values of each.
    pub(super) async fn read(
        &self,
        cx: &Cx,
        db: &Database,
        slice: Slice<'_>,
    ) -> Result<(Vec<O>, Vec<Vec<Value>>)> {
        let d = R::DESCRIPTOR;
        let (columns, order) = (whole(d), framewright_core::query::complete(&self.sort, d));
        let select = Select {
            d,
            columns: &columns,
            filter: self.filter.as_ref(),
            order: &order,
            deleted: self.deleted,
            distinct: false,
        };
        let stmt = select::rows(db.dialect(), &select, slice)?;
        let sink = db.read(cx, stmt, ValuesSink::new(d, columns, None)).await?;
        let related = if self.loads.is_empty() {
            Vec::new()
        } else {
            load::typed::related(cx, db, d, &self.loads, &sink.rows).await?
        };
        let mut related = related.into_iter();
        let cursor = |values: &Values| {
            order.iter().map(|k| values.get(k.field).cloned().unwrap_or(Value::Null)).collect()
        };
        let cursors = sink.rows.iter().map(cursor).collect();
        let records = sink.rows.into_iter().map(|mut values| {
            let record = R::build(&mut values).map_err(|_| drifted(d))?;
            Ok(O::of(record, related.next().unwrap_or_default()))
        });
        Ok((records.collect::<Result<_>>()?, cursors))
    }
}

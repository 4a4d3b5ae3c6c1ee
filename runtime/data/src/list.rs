//! Lists and single records as JSON, from the rows, without structs: what HTTP and every other untyped channel calls.

use crate::database::Database;
use crate::load::budget::Budget;
use crate::load::json::{Tails, close as close_object, needed, tails};
use crate::scope::CxData;
use crate::select::sink::{JsonSink, Projection};
use crate::select::{self, Select, Slice, kept};
use crate::stmt::Text;
use framewright_core::query::{CursorKey, Filter, Include, ListQuery, Op, Page, RecordQuery, cursor};
use framewright_core::{Cx, Error, ResourceDescriptor, Result, Value};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A page of a list.
#[derive(Debug)]
pub struct ListPage {
    /// what stood in the buffer before, and a JSON array of records
    pub body: Vec<u8>,
    /// how many records are in the array
    pub rows: usize,
    /// whether there are records behind them
    pub more: bool,
    /// the cursor of the next page, where there is one and the list is paged by key
    pub next_cursor: Option<String>,
    /// how many records the predicate is true of, if `count=exact` asked for it
    pub total: Option<u64>,
    /// the size of the page
    pub size: u16,
    /// the number of the page, if the list is paged by number
    pub number: Option<u32>,
    /// whether another page was asked for than the one that came: larger than allowed, or before the first
    pub clamped: bool,
    /// the included relations of which some record has more than it carries: `comments`, `comments.likes`
    pub truncated: Vec<String>,
}

/// A record.
#[derive(Debug)]
pub struct RecordJson {
    /// what stood in the buffer before, and a JSON object
    pub body: Vec<u8>,
    /// the version of a `versioned` record, for its `ETag`
    pub version: Option<i64>,
    /// the included relations of which there are more than it carries: `comments`, `comments.likes`
    pub truncated: Vec<String>,
}

/// Writes a page of a list behind what stands in `out`.
///
/// # Errors
/// Translated database errors.
pub async fn list_json(
    cx: &Cx,
    d: &'static ResourceDescriptor,
    query: &ListQuery,
    out: Vec<u8>,
) -> Result<ListPage> {
    let db = cx.database()?;
    let budget = Budget::of(cx);
    let (size, number) = match query.page {
        Page::Keyset { size, .. } => (size, None),
        Page::Number { number, size } => (size, Some(number)),
        Page::All => return Err(Error::internal("a list for clients has a page")),
    };
    let order = query.order(d);
    let sorted = order.iter().map(|k| k.field);
    let beside = sorted.clone().chain(needed(d, &query.include));
    let projection = Projection::shared(d, query.fields.as_deref(), beside);
    let select = Select {
        d,
        columns: &projection.columns,
        filter: query.filter.as_ref(),
        order: &order,
        deleted: query.deleted,
        distinct: false,
    };
    // A kept text has the columns that every answer carries.
    let plain = query.fields.is_none() && projection.columns == select::sink::readable(d);
    let kept = if plain { kept::page(db.dialect(), &select, &query.sort, &query.page) } else { None };
    let stmt = match kept {
        Some(stmt) => stmt?,
        None => select::rows(db.dialect(), &select, Slice::of(&query.page))?,
    };
    let mut out = out;
    let (text, before) = (Arc::clone(&stmt.text), out.len());
    out.reserve(room(&text, usize::from(size)));
    if query.include.is_empty() {
        out.push(b'[');
    }
    let sink = JsonSink::new(Arc::clone(&projection), out, usize::from(size)).last(sorted).within(budget);
    let mut sink = db.read(cx, stmt, with_keys(sink, &projection, d, &query.include)).await?;
    if let Some(width) = (sink.out.len() - before).checked_div(sink.rows) {
        text.width.store(u32::try_from(width).unwrap_or(u32::MAX), Ordering::Relaxed);
    }
    let (body, truncated) = if query.include.is_empty() {
        sink.out.push(b']');
        (std::mem::take(&mut sink.out), Vec::new())
    } else {
        spliced(cx, &db, d, &query.include, &sink, budget, (b"[", b"]")).await?
    };
    let next_cursor = match number {
        None if sink.more => Some(cursor::encode(&CursorKey::of(cx.state()), d, query, &sink.last_values)),
        _ => None,
    };
    let total = match query.count {
        true => Some(total(cx, &db, d, query).await?),
        false => None,
    };
    Ok(ListPage {
        body,
        rows: sink.rows,
        more: sink.more,
        next_cursor,
        total,
        size,
        number,
        clamped: query.clamped,
        truncated,
    })
}

/// How much room a page needs, by what the records of the last answer took: a buffer that grows is copied each time.
fn room(text: &Text, records: usize) -> usize {
    const UNKNOWN: usize = 256;
    const LARGEST: usize = 1 << 20;
    const META: usize = 512;
    let width = match text.width.load(Ordering::Relaxed) {
        0 => UNKNOWN,
        width => usize::try_from(width).unwrap_or(LARGEST),
    };
    width.saturating_mul(records).saturating_mul(9).min(8 * LARGEST) / 8 + META
}

/// Writes the record with this key behind what stands in `out`; `None` when there is none.
///
/// # Errors
/// Translated database errors.
pub async fn get_json(
    cx: &Cx,
    d: &'static ResourceDescriptor,
    key: Value,
    query: &RecordQuery,
    out: Vec<u8>,
) -> Result<Option<RecordJson>> {
    let db = cx.database()?;
    let budget = Budget::of(cx);
    let extra = d.kept.version.into_iter().chain(needed(d, &query.include));
    let projection = Projection::shared(d, query.fields.as_deref(), extra);
    let stmt = if query.fields.is_none() && projection.columns == select::sink::readable(d) {
        kept::get(db.dialect(), d, &projection.columns, key, query.deleted)?
    } else {
        let filter = Filter::Compare(d.key, Op::Eq, key);
        let columns = &projection.columns;
        let select =
            Select { d, columns, filter: Some(&filter), order: &[], deleted: query.deleted, distinct: false };
        select::rows(db.dialect(), &select, Slice::All)?
    };
    let sink = JsonSink::new(Arc::clone(&projection), out, 1).last(d.kept.version.into_iter()).within(budget);
    let mut sink = db.read(cx, stmt, with_keys(sink, &projection, d, &query.include)).await?;
    if sink.rows == 0 {
        return Ok(None);
    }
    let version = match sink.last_values.first() {
        Some(Value::I64(version)) => Some(*version),
        _ => None,
    };
    let (body, truncated) = if query.include.is_empty() {
        (std::mem::take(&mut sink.out), Vec::new())
    } else {
        spliced(cx, &db, d, &query.include, &sink, budget, (b"", b"")).await?
    };
    Ok(Some(RecordJson { body, version, truncated }))
}

fn with_keys(
    sink: JsonSink,
    projection: &Projection,
    d: &ResourceDescriptor,
    include: &[Include],
) -> JsonSink {
    sink.keep(needed(d, include).filter_map(|f| projection.position(f)).collect())
}

/// The records with their relations inside, and which relations were cut.
async fn spliced(
    cx: &Cx,
    db: &Database,
    d: &'static ResourceDescriptor,
    include: &[Include],
    sink: &JsonSink,
    mut budget: Budget,
    (open, close): (&[u8], &[u8]),
) -> Result<(Vec<u8>, Vec<String>)> {
    budget.spend(sink.rows);
    let Tails { texts: tails, truncated } = tails(cx, db, d, include, &sink.kept, &mut budget).await?;
    budget.check(sink.out.len() + tails.iter().map(Vec::len).sum::<usize>(), 0)?;
    let before = sink.kept.first().map_or(sink.out.len(), |(range, _)| range.start);
    let mut body = Vec::with_capacity(sink.out.len() + tails.iter().map(|t| t.len() + 2).sum::<usize>() + 2);
    body.extend_from_slice(sink.out.get(..before).unwrap_or_default());
    body.extend_from_slice(open);
    for (nth, ((range, _), tail)) in sink.kept.iter().zip(&tails).enumerate() {
        if nth > 0 {
            body.push(b',');
        }
        body.extend_from_slice(sink.out.get(range.clone()).unwrap_or_default());
        close_object(&mut body, tail);
    }
    body.extend_from_slice(close);
    Ok((body, truncated.into_iter().collect()))
}

/// How many records the predicate of a list is true of.
pub(crate) async fn total(
    cx: &Cx,
    db: &Database,
    d: &'static ResourceDescriptor,
    query: &ListQuery,
) -> Result<u64> {
    let stmt = select::count(db.dialect(), d, query.filter.as_ref(), query.deleted)?;
    crate::typed::count_of(cx, db, stmt).await
}

//! Texts of statements whose shape does not change: built once per resource and dialect, prepared once per connection.

use super::predicate::Writer;
use super::{Select, Slice, order};
use crate::dialect::Dialect;
use crate::stmt::{Bind, Stmt, Text};
use framewright_core::query::{Deleted, Page, Sort};
use framewright_core::{Error, Kind, RelationDescriptor, ResourceDescriptor, Result, Value};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    Get,
    GetWhole,
    /// the first sort key, and the limit where the text says it
    First(Option<Sort>, Option<u16>),
    After(Option<Sort>, Option<u16>),
    /// the relation's address, the number of keys, a cap per parent, all columns
    Related(usize, usize, bool, bool),
}

/// Everything that decides a kept text. A descriptor is a static, so its address is its name.
type Name = (usize, Dialect, Shape, Deleted);

fn keep(name: Name, build: impl FnOnce() -> Result<Writer>) -> Result<Arc<Text>> {
    static TEXTS: OnceLock<RwLock<HashMap<Name, Arc<Text>>>> = OnceLock::new();
    let texts = TEXTS.get_or_init(RwLock::default);
    if let Some(text) = texts.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
        return Ok(Arc::clone(text));
    }
    let text = build()?.finish().text;
    Ok(Arc::clone(texts.write().unwrap_or_else(PoisonError::into_inner).entry(name).or_insert(text)))
}

fn address(d: &'static ResourceDescriptor) -> usize {
    std::ptr::from_ref(d).addr()
}

/// The read of one record by its key; `columns` are those of [`super::sink::readable`].
pub(crate) fn get(
    dialect: Dialect,
    d: &'static ResourceDescriptor,
    columns: &[u16],
    key: Value,
    deleted: Deleted,
) -> Result<Stmt> {
    by_key(dialect, d, Shape::Get, columns, key, deleted)
}

/// The read of one record by its key with every column.
pub(crate) fn get_whole(
    dialect: Dialect,
    d: &'static ResourceDescriptor,
    columns: &[u16],
    key: Value,
    deleted: Deleted,
) -> Result<Stmt> {
    by_key(dialect, d, Shape::GetWhole, columns, key, deleted)
}

fn by_key(
    dialect: Dialect,
    d: &'static ResourceDescriptor,
    shape: Shape,
    columns: &[u16],
    key: Value,
    deleted: Deleted,
) -> Result<Stmt> {
    let kind = d.key_field().kind();
    let text = keep((address(d), dialect, shape, deleted), || {
        let mut w = Writer::new(dialect, d);
        let main = w.main();
        w.b.sql("SELECT ");
        w.columns(main, columns)?;
        w.from(main);
        w.and();
        w.field(main, d.key)?;
        let place = columns
            .iter()
            .position(|c| *c == d.key)
            .ok_or_else(|| Error::internal("a read by key without the key"))?;
        w.b.point(kind, Value::Null, place);
        w.filters(main, None, deleted)?;
        w.b.cached().bounded();
        Ok(w)
    })?;
    Ok(Stmt::of(&text, vec![Bind::new(kind, key)]))
}

/// A page by key without a predicate, in the default order or by one field, if its text is one that is kept.
pub(crate) fn page(
    dialect: Dialect,
    select: &Select<'_>,
    sort: &[Sort],
    page: &Page,
) -> Option<Result<Stmt>> {
    let d = select.d;
    let (first, []) = sort.split_first().map_or((None, [].as_slice()), |(first, more)| (Some(*first), more))
    else {
        return None;
    };
    if select.filter.is_some() || select.distinct {
        return None;
    }
    let Page::Keyset { after, size } = page else { return None };
    let limit = i64::from(*size) + 1;
    let said = super::usual(limit).map(|_| *size);
    let limit = said.is_none().then_some(Bind { kind: Kind::I64, value: Value::I64(limit) });
    let (shape, mut binds) = match after {
        None => (Shape::First(first, said), Vec::new()),
        Some(values) => match order::after_binds(dialect, select, values)? {
            Ok(binds) => (Shape::After(first, said), binds),
            Err(e) => return Some(Err(e)),
        },
    };
    binds.extend(limit);
    let text = keep((address(d), dialect, shape, select.deleted), || {
        let mut w = super::write(dialect, select, Slice::of(page))?;
        w.b.cached().bounded().page();
        Ok(w)
    });
    Some(text.map(|text| Stmt::of(&text, binds)))
}

/// The load of a relation for so many keys; `build` writes it with any values.
pub(crate) fn related(
    dialect: Dialect,
    owner: &'static ResourceDescriptor,
    relation: &'static RelationDescriptor,
    (keys, capped, whole): (usize, bool, bool),
    build: impl FnOnce() -> Result<Writer>,
) -> Result<Arc<Text>> {
    let shape = Shape::Related(std::ptr::from_ref(relation).addr(), keys, capped, whole);
    keep((address(owner), dialect, shape, Deleted::Without), || {
        let mut w = build()?;
        w.b.cached();
        // Without a cap the number of rows is whatever it is.
        if capped && keys <= 128 {
            w.b.bounded();
        }
        Ok(w)
    })
}

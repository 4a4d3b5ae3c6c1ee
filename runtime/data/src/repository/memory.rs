//! Records in memory, for tests of use cases: the same defaults, validation, unique keys, versions, soft delete and
//! queries as in a database, a thousand times faster. References to other resources are not followed.

use super::changes::{begun, version};
use super::{Repository, built, truth};
use crate::typed::Query;
use crate::write::{Draft, Expected, stages_before, stale};
use framewright_core::descriptor::KeyDescriptor;
use framewright_core::query::{Deleted, complete};
use framewright_core::{
    Column, Cx, Error, ErrorKind, Record, Resource, ResourceDescriptor, Result, Value, Values, json,
};
use futures_util::future::{BoxFuture, ready};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The records of a resource in memory.
pub struct MemoryRepository<R> {
    rows: Mutex<Rows>,
    of: PhantomData<fn() -> R>,
}

#[derive(Default)]
struct Rows {
    /// by a form of the key whose bytes sort as the database sorts the keys
    all: BTreeMap<Vec<u8>, Values>,
    counted: i64,
}

impl<R> Default for MemoryRepository<R> {
    fn default() -> Self {
        Self { rows: Mutex::default(), of: PhantomData }
    }
}

impl<R: Resource> MemoryRepository<R> {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn insert(&self, cx: &Cx, body: &R::Create) -> Result<R> {
        let d = R::DESCRIPTOR;
        let mut draft = Draft::create(cx, d, body.values());
        stages_before(cx, &mut draft)?;
        let mut rows = self.rows();
        if draft.key.is_null() {
            rows.counted += 1;
            draft.key = Value::I64(rows.counted);
            draft.values.set(d.key, draft.key.clone());
        }
        let at = sortable(&draft.key);
        if rows.all.contains_key(&at) {
            return Err(taken(d, &[d.key], None));
        }
        unique(d, &rows.all, &at, &draft.values)?;
        rows.all.insert(at, draft.values.clone());
        built(draft.values)
    }

    fn change(&self, cx: &Cx, key: Value, values: Values, expected: Expected) -> Result<R> {
        let d = R::DESCRIPTOR;
        let at = sortable(&key);
        let mut rows = self.rows();
        let before = living(d, rows.all.get(&at))?.clone();
        let mut draft = Draft::update(cx, d, key, values, expected).over(before.clone());
        stages_before(cx, &mut draft)?;
        as_expected(&draft, &before)?;
        let mut after = before;
        if !draft.values.is_empty()
            && let Some(index) = d.kept.version
            && let Some(Value::I64(version)) = after.get(index).cloned()
        {
            after.set(index, Value::I64(version.saturating_add(1)));
        }
        for (index, value) in draft.values.given() {
            after.set(index, value.clone());
        }
        unique(d, &rows.all, &at, &after)?;
        rows.all.insert(at, after.clone());
        built(after)
    }

    fn remove(&self, cx: &Cx, key: &R::Key, expected: Expected) -> Result<()> {
        let d = R::DESCRIPTOR;
        let key = key.value();
        let at = sortable(&key);
        let mut rows = self.rows();
        let before = living(d, rows.all.get(&at))?;
        let mut draft = Draft::delete(cx, d, key, expected);
        stages_before(cx, &mut draft)?;
        as_expected(&draft, before)?;
        match rows.all.get_mut(&at).filter(|_| d.kept.deleted_at.is_some()) {
            Some(row) => draft.values.given().for_each(|(index, value)| row.set(index, value.clone())),
            None => drop(rows.all.remove(&at)),
        }
        Ok(())
    }

    /// Saves what a record's `patch()` began.
    fn save_begun(&self, cx: &Cx, mut changes: R::Update) -> Result<R> {
        let (record, values) = begun(&mut changes)?;
        if values.is_empty() {
            return Ok(record);
        }
        self.change(cx, record.key().value(), values, version(&record))
    }

    /// The values of a query's records in its order, without its limit.
    fn chosen(&self, query: &Query<R>) -> Result<Vec<Values>> {
        let d = R::DESCRIPTOR;
        let rows = self.rows();
        let mut chosen = Vec::new();
        for row in rows.all.values() {
            let deleted = living(d, Some(row)).is_err();
            let part = match query.deleted {
                Deleted::Without => !deleted,
                Deleted::With => true,
                Deleted::Only => deleted,
            };
            if part && truth::holds(query.filter.as_ref(), row)? {
                chosen.push(row.clone());
            }
        }
        let order = complete(&query.sort, d);
        chosen.sort_by(|a, b| truth::order(&order, a, b));
        Ok(chosen)
    }

    fn chosen_records(&self, query: &Query<R>) -> Result<Vec<R>> {
        let limit = query.limit.map_or(usize::MAX, |limit| limit as usize);
        let some = self.chosen(query)?.into_iter().skip(query.offset as usize).take(limit);
        some.map(built).collect()
    }

    fn page(&self, page: u32, per_page: u16) -> Result<(Vec<R>, u64)> {
        let d = R::DESCRIPTOR;
        let rows = self.rows();
        let all: Vec<&Values> = rows.all.values().filter(|row| living(d, Some(row)).is_ok()).collect();
        let skip = (page.max(1) - 1) as usize * usize::from(per_page);
        let some = all.iter().skip(skip).take(usize::from(per_page)).map(|row| built((*row).clone()));
        Ok((some.collect::<Result<_>>()?, all.len() as u64))
    }
}

impl<R: Resource> Repository<R> for MemoryRepository<R> {
    fn create<'a>(&'a self, cx: &'a Cx, body: R::Create) -> BoxFuture<'a, Result<R>> {
        Box::pin(ready(self.insert(cx, &body)))
    }
    fn find<'a>(&'a self, _: &'a Cx, key: R::Key) -> BoxFuture<'a, Result<R>> {
        let found = living(R::DESCRIPTOR, self.rows().all.get(&sortable(&key.value()))).cloned();
        Box::pin(ready(found.and_then(built)))
    }
    fn all<'a>(&'a self, _: &'a Cx, query: Query<R>) -> BoxFuture<'a, Result<Vec<R>>> {
        Box::pin(ready(self.chosen_records(&query)))
    }
    fn count<'a>(&'a self, _: &'a Cx, query: Query<R>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(ready(self.chosen(&query).map(|all| all.len() as u64)))
    }
    fn list<'a>(&'a self, _: &'a Cx, page: u32, per_page: u16) -> BoxFuture<'a, Result<(Vec<R>, u64)>> {
        Box::pin(ready(self.page(page, per_page)))
    }
    fn save<'a>(&'a self, cx: &'a Cx, changes: R::Update) -> BoxFuture<'a, Result<R>> {
        Box::pin(ready(self.save_begun(cx, changes)))
    }
    fn update<'a>(
        &'a self,
        cx: &'a Cx,
        key: R::Key,
        changes: R::Update,
        expected: Expected,
    ) -> BoxFuture<'a, Result<R>> {
        Box::pin(ready(self.change(cx, key.value(), changes.values(), expected)))
    }
    fn delete<'a>(&'a self, cx: &'a Cx, key: R::Key, expected: Expected) -> BoxFuture<'a, Result<()>> {
        Box::pin(ready(self.remove(cx, &key, expected)))
    }
}

/// Refuses a record of another version than the one that is expected.
fn as_expected(draft: &Draft, before: &Values) -> Result<()> {
    let found = draft.descriptor.kept.version.and_then(|i| before.get(i));
    match (draft.expected, found) {
        (Expected::Version(expected), Some(Value::I64(found))) if expected != *found => Err(stale(draft)),
        _ => Ok(()),
    }
}

/// The record, if it is there and not marked as deleted.
fn living<'v>(d: &ResourceDescriptor, row: Option<&'v Values>) -> Result<&'v Values> {
    let deleted = |row: &Values| d.kept.deleted_at.and_then(|i| row.get(i)).is_some_and(|v| !v.is_null());
    row.filter(|row| !deleted(row)).ok_or_else(|| Error::not_found(d))
}

/// Refuses values of a unique key that another record has. Null is never equal to null, as in the databases.
fn unique(
    d: &'static ResourceDescriptor,
    all: &BTreeMap<Vec<u8>, Values>,
    at: &[u8],
    values: &Values,
) -> Result<()> {
    for KeyDescriptor { fields, code } in d.uniques {
        let given = |v: &Values, i: &u16| v.get(*i).filter(|v| !v.is_null()).cloned();
        let mine: Option<Vec<Value>> = fields.iter().map(|i| given(values, i)).collect();
        let Some(mine) = mine else { continue };
        let same = |other: &Values| fields.iter().zip(&mine).all(|(i, v)| other.get(*i) == Some(v));
        if all.iter().any(|(key, other)| key != at && same(other)) {
            return Err(taken(d, fields, *code));
        }
    }
    Ok(())
}

fn taken(d: &'static ResourceDescriptor, fields: &[u16], code: Option<&'static str>) -> Error {
    let own = match fields {
        [one] => d.field(*one).unique_code,
        _ => None,
    };
    let code = code.or(own).unwrap_or("conflict.unique");
    let error = Error::new(ErrorKind::Conflict, code, "another record has this value already");
    fields.iter().fold(error, |e, i| e.field(d.field(*i).name, "is already taken"))
}

fn sortable(key: &Value) -> Vec<u8> {
    match key {
        // The sign bit turned over: negative numbers come first.
        Value::I64(v) => (*v as u64 ^ (1 << 63)).to_be_bytes().to_vec(),
        Value::Uuid(v) => v.to_vec(),
        Value::Text(v) => v.clone().into_bytes(),
        other => json::key_text(other).into_bytes(),
    }
}

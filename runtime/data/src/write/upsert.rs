//! Create, or find, or change, by a unique key: safe however many do it at once.

use super::answer::{Answer, Form};
use super::draft::{Draft, Expected, Taken};
use super::{run, text};
use crate::dialect::Dialect;
use crate::scope::CxData;
use framewright_core::{Cx, Error, ErrorKind, ResourceDescriptor, Result, Value, Values};

/// How often a race is run again before it is somebody else's problem.
const TRIES: usize = 10;

/// Creates a record, or gives its values to the one that has this unique key already; answers with its values. A deleted
/// record with the key comes back.
///
/// # Errors
/// 422 as for a create, 409 for another unique key than this one, and an internal error when `target` is no unique key.
pub async fn update_or_create(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    values: Values,
    target: &[u16],
) -> Result<Values> {
    unique(descriptor, target)?;
    let kept = descriptor.kept;
    let given: Vec<u16> = values
        .given()
        .map(|(index, _)| index)
        .filter(|i| {
            *i != descriptor.key
                && !target.contains(i)
                && Some(*i) != kept.version
                && Some(*i) != kept.created_at
        })
        .collect();
    if cx.database()?.dialect() != Dialect::Mysql {
        let mut draft = Draft::create(cx, descriptor, values);
        let own = [kept.updated_at, kept.updated_by].into_iter().flatten();
        let set = given
            .iter()
            .copied()
            .filter(|i| Some(*i) != kept.deleted_at)
            .chain(own.filter(|i| !given.contains(i)));
        draft.taken = Some(Taken { target: target.to_vec(), set: set.collect() });
        return run::one(cx, draft, Form::Values).await?.values();
    }
    // MySQL's `ON DUPLICATE KEY` takes whichever unique key is in the way, also one that nobody meant.
    let mut last = None;
    for _ in 0..TRIES {
        match run::one(cx, Draft::create(cx, descriptor, values.clone()), Form::Values).await {
            Err(e) if in_the_way(&e, descriptor, target) => last = Some(e),
            done => return done?.values(),
        }
        let Some(found) = find(cx, descriptor, &values, target, true, true).await? else { continue };
        let key = found.get(descriptor.key).cloned().unwrap_or(Value::Null);
        if kept.deleted_at.and_then(|i| found.get(i)).is_some_and(|v| !v.is_null()) {
            let back = Draft::restore(cx, descriptor, key.clone(), Expected::Any);
            match run::one(cx, back, Form::Nothing).await {
                Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::Conflict) => continue,
                done => done?,
            };
        }
        let mut changes = Values::of(descriptor);
        for index in &given {
            changes.set(*index, values.get(*index).cloned().unwrap_or(Value::Null));
        }
        let change = Draft::update(cx, descriptor, key, changes, Expected::Any);
        match run::one(cx, change, Form::Values).await {
            // Deleted in between: from the beginning.
            Err(e) if e.kind() == ErrorKind::NotFound => last = Some(e),
            done => return done?.values(),
        }
    }
    Err(last.unwrap_or_else(|| Error::unavailable("database.busy", "too many changes at once, try again")))
}

/// The record that has this unique key, or else a new one; and whether it is new.
///
/// # Errors
/// 422 as for a create, 409 when a deleted record has the key, or for another unique key than this one.
pub async fn first_or_create(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    values: Values,
    target: &[u16],
) -> Result<(Values, bool)> {
    unique(descriptor, target)?;
    let mut last = None;
    for again in [false, true, true] {
        let filled = Draft::create(cx, descriptor, values.clone());
        if let Some(found) = find(cx, descriptor, &filled.values, target, false, again).await? {
            return Ok((found, false));
        }
        match run::one(cx, filled, Form::Values).await {
            Err(e) if in_the_way(&e, descriptor, target) => last = Some(e),
            done => return Ok((done?.values()?, true)),
        }
    }
    Err(last.unwrap_or_else(|| Error::internal("a record was neither found nor created")))
}

async fn find(
    cx: &Cx,
    d: &'static ResourceDescriptor,
    values: &Values,
    target: &[u16],
    deleted: bool,
    lock: bool,
) -> Result<Option<Values>> {
    let db = cx.database()?;
    let stmt = text::find(db.dialect(), d, target, values, deleted, lock);
    let answer = db.read(cx, stmt, Found(Answer::new(d, Form::Values), false)).await?;
    if answer.1 { answer.0.values().map(Some) } else { Ok(None) }
}

struct Found(Answer, bool);

impl crate::row::Sink for Found {
    fn row(&mut self, row: &dyn crate::row::Row) -> Result<()> {
        self.1 = true;
        self.0.row(row)
    }
}

/// Whether these fields are a unique key, in whatever order they were named.
fn unique(d: &ResourceDescriptor, target: &[u16]) -> Result<()> {
    let same = |fields: &[u16]| fields.len() == target.len() && fields.iter().all(|f| target.contains(f));
    if same(&[d.key]) || d.uniques.iter().any(|k| same(k.fields)) {
        return Ok(());
    }
    let names: Vec<&str> = target.iter().map(|i| d.field(*i).name).collect();
    Err(Error::internal(format!("`{}` has no unique key over ({})", d.name, names.join(", "))))
}

/// Whether it is this unique key that an insert met.
fn in_the_way(e: &Error, d: &ResourceDescriptor, target: &[u16]) -> bool {
    let names: Vec<&str> = target.iter().map(|i| d.field(*i).name).collect();
    e.kind() == ErrorKind::Conflict
        && e.fields().len() == names.len()
        && e.fields().iter().all(|f| names.contains(&f.field.as_str()))
}

//! Create, or find, or change, by a unique key: safe however many do it at once.

use super::answer::{Answer, Form};
use super::draft::{Draft, Expected, Taken};
use super::stage::{self, Parts};
use super::{run, text};
use crate::dialect::Dialect;
use crate::scope::{CxData, Tries, transaction};
use framewright_core::query::Deleted;
use framewright_core::{Cx, Error, ErrorKind, ResourceDescriptor, Result, Value, Values};

/// How often a race is run again before it is somebody else's problem.
const TRIES: usize = 10;

/// Creates a record, or gives its values to the one that has this unique key already; answers with its values. A deleted
/// record with the key comes back. Rules over the whole record see it as it will be; whatever is set, the record counts
/// as changed.
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
    let own = [kept.created_at, kept.updated_at, kept.deleted_at, kept.version, kept.tenant_id];
    let own = own.into_iter().chain([kept.created_by, kept.updated_by, Some(descriptor.key)]);
    let own: Vec<u16> = own.flatten().collect();
    let given = values.given().map(|(index, _)| index);
    let given: Vec<u16> = given.filter(|i| !own.contains(i) && !target.contains(i)).collect();
    let alone = descriptor.checks.is_empty() && Parts::of(cx).is_empty();
    // MySQL's `ON DUPLICATE KEY` takes whichever unique key is in the way, also one that nobody meant.
    if alone && cx.database()?.dialect() != Dialect::Mysql {
        let mut draft = Draft::create(cx, descriptor, values);
        let touched = [kept.updated_at, kept.updated_by].into_iter().flatten();
        let set = Some(given.into_iter().chain(touched).collect());
        draft.taken = Some(Taken { target: target.to_vec(), set });
        return run::one(cx, draft, Form::Values).await?.values();
    }
    let mut tries = Tries::of(cx);
    loop {
        let mut again = false;
        let steps = async |cx: &Cx| in_steps(cx, descriptor, &values, target, &given).await;
        let result = transaction(cx, steps, &mut again).await;
        if tries.over(again).await {
            return result;
        }
    }
}

/// The same with the record locked between the steps, so that what is known of it stays true.
async fn in_steps(
    cx: &Cx,
    d: &'static ResourceDescriptor,
    values: &Values,
    target: &[u16],
    given: &[u16],
) -> Result<Values> {
    let mysql = cx.database()?.dialect() == Dialect::Mysql;
    let filled = Draft::create(cx, d, values.clone());
    let mut last = None;
    for attempt in 0..TRIES {
        // MySQL locks the gap where it finds nothing, and of two who have done so neither can insert: so it is only
        // asked to lock what has been seen, or what has been in the way.
        let seen = !mysql || attempt > 0 || find(cx, d, &filled.values, target, false).await?.is_some();
        if seen && let Some(found) = find(cx, d, &filled.values, target, true).await? {
            return change(cx, d, found, values, target, given).await;
        }
        let placed = match mysql && attempt > 0 {
            false => run::place(cx, filled.clone(), target).await?,
            // Another unique key is in the way, which only a plain insert says.
            true => match run::one(cx, filled.clone(), Form::Values).await {
                Err(e) if in_the_way(&e, d, target) => {
                    last = Some(e);
                    None
                }
                done => Some(done?),
            },
        };
        if let Some(created) = placed {
            return created.values();
        }
    }
    Err(last.unwrap_or_else(crowded))
}

/// Gives the values to the record that has the key.
async fn change(
    cx: &Cx,
    d: &'static ResourceDescriptor,
    found: Values,
    values: &Values,
    target: &[u16],
    given: &[u16],
) -> Result<Values> {
    let mut changes = Values::of(d);
    for index in given {
        changes.set(*index, values.get(*index).cloned().unwrap_or(Value::Null));
    }
    // With nothing to set, the key is set to itself: the record counts as changed all the same.
    for index in target.iter().filter(|i| given.is_empty() && **i != d.key) {
        changes.set(*index, found.get(*index).cloned().unwrap_or(Value::Null));
    }
    let key = found.get(d.key).cloned().unwrap_or(Value::Null);
    let mut draft = Draft::update(cx, d, key, changes, Expected::Any);
    draft.touch(cx);
    draft.deleted = Deleted::With;
    if let Some(index) = d.kept.deleted_at {
        draft.values.set(index, Value::Null);
    }
    run::one(cx, draft.over(found), Form::Values).await?.values()
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
    let mut filled = Draft::create(cx, descriptor, values);
    let lives = |found: &Values| {
        descriptor.kept.deleted_at.and_then(|i| found.get(i)).is_none_or(|deleted_at| deleted_at.is_null())
    };
    if let Some(found) = find(cx, descriptor, &filled.values, target, false).await?.filter(lives) {
        return Ok((found, false));
    }
    stage::before(cx, &Parts::of(cx), &mut filled)?;
    // A transaction on MySQL sees what was there when it began, unless it locks what it reads.
    let snapshot = cx.in_transaction() && cx.database()?.dialect() == Dialect::Mysql;
    for _ in 0..TRIES {
        if let Some(created) = run::place(cx, filled.clone(), target).await? {
            return Ok((created.values()?, true));
        }
        let found = find(cx, descriptor, &filled.values, target, snapshot).await?;
        let deleted = found.as_ref().is_some_and(|found| !lives(found));
        if let Some(found) = found.filter(lives) {
            return Ok((found, false));
        }
        // A deleted record or another unique key is in the way, which only a plain insert says.
        match run::one(cx, filled.clone(), Form::Values).await {
            Err(e) if !deleted && in_the_way(&e, descriptor, target) => {}
            done => return Ok((done?.values()?, true)),
        }
    }
    Err(crowded())
}

fn crowded() -> Error {
    Error::unavailable("database.busy", "too many changes at once, try again")
}

/// The record with this unique key, deleted or not.
async fn find(
    cx: &Cx,
    d: &'static ResourceDescriptor,
    values: &Values,
    target: &[u16],
    lock: bool,
) -> Result<Option<Values>> {
    let db = cx.database()?;
    let stmt = text::find(db.dialect(), d, target, values, Deleted::With, lock);
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

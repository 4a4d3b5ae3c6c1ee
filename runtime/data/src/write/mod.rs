//! The one write path: whatever changes a record, in whatever channel, goes through the same stages in the same order
//! and ends in one transaction.
//!
//! | # | stage | what it does |
//! |---|---|---|
//! | 1 | authorise | the policy of the resource says whether this actor may do this; refused before anything is told |
//! | 2 | validate | every rule of every field, and the rules over the whole record; all failing fields at once |
//! | 3 | hooks | [`Part::before`] of the parts that stand here: they may change the values or refuse |
//! | 4 | statement | `INSERT`, `UPDATE … WHERE key AND version AND NOT deleted`, `DELETE` |
//! | 5 | history | [`Part::after`] of the parts of the stage: further statements of the same transaction |
//! | 6 | audit | the same |
//! | 7 | outbox | the same |
//! | 8 | jobs | the same: jobs that were enqueued along with the write |
//! | 9 | idempotency | the same: the record of the answer under the client's key |
//! | 10 | commit | all of it, or nothing |
//!
//! The list is [`STAGES`]. REST, bulk, the typed API, relations, seeds and commands all call the functions of this module;
//! none of them writes SQL of its own. A subsystem joins by putting a [`Part`] for its stage into [`Parts`].

mod answer;
mod bulk;
mod by_filter;
mod draft;
#[cfg(test)]
mod golden;
mod increment;
mod many;
mod run;
mod stage;
mod text;
mod upsert;

pub use answer::Written;
pub use bulk::{BULK_LIMIT, Operation, bulk_json, read_bulk};
pub use by_filter::{delete_where, update_where};
pub use draft::{Action, Draft, Expected};
pub use increment::increment;
pub use many::create_many;
pub use stage::{Part, Parts, STAGES, Stage};
pub use upsert::{first_or_create, update_or_create};

use answer::Form;
pub(crate) use increment::unfitting;
pub(crate) use stage::{before_alone as stages_before, stale};

use framewright_core::{Cx, ResourceDescriptor, Result, Value, Values};

/// Creates a record; answers with its JSON.
///
/// # Errors
/// 422 `validation`, 409 for a unique key or a reference, and those of the policy.
///
/// ```ignore
/// let values = json::read(descriptor, &body, Purpose::Create)?;
/// let written = write::create_json(&cx, descriptor, values).await?;
/// ```
pub async fn create_json(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    values: Values,
) -> Result<Written> {
    run::one(cx, Draft::create(cx, descriptor, values), Form::Json).await?.written()
}

/// Changes the given fields of a record; answers with its JSON after the change. A body without fields changes nothing.
///
/// # Errors
/// 404, 412 `conflict.version`, 428 when the resource is versioned and no version is expected, and those of [`create_json`].
pub async fn update_json(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    key: Value,
    values: Values,
    expected: Expected,
) -> Result<Written> {
    run::one(cx, Draft::update(cx, descriptor, key, values, expected), Form::Json).await?.written()
}

/// Gives every field that clients may set its value anew: absent ones become null or get their defaults, except those
/// that clients can't read, which stay as they are.
///
/// # Errors
/// Those of [`update_json`].
pub async fn replace_json(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    key: Value,
    values: Values,
    expected: Expected,
) -> Result<Written> {
    run::one(cx, Draft::replace(cx, descriptor, key, values, expected), Form::Json).await?.written()
}

/// Deletes a record; with `soft_delete` it is marked and can be restored.
///
/// # Errors
/// 404, 412, 428 as in [`update_json`]; 409 `conflict.reference` when records that point to it restrict that.
pub async fn delete(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    key: Value,
    expected: Expected,
) -> Result<()> {
    run::one(cx, Draft::delete(cx, descriptor, key, expected), Form::Nothing).await.map(drop)
}

/// Deletes a record for good, soft delete or not.
///
/// # Errors
/// Those of [`delete`].
pub async fn force_delete(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    key: Value,
    expected: Expected,
) -> Result<()> {
    run::one(cx, Draft::force_delete(cx, descriptor, key, expected), Form::Nothing).await.map(drop)
}

/// Brings a soft-deleted record back; answers with its JSON.
///
/// # Errors
/// 404; 409 `conflict.not_deleted` when it lives; 412 and 428 as in [`update_json`].
pub async fn restore_json(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    key: Value,
    expected: Expected,
) -> Result<Written> {
    run::one(cx, Draft::restore(cx, descriptor, key, expected), Form::Json).await?.written()
}

/// Creates a record; answers with its values.
///
/// # Errors
/// Those of [`create_json`].
pub async fn create(cx: &Cx, descriptor: &'static ResourceDescriptor, values: Values) -> Result<Values> {
    run::one(cx, Draft::create(cx, descriptor, values), Form::Values).await?.values()
}

/// Changes the given fields of a record; answers with its values after the change.
///
/// # Errors
/// Those of [`update_json`].
pub async fn update(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    key: Value,
    values: Values,
    expected: Expected,
) -> Result<Values> {
    run::one(cx, Draft::update(cx, descriptor, key, values, expected), Form::Values).await?.values()
}

/// Brings a soft-deleted record back; answers with its values.
///
/// # Errors
/// Those of [`restore_json`].
pub async fn restore(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    key: Value,
    expected: Expected,
) -> Result<Values> {
    run::one(cx, Draft::restore(cx, descriptor, key, expected), Form::Values).await?.values()
}

#[cfg(test)]
mod tests {
    use super::*;
    fn sendable<T: Send>(_: T) {}
    #[test]
    fn writes_can_run_in_tasks() {
        let _ = |cx: &Cx, d: &'static ResourceDescriptor| {
            sendable(create_json(cx, d, Values::of(d)));
            sendable(bulk_json(cx, d, Vec::new()));
            sendable(update_where(cx, d, None, framewright_core::query::Deleted::Without, Values::of(d)));
            sendable(increment(cx, d, Value::Null, 0, Value::Null));
            sendable(first_or_create(cx, d, Values::of(d), &[]));
            sendable(update_or_create(cx, d, Values::of(d), &[]));
        };
    }
}

//! Saving changes: only what differs from the record is written.

use super::built;
use crate::write::{self, Expected};
use framewright_core::descriptor::Access;
use framewright_core::{Column, Cx, Error, Record, Resource, Result, Update, Value, Values};
use std::future::Future;

/// One change that is not saved yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// the name of the field
    pub field: &'static str,
    /// the value that the record has; of a secret, null
    pub from: Value,
    /// the value that is to be saved; of a secret, null
    pub to: Value,
}

/// Changes of a record, as [`WriteRecord::patch`](super::WriteRecord::patch) begins them.
pub trait Changes: Update {
    /// Saves what differs from the record, in one statement, or none when nothing does; answers with the record after
    /// that. A `versioned` record has to be the one that was read.
    ///
    /// # Errors
    /// 404, 412 `conflict.version`, 422 `validation`, 409 for a unique key or a reference.
    fn save(mut self, cx: &Cx) -> impl Future<Output = Result<Self::Resource>> + Send
    where
        Self::Resource: Send,
    {
        let begun = begun(&mut self);
        async move {
            let (record, values) = begun?;
            if values.is_empty() {
                return Ok(record);
            }
            let (d, key, expected) = (Self::Resource::DESCRIPTOR, record.key().value(), version(&record));
            built(write::update(cx, d, key, values, expected).await?)
        }
    }

    /// Whether [`Changes::save`] would write something.
    fn is_dirty(&mut self) -> bool {
        !self.changes().is_empty()
    }

    /// Whether the field of this name would be written.
    fn has_changed(&mut self, field: &str) -> bool {
        self.changes().iter().any(|c| c.field == field)
    }

    /// What [`Changes::save`] would write, with what is there now.
    fn changes(&mut self) -> Vec<Change> {
        let d = Self::Resource::DESCRIPTOR;
        let record = self.bound();
        let values = record.as_ref().map_or_else(|| self.values(), |record| differing(record, self));
        let all = values.given().map(|(index, value)| {
            let field = d.field(index);
            let hide = |v: Value| if field.access.has(Access::SECRET) { Value::Null } else { v };
            let from = record.as_ref().and_then(|r| r.field(index)).map_or(Value::Null, |v| v.to_value());
            Change { field: field.name, from: hide(from), to: hide(value.clone()) }
        });
        let all = all.collect();
        if let Some(record) = record {
            let this = std::mem::take(self);
            *self = this.bind(record);
        }
        all
    }
}
impl<U: Update> Changes for U {}

/// The record that changes were begun with, and what they would write over it.
pub(super) fn begun<U: Update>(changes: &mut U) -> Result<(U::Resource, Values)> {
    let record = changes.bound().ok_or_else(|| {
        Error::internal("changes of no record were saved")
            .hint("begin with `record.patch()`, or use `update_by_key(cx, key, changes)`")
    })?;
    let values = differing(&record, changes);
    Ok((record, values))
}

/// The fields of the changes that the record has other values of.
fn differing(record: &dyn Record, changes: &dyn Record) -> Values {
    let mut values = changes.values();
    for index in (0u16..).take(changes.descriptor().fields.len()) {
        if let (Some(new), Some(old)) = (changes.field(index), record.field(index))
            && new == old
        {
            values.unset(index);
        }
    }
    values
}

/// The version that the record was read with.
pub(super) fn version(record: &dyn Record) -> Expected {
    let index = record.descriptor().kept.version;
    match index.and_then(|index| record.field(index)) {
        Some(framewright_core::ValueRef::I64(version)) => Expected::Version(version),
        _ => Expected::Any,
    }
}

//! What a write answers with: JSON by descriptor, or values for typed structs.

use crate::row::{Row, Sink};
use framewright_core::{Error, ResourceDescriptor, Result, Value, ValueRef, Values, json};

/// What a caller wants to know of the record that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// its JSON
    Json,
    /// its values
    Values,
    /// nothing
    Nothing,
}

/// A record that was written, as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// its key
    pub key: Value,
    /// its version, where the resource is versioned: the ETag
    pub version: Option<i64>,
    /// the fields that may be read, as an object; empty after a delete
    pub body: Vec<u8>,
}

/// Takes one record in, all of its columns in the order of the descriptor.
pub(crate) struct Answer {
    descriptor: &'static ResourceDescriptor,
    form: Form,
    key: Value,
    version: Option<i64>,
    body: Vec<u8>,
    values: Option<Values>,
}

impl Answer {
    /// One for a record of this resource.
    pub(crate) fn new(descriptor: &'static ResourceDescriptor, form: Form) -> Self {
        Self { descriptor, form, key: Value::Null, version: None, body: Vec::new(), values: None }
    }

    /// Takes a record in from wherever its values are.
    pub(crate) fn take<'r>(&mut self, get: impl Fn(u16) -> Result<ValueRef<'r>>) -> Result<()> {
        let d = self.descriptor;
        self.key = get(d.key)?.to_value();
        if let Some(index) = d.kept.version
            && let ValueRef::I64(version) = get(index)?
        {
            self.version = Some(version);
        }
        match self.form {
            Form::Json => {
                let fields = json::readable(d, None);
                self.body.reserve(64 * fields.len());
                json::record(&mut self.body, d, &fields, |place, _| {
                    get(fields.get(place).copied().unwrap_or_default())
                })?;
            }
            Form::Values => {
                let mut values = Values::of(d);
                for (index, _) in (0u16..).zip(d.fields) {
                    values.set(index, get(index)?.to_value());
                }
                self.values = Some(values);
            }
            Form::Nothing => {}
        }
        Ok(())
    }

    /// The version of the record, where the resource is versioned.
    pub(crate) fn version(&self) -> Option<i64> {
        self.version
    }

    /// The record as JSON.
    pub(crate) fn written(self) -> Result<Written> {
        Ok(Written { key: self.key, version: self.version, body: self.body })
    }

    /// The record as values.
    pub(crate) fn values(self) -> Result<Values> {
        self.values.ok_or_else(|| Error::internal("a write answered without its record"))
    }
}

impl Sink for Answer {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let d = self.descriptor;
        self.body.clear();
        self.take(|index| row.get(usize::from(index), d.field(index).kind()))
    }
}

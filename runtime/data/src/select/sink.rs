//! What takes rows of a resource in: JSON text as it comes, or values for typed structs.

use crate::load::budget::Budget;
use crate::row::{Row, Sink};
use framewright_core::descriptor::Access;
use framewright_core::json;
use framewright_core::{FieldDescriptor, Kind, ResourceDescriptor, Result, Value, Values};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// The fields that answers carry, and the key, by index.
pub(crate) fn readable(d: &ResourceDescriptor) -> Vec<u16> {
    (0u16..)
        .zip(d.fields)
        .filter(|(i, f)| *i == d.key || f.access.has(Access::READ))
        .map(|(i, _)| i)
        .collect()
}

/// Which columns a statement answers with, and which of them are written.
pub(crate) struct Projection {
    /// the columns, by field index
    pub columns: Vec<u16>,
    /// their kinds
    kinds: Vec<Kind>,
    /// the fields that are written; `None` is read and not written
    shown: Vec<Option<&'static FieldDescriptor>>,
}

impl Projection {
    /// These fields, and beside them those that only the next statement or the cursor needs. What every answer
    /// carries is made once per resource.
    pub(crate) fn shared(
        d: &'static ResourceDescriptor,
        fields: Option<&[u16]>,
        needed: impl Iterator<Item = u16> + Clone,
    ) -> Arc<Self> {
        /// By the address of the descriptor, which is a static.
        static PLAIN: OnceLock<RwLock<HashMap<usize, Arc<Projection>>>> = OnceLock::new();
        if fields.is_some() {
            return Arc::new(Self::of(d, fields, needed));
        }
        let (all, address) = (PLAIN.get_or_init(RwLock::default), std::ptr::from_ref(d).addr());
        let known = all.read().unwrap_or_else(PoisonError::into_inner).get(&address).cloned();
        let plain = known.unwrap_or_else(|| {
            let plain = Arc::new(Self::of(d, None, []));
            all.write().unwrap_or_else(PoisonError::into_inner).insert(address, Arc::clone(&plain));
            plain
        });
        if needed.clone().all(|f| plain.columns.contains(&f)) {
            return plain;
        }
        Arc::new(Self::of(d, None, needed))
    }

    /// These fields, and those that are needed beside them, made anew.
    pub(crate) fn of(
        d: &'static ResourceDescriptor,
        fields: Option<&[u16]>,
        needed: impl IntoIterator<Item = u16>,
    ) -> Self {
        let mut this = Self { columns: Vec::new(), kinds: Vec::new(), shown: Vec::new() };
        let shown = fields.map_or_else(|| readable(d), <[u16]>::to_vec);
        for index in shown {
            this.add(d, index, true);
        }
        for index in needed {
            this.add(d, index, false);
        }
        this
    }

    fn add(&mut self, d: &'static ResourceDescriptor, index: u16, shown: bool) {
        if let Some(field) = d.fields.get(usize::from(index)).filter(|_| !self.columns.contains(&index)) {
            self.columns.push(index);
            self.kinds.push(field.kind());
            self.shown.push(Some(field).filter(|f| shown && f.access.has(Access::READ)));
        }
    }

    /// The same with one more column that is no field, which is read and not written.
    pub(crate) fn with_tail(mut self, kind: Kind) -> Self {
        self.kinds.push(kind);
        self.shown.push(None);
        self
    }

    /// The position of the tail.
    pub(crate) fn tail(&self) -> usize {
        self.kinds.len().saturating_sub(1)
    }

    /// Where a field stands in the answer.
    pub(crate) fn position(&self, index: u16) -> Option<usize> {
        self.columns.iter().position(|c| *c == index)
    }

    fn value(&self, row: &dyn Row, position: usize) -> Result<Value> {
        match self.kinds.get(position) {
            Some(kind) => Ok(row.get(position, *kind)?.to_value()),
            None => Ok(Value::Null),
        }
    }

    /// Writes a row as an object; gives back where its closing brace stands.
    fn write(&self, row: &dyn Row, out: &mut Vec<u8>) -> Result<usize> {
        out.push(b'{');
        let mut first = true;
        for (position, field) in self.shown.iter().enumerate() {
            let Some(field) = field else { continue };
            if !first {
                out.push(b',');
            }
            first = false;
            out.extend_from_slice(field.json.as_bytes());
            json::value(out, field, &row.get(position, field.kind())?)?;
        }
        out.push(b'}');
        Ok(out.len() - 1)
    }
}

/// Writes rows as JSON objects with commas between, straight into the answer.
pub(crate) struct JsonSink {
    projection: Arc<Projection>,
    /// the answer so far
    pub out: Vec<u8>,
    /// how many rows were written
    pub rows: usize,
    /// whether there was a row behind the last one of the page
    pub more: bool,
    limit: usize,
    budget: Budget,
    /// positions of the values that are kept of the last row
    last: Vec<usize>,
    /// those values
    pub last_values: Vec<Value>,
    /// positions of the values that are kept of every row
    keep: Vec<usize>,
    /// per row: where it stands in `out`, and those values
    pub kept: Vec<(Range<usize>, Vec<Value>)>,
}

impl JsonSink {
    /// Appends to `out`; writes `limit` rows at most.
    pub(crate) fn new(projection: Arc<Projection>, out: Vec<u8>, limit: usize) -> Self {
        let (last, keep) = (Vec::new(), Vec::new());
        Self {
            projection,
            out,
            rows: 0,
            more: false,
            limit,
            budget: Budget::NONE,
            last,
            last_values: Vec::new(),
            keep,
            kept: Vec::new(),
        }
    }

    /// Fails as soon as the rows are more than an answer may hold.
    pub(crate) fn within(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// Keeps these fields of the last row: the cursor's.
    pub(crate) fn last(mut self, fields: impl Iterator<Item = u16>) -> Self {
        self.last = fields.filter_map(|f| self.projection.position(f)).collect();
        self
    }

    /// Keeps the values at these positions of every row.
    pub(crate) fn keep(mut self, positions: Vec<usize>) -> Self {
        self.keep = positions;
        self
    }
}

impl Sink for JsonSink {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        if self.rows == self.limit {
            self.more = true;
            return Ok(());
        }
        if self.rows > 0 && self.keep.is_empty() {
            self.out.push(b',');
        }
        let start = self.out.len();
        let end = self.projection.write(row, &mut self.out)?;
        self.rows += 1;
        self.budget.check(self.out.len(), self.rows)?;
        if !self.keep.is_empty() {
            let values = self.keep.iter().map(|p| self.projection.value(row, *p)).collect::<Result<_>>()?;
            self.kept.push((start..end, values));
        }
        if self.rows == self.limit {
            self.last_values =
                self.last.iter().map(|p| self.projection.value(row, *p)).collect::<Result<_>>()?;
        }
        Ok(())
    }
}

/// Keeps rows as values by field, for typed structs.
pub(crate) struct ValuesSink {
    d: &'static ResourceDescriptor,
    columns: Vec<u16>,
    /// the kind of a last column that is no field: the key of the parent
    tail: Option<Kind>,
    /// the rows
    pub rows: Vec<Values>,
    /// the last column of each row
    pub tails: Vec<Value>,
}

impl ValuesSink {
    /// Rows of these columns.
    pub(crate) fn new(d: &'static ResourceDescriptor, columns: Vec<u16>, tail: Option<Kind>) -> Self {
        Self { d, columns, tail, rows: Vec::new(), tails: Vec::new() }
    }
}

impl Sink for ValuesSink {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let mut values = Values::of(self.d);
        for (position, index) in self.columns.iter().enumerate() {
            values.set(*index, row.get(position, self.d.field(*index).kind())?.to_value());
        }
        self.rows.push(values);
        if let Some(kind) = self.tail {
            self.tails.push(row.get(self.columns.len(), kind)?.to_value());
        }
        Ok(())
    }
}

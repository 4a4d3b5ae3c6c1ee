//! A row of SQLite: its cells are copied into one buffer that all rows of an answer share, because a value of
//! Diesel's cannot be held while the next one is read.

use crate::dialect::parse_sortable;
use crate::row::{Row, drifted};
use diesel::row::{Field, Row as DieselRow};
use diesel::sqlite::{Sqlite, SqliteType};
use framewright_core::{Kind, Result, ValueRef};
use std::borrow::Cow;
use std::cell;
use std::ops::{Deref, DerefMut, Range};

#[derive(Debug)]
enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(Range<usize>),
    Blob(Range<usize>),
}

/// The buffer of an answer's current row.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    text: String,
    blobs: Vec<u8>,
    cells: Vec<Cell>,
}

thread_local! {
    /// The buffer that the reads of a thread take turns with.
    static SPARE: cell::Cell<Option<Buffer>> = const { cell::Cell::new(None) };
}

/// What a thread keeps of a buffer's text at most.
const KEPT: usize = 64 * 1024;

/// A buffer that goes back to its thread.
pub(super) struct Lent(Buffer);

impl Deref for Lent {
    type Target = Buffer;

    fn deref(&self) -> &Buffer {
        &self.0
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Buffer {
        &mut self.0
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.0);
        if buffer.text.capacity() + buffer.blobs.capacity() <= KEPT {
            // a thread that is ending has no place for it any more
            let _ = SPARE.try_with(|spare| spare.set(Some(buffer)));
        }
    }
}

impl Buffer {
    /// The buffer of this thread, or a new one when it is in use.
    pub(super) fn lent() -> Lent {
        Lent(SPARE.try_with(cell::Cell::take).ok().flatten().unwrap_or_default())
    }

    /// Reads a row in, in place of the one before.
    pub(super) fn fill<'s>(&mut self, row: &impl DieselRow<'s, Sqlite>) {
        self.text.clear();
        self.blobs.clear();
        self.cells.clear();
        for i in 0..row.field_count() {
            let field = DieselRow::get(row, i);
            let cell = match field.as_ref().and_then(Field::value) {
                None => Cell::Null,
                Some(mut v) => match v.value_type() {
                    None => Cell::Null,
                    Some(SqliteType::Text) => {
                        let from = self.text.len();
                        self.text.push_str(v.read_text());
                        Cell::Text(from..self.text.len())
                    }
                    Some(SqliteType::Binary) => {
                        let from = self.blobs.len();
                        self.blobs.extend_from_slice(v.read_blob());
                        Cell::Blob(from..self.blobs.len())
                    }
                    Some(SqliteType::Float | SqliteType::Double) => Cell::Real(v.read_double()),
                    Some(_) => Cell::Int(v.read_long()),
                },
            };
            self.cells.push(cell);
        }
    }

    /// Every cell as text, for raw queries of administration.
    pub(super) fn texts(&self) -> Vec<Option<String>> {
        let text = |cell: &Cell| match cell {
            Cell::Null => None,
            Cell::Int(v) => Some(v.to_string()),
            Cell::Real(v) => Some(v.to_string()),
            Cell::Text(r) => self.text.get(r.clone()).map(str::to_owned),
            Cell::Blob(r) => {
                self.blobs.get(r.clone()).map(|b| b.iter().map(|b| format!("{b:02x}")).collect())
            }
        };
        self.cells.iter().map(text).collect()
    }
}

impl Row for Buffer {
    fn get(&self, index: usize, kind: Kind) -> Result<ValueRef<'_>> {
        let value = match (self.cells.get(index), kind) {
            (Some(Cell::Null), _) => Some(ValueRef::Null),
            (Some(Cell::Int(v)), Kind::Bool) => (0..=1).contains(v).then_some(ValueRef::Bool(*v == 1)),
            (Some(Cell::Int(v)), Kind::I16) => i16::try_from(*v).is_ok().then_some(ValueRef::I64(*v)),
            (Some(Cell::Int(v)), Kind::I32) => i32::try_from(*v).is_ok().then_some(ValueRef::I64(*v)),
            (Some(Cell::Int(v)), Kind::I64) => Some(ValueRef::I64(*v)),
            (Some(Cell::Int(v)), Kind::Timestamp) => Some(ValueRef::Timestamp(*v)),
            (Some(Cell::Int(v)), Kind::Time) => Some(ValueRef::Time(*v)),
            (Some(Cell::Int(v)), Kind::Date) => i32::try_from(*v).ok().map(ValueRef::Date),
            (Some(Cell::Int(v)), Kind::Decimal) => Some(ValueRef::Decimal((*v).into())),
            (Some(Cell::Int(v)), Kind::F64) => Some(ValueRef::F64(*v as f64)),
            (Some(Cell::Real(v)), Kind::F64) => Some(ValueRef::F64(*v)),
            (Some(Cell::Text(r)), Kind::Text) => self.text.get(r.clone()).map(ValueRef::Text),
            (Some(Cell::Text(r)), Kind::Json) => {
                self.text.get(r.clone()).map(|t| ValueRef::Json(Cow::Borrowed(t)))
            }
            (Some(Cell::Text(r)), Kind::Decimal) => {
                self.text.get(r.clone()).and_then(parse_sortable).map(|d| ValueRef::Decimal(d.normalize()))
            }
            (Some(Cell::Blob(r)), Kind::Bytes) => self.blobs.get(r.clone()).map(ValueRef::Bytes),
            (Some(Cell::Blob(r)), Kind::Uuid) => {
                self.blobs.get(r.clone()).and_then(|b| <[u8; 16]>::try_from(b).ok()).map(ValueRef::Uuid)
            }
            _ => None,
        };
        value.ok_or_else(|| drifted(index, kind))
    }
}

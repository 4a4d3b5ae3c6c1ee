//! Rows as they come, walked by kind, and what takes them in.

use framewright_core::{Error, Kind, Result, Value, ValueRef};
use std::any::Any;

/// A row of an answer; columns are read by position and by the kind that the descriptor gives them.
pub trait Row {
    /// The value of a column, borrowed from the row.
    ///
    /// # Errors
    /// When the column is not there or not of that kind: the live schema differs from the descriptor.
    fn get(&self, index: usize, kind: Kind) -> Result<ValueRef<'_>>;
}

/// What takes rows in: a JSON writer, a list of values, a counter. It may travel to another thread and back.
pub trait Sink: Any + Send {
    /// Takes a row.
    ///
    /// # Errors
    /// Ends the reading.
    fn row(&mut self, row: &dyn Row) -> Result<()>;
}

impl dyn Sink {
    /// The sink that was given, back in its own type.
    ///
    /// # Errors
    /// An internal error when it is of another type, which only code of ours can cause.
    pub fn downcast<S: Sink>(self: Box<Self>) -> Result<S> {
        let any: Box<dyn Any> = self;
        any.downcast::<S>().map(|s| *s).map_err(|_| Error::internal("a sink of another type came back"))
    }
}

/// A sink that keeps every row as owned values, of the given kinds.
#[derive(Debug, Default)]
pub struct Collect {
    /// the kinds of the columns
    pub kinds: Vec<Kind>,
    /// the rows
    pub rows: Vec<Vec<Value>>,
}

impl Collect {
    /// An empty one for these columns.
    #[must_use]
    pub fn new(kinds: impl Into<Vec<Kind>>) -> Self {
        Self { kinds: kinds.into(), rows: Vec::new() }
    }
}

impl Sink for Collect {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let values = self.kinds.iter().enumerate().map(|(i, kind)| Ok(row.get(i, *kind)?.to_value()));
        self.rows.push(values.collect::<Result<_>>()?);
        Ok(())
    }
}

/// The error of a column that is not what its descriptor says: the live schema has drifted.
pub(crate) fn drifted(index: usize, kind: Kind) -> Error {
    Error::internal(format!(
        "column {index} of the answer is not {kind:?}: the live schema differs from the descriptor, see `drift`"
    ))
}

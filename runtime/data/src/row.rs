//! Rows as they come, walked by kind, and what takes them in.

use framewright_core::{Kind, Result, ValueRef};

/// A row of an answer; columns are read by position and by the kind that the descriptor gives them.
pub trait Row {
    /// The value of a column, borrowed from the row.
    ///
    /// # Errors
    /// When the column is not there or not of that kind: the live schema differs from the descriptor.
    fn get(&self, index: usize, kind: Kind) -> Result<ValueRef<'_>>;
}

/// What takes rows in: a JSON writer, a list of values, a counter. It may travel to another thread and back.
pub trait Sink: Send + 'static {
    /// Takes a row.
    ///
    /// # Errors
    /// Ends the reading.
    fn row(&mut self, row: &dyn Row) -> Result<()>;
}

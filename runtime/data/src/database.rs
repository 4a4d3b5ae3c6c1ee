//! The database of an application, chosen by its URL at run time.

use crate::dialect::Dialect;
use crate::row::Sink;
use crate::stmt::Stmt;
use crate::unit::{Outcome, Unit};
use framewright_core::{Cx, Error, Result};

/// The database: pools, lanes, writer thread, whatever its backend needs.
pub struct Database {
    dialect: Dialect,
}

impl Database {
    /// The SQL it speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Reads rows into a sink, on the path that `cx` (open transaction or not) and the statement allow.
    ///
    /// # Errors
    /// Translated database errors.
    pub async fn read<S: Sink>(&self, _cx: &Cx, _stmt: Stmt, _sink: S) -> Result<S> {
        Err(Error::internal("not connected"))
    }

    /// Runs a unit as one transaction, or as a savepoint of the transaction that `cx` has open.
    ///
    /// # Errors
    /// Translated database errors; then nothing of the unit has happened.
    pub async fn write(&self, _cx: &Cx, _unit: Unit) -> Result<Outcome> {
        Err(Error::internal("not connected"))
    }
}

//! A connection that one piece of work has for itself: a transaction, or administration. Dropped in the middle of
//! something, it undoes what is open and never serves anybody else in that state.

use crate::row::Sink;
use crate::stmt::Stmt;
use crate::unit::{Outcome, Unit};
use crate::violation::Failure;

#[allow(clippy::large_enum_variant, reason = "there are few of them, and they do not move")]
pub(crate) enum Held {
    #[cfg(feature = "sqlite")]
    Sqlite(super::sqlite::Lease),
    #[cfg(feature = "postgres")]
    Postgres(super::postgres::Held),
    #[cfg(feature = "mysql")]
    Mysql(super::mysql::Held),
}

macro_rules! each {
    ($held:expr, $c:ident => $run:expr) => {
        match $held {
            #[cfg(feature = "sqlite")]
            Held::Sqlite($c) => $run,
            #[cfg(feature = "postgres")]
            Held::Postgres($c) => $run,
            #[cfg(feature = "mysql")]
            Held::Mysql($c) => $run,
        }
    };
}

impl Held {
    /// Makes sure that nobody else gets this connection after: it has settings and locks of its own.
    pub(crate) fn retire(&mut self) {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => {} // the writer keeps no settings
            #[cfg(feature = "postgres")]
            Self::Postgres(c) => c.retire(),
            #[cfg(feature = "mysql")]
            Self::Mysql(c) => c.retire(),
        }
    }

    /// Begins a transaction that will write.
    pub(crate) async fn begin(&mut self) -> Result<(), Failure> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(c) => c.batch("BEGIN IMMEDIATE").await,
            #[cfg(feature = "postgres")]
            Self::Postgres(c) => c.batch("BEGIN").await,
            #[cfg(feature = "mysql")]
            Self::Mysql(c) => c.batch("START TRANSACTION").await,
        }
    }

    /// Runs SQL of our own: transaction control, scripts.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), Failure> {
        each!(self, c => c.batch(sql).await)
    }

    /// Reads into a sink.
    pub(crate) async fn read(&mut self, stmt: Stmt, sink: Box<dyn Sink>) -> Result<Box<dyn Sink>, Failure> {
        each!(self, c => c.read(stmt, sink).await)
    }

    /// Runs a unit in a savepoint.
    pub(crate) async fn unit(&mut self, unit: Unit) -> Result<Outcome, Failure> {
        each!(self, c => c.unit(unit).await)
    }

    /// Whether the server has ended the transaction by itself, so that what is run now would not be part of it.
    pub(crate) fn lost(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => false,
            #[cfg(feature = "mysql")]
            Self::Mysql(c) => c.lost(),
        }
    }

    /// A raw query, every value as text.
    pub(crate) async fn texts(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        each!(self, c => c.texts(sql).await)
    }
}

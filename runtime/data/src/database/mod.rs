//! The database of an application, chosen by its URL at run time.
//!
//! A statement takes the fastest path that is safe for it, and never one that the caller chose: inside a transaction
//! of `cx` its connection; else a shared connection or a read in place where the answer is bounded; else the pool,
//! reader threads, or the one writer of SQLite. What waits at the same time may share a statement (reads by key,
//! pages of lists) or a commit (inserts of one row).

mod admin;
mod config;
mod held;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod join;
#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod queue;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

pub use admin::{Admin, Migrations};
pub use config::DatabaseConfig;
pub(crate) use held::Held;

use crate::dialect::Dialect;
use crate::row::Sink;
use crate::scope;
use crate::stmt::Stmt;
use crate::unit::{Outcome, Unit};
use crate::violation::check_binds;
use framewright_core::{Cx, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The database: pools, lanes, writer thread, whatever its backend needs.
pub struct Database {
    dialect: Dialect,
    config: DatabaseConfig,
    backend: Backend,
    statements: AtomicU64,
}

enum Backend {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Postgres),
    #[cfg(feature = "mysql")]
    Mysql(mysql::Mysql),
}

impl Database {
    /// Opens the database that the URL names; one connection at least is made, so that a wrong URL shows here.
    ///
    /// # Errors
    /// When the URL is not one, its database was not built in, or it cannot be reached.
    pub async fn connect(config: &DatabaseConfig) -> Result<Arc<Self>> {
        let dialect = config.dialect()?;
        let backend = match dialect {
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => Backend::Sqlite(sqlite::Sqlite::open(config)?),
            #[cfg(feature = "postgres")]
            Dialect::Postgres => Backend::Postgres(postgres::Postgres::open(config).await?),
            #[cfg(feature = "mysql")]
            Dialect::Mysql => Backend::Mysql(mysql::Mysql::open(config).await?),
            #[allow(unreachable_patterns, reason = "reachable when a dialect is not built in")]
            _ => return Err(config::not_built(dialect)),
        };
        Ok(Arc::new(Self { dialect, config: config.clone(), backend, statements: AtomicU64::new(0) }))
    }

    /// The SQL it speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The limits it was opened with.
    #[must_use]
    pub fn config(&self) -> &DatabaseConfig {
        &self.config
    }

    /// How many statements it has been asked to run since it was opened: for tests that count them. Savepoints,
    /// BEGIN and COMMIT do not count, nor do statements of raw Diesel.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    fn count(&self, statements: usize) {
        self.statements.fetch_add(statements as u64, Ordering::Relaxed);
    }

    /// Until when a statement for `cx` may run.
    pub(crate) fn until(&self, cx: &Cx) -> Instant {
        let limit = Instant::now() + self.config.statement_timeout;
        cx.deadline().map_or(limit, |d| d.min(limit))
    }

    /// Reads rows into a sink, on the path that `cx` (open transaction or not) and the statement allow.
    ///
    /// # Errors
    /// Translated database errors.
    pub async fn read<S: Sink>(&self, cx: &Cx, stmt: Stmt, sink: S) -> Result<S> {
        check_binds(&stmt)?;
        self.count(1);
        if let Some(scope) = scope::open(self, cx, self.reads_wait_for_writer())? {
            return Box::pin(scope.read(stmt, Box::new(sink), self.until(cx))).await?.downcast();
        }
        let until = self.until(cx);
        match &self.backend {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite(db) => db.read(stmt, sink, until).await,
            #[cfg(feature = "postgres")]
            Backend::Postgres(db) => db.read(stmt, sink, until).await,
            #[cfg(feature = "mysql")]
            Backend::Mysql(db) => db.read(stmt, sink, until).await,
        }
    }

    /// Runs a unit as one transaction, or as a savepoint of the transaction that `cx` has open. Once begun, it ends
    /// whatever becomes of the caller.
    ///
    /// # Errors
    /// Translated database errors; then nothing of the unit has happened.
    pub async fn write(&self, cx: &Cx, unit: Unit) -> Result<Outcome> {
        for step in &unit.steps {
            check_binds(&step.stmt)?;
        }
        self.count(unit.steps.len());
        let until = self.until(cx);
        if let Some(scope) = scope::open(self, cx, true)? {
            return Box::pin(scope.write(unit, until)).await;
        }
        match &self.backend {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite(db) => db.write(unit, until).await,
            #[cfg(feature = "postgres")]
            Backend::Postgres(db) => db.write(unit, until).await,
            #[cfg(feature = "mysql")]
            Backend::Mysql(db) => db.write(unit, until).await,
        }
    }

    /// A connection for this caller alone: transactions and administration.
    pub(crate) async fn hold(&self, until: Instant) -> Result<Held> {
        match &self.backend {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite(db) => db.lease(until).await.map(Held::Sqlite),
            #[cfg(feature = "postgres")]
            Backend::Postgres(db) => db.hold(until).await.map(Held::Postgres),
            #[cfg(feature = "mysql")]
            Backend::Mysql(db) => db.hold(until).await.map(Held::Mysql),
        }
    }

    /// A database in memory has one connection: its reads wait for an open transaction as writes do.
    fn reads_wait_for_writer(&self) -> bool {
        match &self.backend {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite(db) => db.in_memory(),
            #[allow(unreachable_patterns, reason = "reachable with a server built in")]
            _ => false,
        }
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

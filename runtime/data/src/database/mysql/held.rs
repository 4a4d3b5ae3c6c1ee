//! A connection of the pool that one piece of work holds. It goes back only when nothing can be open on it.

use super::pool::{Connection, Lent, diesel_failure};
use super::unit::{Parts, steps};
use crate::database::Migrations;
use crate::row::Sink;
use crate::stmt::Stmt;
use crate::unit::{Outcome, Unit};
use crate::violation::{Class, Failure, unavailable};
use diesel::connection::TransactionDepthChange;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AnsiTransactionManager, AsyncMysqlConnection, SimpleAsyncConnection, TransactionManager};

pub(crate) struct Held {
    lent: Lent,
    in_transaction: bool,
    /// has settings or locks of its own, so it never goes back
    retired: bool,
    /// a savepoint was not there any more: the server has ended the transaction (a deadlock, a statement that commits)
    lost: bool,
}

impl Held {
    pub(super) fn new(lent: Lent) -> Self {
        Self { lent, in_transaction: false, retired: false, lost: false }
    }

    pub(crate) fn retire(&mut self) {
        self.retired = true;
        let _ = self.lent.dirty();
    }

    /// Whether the server has ended the transaction by itself.
    pub(crate) fn lost(&self) -> bool {
        self.lost
    }

    fn done(&mut self) {
        if !self.retired {
            self.lent.done();
        }
    }

    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), Failure> {
        self.lent.dirty()?.batch(sql).await?;
        match sql {
            "START TRANSACTION" => self.in_transaction = true,
            "COMMIT" | "ROLLBACK" => {
                self.in_transaction = false;
                self.done();
            }
            _ => {}
        }
        Ok(())
    }

    pub(crate) async fn read(
        &mut self,
        stmt: Stmt,
        mut sink: Box<dyn Sink>,
    ) -> Result<Box<dyn Sink>, Failure> {
        self.lent.dirty()?.read(&stmt, &mut *sink).await.1.map(|()| sink)
    }

    /// Runs a unit in a savepoint of the open transaction.
    pub(crate) async fn unit(&mut self, unit: Unit) -> Result<Outcome, Failure> {
        let c = self.lent.dirty()?;
        c.batch("SAVEPOINT fw_unit").await?;
        let mut parts = Parts::from(unit);
        match steps(c, &mut parts).await {
            Ok(outcome) if outcome.refused.is_none() => {
                self.savepoint("fw_unit", true).await?;
                Ok(outcome)
            }
            Ok(refused) => {
                self.savepoint("fw_unit", false).await?;
                Ok(refused)
            }
            Err((first, _)) => {
                // What went wrong first is what there is to say, whether or not the savepoint is still there.
                let _ = self.savepoint("fw_unit", false).await;
                Err(first)
            }
        }
    }

    /// Ends a savepoint, and notes when it is not there any more.
    async fn savepoint(&mut self, name: &str, keep: bool) -> Result<(), Failure> {
        let c = self.lent.dirty()?;
        let undone = if keep { Ok(()) } else { c.batch(&format!("ROLLBACK TO SAVEPOINT {name}")).await };
        let ended = match undone {
            Ok(()) => c.batch(&format!("RELEASE SAVEPOINT {name}")).await,
            e => e,
        };
        self.lost |= ended.is_err();
        ended
    }

    pub(crate) async fn texts(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        self.lent.dirty()?.texts(sql).await
    }

    /// Runs a closure of raw Diesel, in a savepoint when a transaction is open.
    pub(crate) async fn diesel<T>(
        &mut self,
        run: impl AsyncFnOnce(&mut AsyncMysqlConnection) -> diesel::QueryResult<T>,
    ) -> Result<T, Failure> {
        let c = self.lent.dirty()?.diesel().await?;
        if !self.in_transaction {
            let result = run(c).await.map_err(diesel_failure);
            // A START TRANSACTION that was left behind ends here; one of Diesel's own manager makes the pool drop the
            // connection.
            self.batch("ROLLBACK").await?;
            return result;
        }
        c.batch_execute("SAVEPOINT fw_diesel").await.map_err(diesel_failure)?;
        depth(c, TransactionDepthChange::IncreaseDepth)?;
        let result = run(c).await;
        let status = AnsiTransactionManager::transaction_manager_status_mut(c);
        if !matches!(status.transaction_depth(), Ok(Some(d)) if d.get() == 1) {
            self.lost = true;
            let state = "a closure of raw Diesel left the transaction in another state than it found it";
            return Err(result.err().map_or_else(|| Failure::new(Class::Other, state), diesel_failure));
        }
        depth(c, TransactionDepthChange::DecreaseDepth)?;
        let ended = self.savepoint("fw_diesel", result.is_ok()).await;
        let value = result.map_err(diesel_failure)?;
        ended.map(|()| value)
    }

    /// Runs on the harness of `diesel_migrations`, which is synchronous: on a thread for such things.
    pub(crate) async fn migrations<M: Migrations>(&mut self, run: M) -> Result<M::Out, Failure> {
        let c = self.lent.dirty()?;
        c.diesel().await?;
        let Connection::Diesel(c) = std::mem::replace(c, Connection::Gone) else {
            return Err(Failure::Ours(unavailable()));
        };
        let job = tokio::task::spawn_blocking(move || {
            let mut wrapped: AsyncConnectionWrapper<AsyncMysqlConnection> = (*c).into();
            let out = run.run(&mut wrapped);
            (out, wrapped.into_inner())
        });
        let (out, c) = job.await.map_err(|e| Failure::new(Class::Other, e.to_string()))?;
        *self.lent.dirty()? = Connection::Diesel(Box::new(c));
        Ok(out)
    }
}

/// Tells Diesel's transaction manager of the transaction that it did not begin, so that its own `transaction()` makes
/// savepoints; and takes that back.
fn depth(c: &mut AsyncMysqlConnection, change: TransactionDepthChange) -> Result<(), Failure> {
    let status = AnsiTransactionManager::transaction_manager_status_mut(c);
    status.transaction_state().and_then(|s| s.change_transaction_depth(change)).map_err(diesel_failure)
}

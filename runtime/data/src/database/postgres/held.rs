//! A connection of the pool that one piece of work holds. It goes back only when nothing can be open on it.

use super::pool::{Connection, Pooled, enter, leave};
use crate::database::Migrations;
use crate::row::Sink;
use crate::stmt::Stmt;
use crate::unit::{Outcome, Unit};
use crate::violation::{Class, Failure, unavailable};
use deadpool::managed::Object;
use diesel_async::AsyncPgConnection;

/// The name of a connection while it is lent to raw Diesel, by which the triggers of `ddl/touch.rs` know that a statement
/// is not ours.
const RAW: &str = "framewright raw";

pub(crate) struct Held {
    connection: Option<Pooled>,
    /// nothing is open, and nothing was left half done
    clean: bool,
    in_transaction: bool,
    /// has settings or locks of its own, so it never goes back
    retired: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && (self.retired || !self.clean)
        {
            drop(Object::take(connection)); // closed: the server undoes what was open
        }
    }
}

impl Held {
    pub(super) fn new(connection: Pooled) -> Self {
        Self { connection: Some(connection), clean: true, in_transaction: false, retired: false }
    }

    pub(crate) fn retire(&mut self) {
        self.retired = true;
    }

    /// The connection; from here on it is closed when it is dropped, until something ends well.
    fn dirty(&mut self) -> Result<&mut Connection, Failure> {
        self.clean = false;
        self.connection.as_deref_mut().ok_or_else(|| Failure::Ours(unavailable()))
    }

    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), Failure> {
        self.dirty()?.batch(sql).await?;
        match sql {
            "BEGIN" => self.in_transaction = true,
            "COMMIT" | "ROLLBACK" => {
                self.in_transaction = false;
                self.clean = true;
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
        self.dirty()?.read(&stmt, &mut *sink).await.1.map(|()| sink)
    }

    /// Runs a unit in a savepoint of the open transaction.
    pub(crate) async fn unit(&mut self, unit: Unit) -> Result<Outcome, Failure> {
        let c = self.dirty()?;
        c.batch("SAVEPOINT fw_unit").await?;
        match steps(c, unit).await {
            Ok(outcome) if outcome.refused.is_none() => {
                c.batch("RELEASE SAVEPOINT fw_unit").await?;
                Ok(outcome)
            }
            result => {
                c.batch("ROLLBACK TO SAVEPOINT fw_unit; RELEASE SAVEPOINT fw_unit").await?;
                result
            }
        }
    }

    pub(crate) async fn texts(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        self.dirty()?.texts(sql).await
    }

    /// Runs a closure of raw Diesel, in a savepoint when a transaction is open.
    pub(crate) async fn diesel<T>(
        &mut self,
        run: impl AsyncFnOnce(&mut AsyncPgConnection) -> diesel::QueryResult<T>,
    ) -> Result<T, Failure> {
        let in_transaction = self.in_transaction;
        let c = self.dirty()?.diesel().await?;
        let batch = diesel_async::SimpleAsyncConnection::batch_execute;
        if !in_transaction {
            batch(c, &format!("SET application_name = '{RAW}'"))
                .await
                .map_err(super::pool::diesel_failure)?;
            let result = run(c).await.map_err(super::pool::diesel_failure);
            // A BEGIN that was left behind ends here; one of Diesel's own manager makes the pool drop the connection.
            self.batch("ROLLBACK; RESET application_name").await?;
            self.clean = true;
            return result;
        }
        let begin = format!("SAVEPOINT fw_diesel; SET LOCAL application_name = '{RAW}'");
        batch(c, &begin).await.map_err(super::pool::diesel_failure)?;
        enter(c)?;
        let result = run(c).await;
        leave(c)?;
        let end = if result.is_ok() {
            "SET LOCAL application_name TO DEFAULT; RELEASE SAVEPOINT fw_diesel"
        } else {
            "ROLLBACK TO SAVEPOINT fw_diesel; RELEASE SAVEPOINT fw_diesel"
        };
        batch(c, end).await.map_err(super::pool::diesel_failure)?;
        result.map_err(super::pool::diesel_failure)
    }

    /// Runs on the harness of `diesel_migrations`, which is synchronous: on a thread for such things.
    pub(crate) async fn migrations<M: Migrations>(&mut self, run: M) -> Result<M::Out, Failure> {
        let c = self.dirty()?;
        c.diesel().await?;
        let Connection::Diesel(c) = std::mem::replace(c, Connection::Gone) else {
            return Err(Failure::Ours(unavailable()));
        };
        let job = tokio::task::spawn_blocking(move || {
            let mut wrapped: diesel_async::async_connection_wrapper::AsyncConnectionWrapper<
                AsyncPgConnection,
            > = (*c).into();
            let out = run.run(&mut wrapped);
            (out, wrapped.into_inner())
        });
        let (out, c) = job.await.map_err(|e| Failure::new(Class::Other, e.to_string()))?;
        *self.dirty()? = Connection::Diesel(Box::new(c));
        Ok(out)
    }
}

async fn steps(c: &mut Connection, unit: Unit) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::with_capacity(unit.steps.len());
    for mut step in unit.steps {
        let affected = c.step(&step.stmt, step.rows.as_deref_mut()).await?;
        if !outcome.note(affected, step.rows, step.at_least) {
            break;
        }
    }
    Ok(outcome)
}

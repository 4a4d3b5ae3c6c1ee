//! The one thread that writes to a SQLite file. It takes what waits (at most 64 units), runs them in one transaction
//! with a savepoint each, and answers after the COMMIT: one fsync for all. Transactions of user code lease the
//! connection until they end.

use super::exec::{self, failure};
use super::functions::within;
use super::reader::Read;
use crate::unit::{Outcome, Unit};
use crate::violation::{Class, Failure};
use crossbeam_channel::Receiver;
use diesel::connection::{Connection, SimpleConnection, TransactionDepthChange, TransactionManager};
use diesel::sqlite::SqliteConnection;
use framewright_core::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Units that share a transaction at most.
const GROUP: usize = 64;

/// Who has a queued piece of work: nobody yet, the writer, or nobody any more because its owner would not wait.
#[derive(Debug, Clone, Default)]
pub(super) struct Claim(Arc<AtomicU8>);

impl Claim {
    fn take(&self, by: u8) -> bool {
        self.0.compare_exchange(0, by, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
    /// The owner gives up; `false` when the writer has begun.
    pub(super) fn give_up(&self) -> bool {
        self.take(2)
    }
}

pub(super) struct Queued {
    pub(super) unit: Unit,
    pub(super) claim: Claim,
    /// when its owner stops to wait
    pub(super) until: Instant,
    pub(super) reply: oneshot::Sender<Result<Outcome, Failure>>,
}

pub(super) enum Command {
    /// a unit, to be run in a group
    Unit(Queued),
    /// the connection itself, for as long as the lease lives
    Lease(Claim, oneshot::Sender<Lease>),
    /// a read of a database in memory, which has only this connection
    Read(Read),
}

type Job = Box<dyn FnOnce(&mut SqliteConnection) + Send>;

/// The writer's connection, leased: jobs run on its thread, and when the lease is dropped an open transaction is undone.
pub(crate) struct Lease {
    jobs: mpsc::Sender<Job>,
    limit: Duration,
}

impl Lease {
    /// Until when a statement that begins now may run.
    pub(super) fn until(&self) -> Instant {
        Instant::now() + self.limit
    }

    /// Runs a job on the connection. A panic of the job goes on in the caller.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut SqliteConnection) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let (tx, rx) = oneshot::channel();
        let job: Job = Box::new(move |c| {
            let _ = tx.send(catch_unwind(AssertUnwindSafe(|| job(c))));
        });
        let gone = || Failure::new(Class::Lost, "the writer of SQLite is gone");
        self.jobs.send(job).map_err(|_| gone())?;
        match rx.await.map_err(|_| gone())? {
            Ok(value) => Ok(value),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

pub(super) fn run(mut c: SqliteConnection, commands: &Receiver<Command>, limit: Duration) {
    let mut next = None;
    while let Some(command) = next.take().or_else(|| commands.recv().ok()) {
        match command {
            Command::Unit(first) => {
                let mut group = vec![first];
                while group.len() < GROUP {
                    match commands.try_recv() {
                        Ok(Command::Unit(more)) => group.push(more),
                        Ok(other) => {
                            next = Some(other);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                group.retain(|q| q.claim.take(1));
                commit_group(&mut c, group);
            }
            Command::Lease(claim, grant) => {
                let (jobs, todo) = mpsc::channel::<Job>();
                if claim.take(1) && grant.send(Lease { jobs, limit }).is_ok() {
                    todo.into_iter().for_each(|job| job(&mut c));
                    clean(&mut c);
                }
            }
            Command::Read(read) => read.run(&mut c),
        }
    }
}

/// After a lease: nothing stays open, whatever became of its owner.
fn clean(c: &mut SqliteConnection) {
    // Diesel's own count of open transactions may be what a panic left: it is brought down with the real one.
    while let Ok(Some(_)) = depth(c) {
        if <SqliteConnection as Connection>::TransactionManager::rollback_transaction(c).is_err() {
            break;
        }
    }
    let _ = c.batch_execute("ROLLBACK"); // an error says that none was open
}

fn depth(c: &mut SqliteConnection) -> diesel::QueryResult<Option<std::num::NonZeroU32>> {
    let status = <SqliteConnection as Connection>::TransactionManager::transaction_manager_status_mut(c);
    status.transaction_depth()
}

fn commit_group(c: &mut SqliteConnection, group: Vec<Queued>) {
    if group.is_empty() {
        return;
    }
    if let Err(e) = c.batch_execute("BEGIN IMMEDIATE") {
        return fail_all(group.into_iter().map(|q| q.reply), &failure(e));
    }
    let alone = group.len() == 1;
    let (mut done, mut rest) = (Vec::with_capacity(group.len()), group.into_iter());
    for Queued { unit, reply, until, .. } in rest.by_ref() {
        match within(until, || in_savepoint(c, unit, alone)) {
            Ok(result) => done.push((reply, result)),
            Err(broken) => {
                // The transaction itself is gone (a full disk, say): with it everything that it held.
                let _ = c.batch_execute("ROLLBACK");
                fail_all(
                    std::iter::once(reply)
                        .chain(done.into_iter().map(|(r, _)| r))
                        .chain(rest.map(|q| q.reply)),
                    &broken,
                );
                return;
            }
        }
    }
    let kept = done.iter().any(|(_, r)| r.as_ref().is_ok_and(|o| o.refused.is_none()));
    let ended = match kept {
        true => c.batch_execute("COMMIT"),
        false => {
            let _ = c.batch_execute("ROLLBACK"); // an error says that SQLite has done it by itself
            Ok(())
        }
    };
    match ended {
        Ok(()) => done.into_iter().for_each(|(reply, result)| drop(reply.send(result))),
        Err(e) => {
            let _ = c.batch_execute("ROLLBACK");
            fail_all(done.into_iter().map(|(r, _)| r), &failure(e));
        }
    }
}

/// Runs a unit so that it can be undone alone. The outer error means that the whole transaction is broken.
pub(super) fn in_savepoint(
    c: &mut SqliteConnection,
    unit: Unit,
    alone: bool,
) -> Result<Result<Outcome, Failure>, Failure> {
    if !alone {
        c.batch_execute("SAVEPOINT fw_unit").map_err(failure)?;
    }
    let result = catch_unwind(AssertUnwindSafe(|| exec::steps(c, unit)))
        .unwrap_or_else(|_| Err(Error::internal("a sink panicked").into()));
    let keep = result.as_ref().is_ok_and(|o| o.refused.is_none());
    match (alone, keep) {
        (true, _) => {} // one unit: the transaction is its savepoint
        (false, true) => c.batch_execute("RELEASE fw_unit").map_err(failure)?,
        (false, false) => {
            if let Err(e) = c.batch_execute("ROLLBACK TO fw_unit; RELEASE fw_unit") {
                // SQLite has undone everything by itself; why says what the unit met, not what came of it.
                return Err(result.err().unwrap_or_else(|| failure(e)));
            }
        }
    }
    Ok(result)
}

/// Runs a closure of raw Diesel. Inside an open transaction Diesel is told of it, so that its own `transaction()`
/// makes savepoints, and all that the closure did is undone when it fails.
pub(super) fn raw<T>(
    c: &mut SqliteConnection,
    run: impl FnOnce(&mut SqliteConnection) -> diesel::QueryResult<T>,
) -> Result<T, Failure> {
    // Outside a transaction a savepoint is one of its own.
    c.batch_execute("SAVEPOINT fw_diesel").map_err(failure)?;
    enter(c, TransactionDepthChange::IncreaseDepth)?;
    let result = catch_unwind(AssertUnwindSafe(|| run(c)));
    let same = matches!(depth(c), Ok(Some(d)) if d.get() == 1);
    if same {
        enter(c, TransactionDepthChange::DecreaseDepth)?;
    }
    let keep = same && matches!(result, Ok(Ok(_)));
    c.batch_execute(if keep { "RELEASE fw_diesel" } else { "ROLLBACK TO fw_diesel; RELEASE fw_diesel" })
        .map_err(failure)?;
    match result {
        Ok(_) if !same => Err(Failure::new(
            Class::Other,
            "a closure of raw Diesel left the transaction in another state than it found it",
        )),
        Ok(result) => result.map_err(failure),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn enter(c: &mut SqliteConnection, change: TransactionDepthChange) -> Result<(), Failure> {
    let status = <SqliteConnection as Connection>::TransactionManager::transaction_manager_status_mut(c);
    status.transaction_state().and_then(|s| s.change_transaction_depth(change)).map_err(failure)
}

fn fail_all(replies: impl Iterator<Item = oneshot::Sender<Result<Outcome, Failure>>>, why: &Failure) {
    let message = match why {
        Failure::Database(t) => t.message.clone(),
        Failure::Ours(e) => e.to_string(),
    };
    for reply in replies {
        let _ = reply.send(Err(Failure::new(why.class(), message.clone())));
    }
}

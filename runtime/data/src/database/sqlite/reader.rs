//! Threads for reads of SQLite that may take long: one bounded queue for all, so that one slow query holds up one thread
//! and not those who queue behind it.

use super::exec;
use super::functions::within;
use crate::row::Sink;
use crate::stmt::Stmt;
use crate::violation::Failure;
use crossbeam_channel::Receiver;
use diesel::sqlite::SqliteConnection;
use framewright_core::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::oneshot;

/// A read that travels to another thread, and the sink back.
pub(super) struct Read {
    pub(super) stmt: Stmt,
    pub(super) sink: Box<dyn Sink>,
    /// when nobody waits for it any more
    pub(super) until: Instant,
    pub(super) reply: oneshot::Sender<Result<Box<dyn Sink>, Failure>>,
}

impl Read {
    pub(super) fn run(self, c: &mut SqliteConnection) {
        let Self { mut stmt, mut sink, until, reply } = self;
        if reply.is_closed() {
            return; // nobody waits any more
        }
        stmt.text = Arc::clone(stmt.text.guarded());
        let read = || within(until, || exec::read(c, &stmt, &mut *sink).1);
        let result = catch_unwind(AssertUnwindSafe(read));
        let result = result.unwrap_or_else(|_| Err(Error::internal("a sink panicked").into()));
        let _ = reply.send(result.map(|()| sink));
    }
}

pub(super) fn run(mut c: SqliteConnection, reads: &Receiver<Read>) {
    for read in reads {
        read.run(&mut c);
    }
}

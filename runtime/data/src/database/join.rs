//! Reads by key that arrive while others are under way leave together as one statement: only those with the same text
//! and the same other binds, so that what one may see decides for none of the others. With few in flight each goes
//! alone, which answers sooner.

use super::queue::{Queue, Works};
use crate::load::Key;
use crate::row::{Row, Sink};
use crate::stmt::{Point, Stmt};
use crate::violation::{Class, Failure, unavailable};
use framewright_core::{Error, Result, Value};
use futures_util::{StreamExt, stream::FuturesUnordered};
use std::collections::HashMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::oneshot;

/// Reads of a kind in flight from which on they are joined.
const ALONE: usize = 8;
/// Reads that one statement answers at most.
const JOINED: usize = 64;

/// Counts something for as long as it lives, also when the client hangs up.
pub(super) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    pub(super) fn one(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether a read is better joined with others of its kind, when so many are in flight.
pub(super) fn pays(in_flight: &AtomicUsize) -> bool {
    in_flight.load(Ordering::Relaxed) > ALONE
}

/// The place of the key, if the statement is a read by key that may be joined.
pub(super) fn point(stmt: &Stmt) -> Option<Point> {
    let point = stmt.text.point.filter(|_| stmt.text.cached)?;
    stmt.binds.get(point.bind).filter(|key| !key.value.is_null()).map(|_| point)
}

/// A read by key that waits to be joined with others.
pub(super) struct Waiting {
    stmt: Stmt,
    sink: Box<dyn Sink>,
    reply: oneshot::Sender<Result<Box<dyn Sink>, Failure>>,
}

impl Waiting {
    /// Whether one statement can answer both: only the key may differ.
    fn joins(&self, other: &Self) -> bool {
        let same_text =
            Arc::ptr_eq(&self.stmt.text, &other.stmt.text) || self.stmt.text.sql() == other.stmt.text.sql();
        let key = self.stmt.text.point.map(|p| p.bind);
        let mut binds = self.stmt.binds.iter().zip(&other.stmt.binds).enumerate();
        same_text
            && self.stmt.text.point == other.stmt.text.point
            && self.stmt.binds.len() == other.stmt.binds.len()
            && binds.all(|(i, (a, b))| Some(i) == key || a == b)
    }
}

/// Reads that one statement answers: a sink that hands each row to those who asked for its key.
pub(super) struct Group {
    /// one of them: all are alike but for the key
    pub(super) first: Stmt,
    /// the place of the key
    pub(super) point: Point,
    waiting: HashMap<Key, Vec<Waiting>>,
}

impl Group {
    fn of(all: Vec<Waiting>) -> Option<Self> {
        let first = all.first()?.stmt.clone();
        let point = first.text.point?;
        let mut waiting: HashMap<Key, Vec<Waiting>> = HashMap::with_capacity(all.len());
        for w in all {
            match w.stmt.binds.get(point.bind).and_then(|b| Key::of(&b.value)) {
                Some(key) => waiting.entry(key).or_default().push(w),
                None => drop(w.reply.send(Err(Failure::new(Class::Other, "this is no key")))),
            }
        }
        Some(Self { first, point, waiting })
    }

    /// The keys that have no row yet.
    pub(super) fn keys(&self) -> Vec<Value> {
        let asked = self.waiting.values().filter_map(|w| w.first()?.stmt.binds.get(self.point.bind));
        asked.map(|bind| bind.value.clone()).collect()
    }

    /// Ends the reads that are left: without an error their records are not there, and the sinks go back untouched.
    fn end(self, failed: Option<Failure>) {
        for w in self.waiting.into_values().flatten() {
            let reply = match &failed {
                None => Ok(w.sink),
                Some(Failure::Database(t)) => {
                    Err(Failure::new(t.class.unwrap_or(Class::Other), t.message.clone()))
                }
                Some(Failure::Ours(_)) => Err(Failure::Ours(unavailable())),
            };
            let _ = w.reply.send(reply);
        }
    }
}

impl Sink for Group {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let kind = self.first.binds.get(self.point.bind).map(|b| b.kind);
        let kind = kind.ok_or_else(|| Error::internal("a read by key without the key"))?;
        let key = Key::of(&row.get(self.point.column, kind)?.to_value());
        for mut w in key.and_then(|key| self.waiting.remove(&key)).into_iter().flatten() {
            // A sink that panics harms its own read and no other.
            let taken = catch_unwind(AssertUnwindSafe(|| w.sink.row(row)));
            let taken = taken.unwrap_or_else(|_| Err(Error::internal("a sink panicked")));
            let _ = w.reply.send(taken.map(|()| w.sink).map_err(Failure::from));
        }
        Ok(())
    }
}

/// What runs the statement of a group.
pub(super) trait Joins: Send + Sync + 'static {
    /// Hands the rows of all keys to the group. A failure ends those that have no row by then.
    fn run(&self, group: &mut Group) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Joins the reads of a queue.
pub(super) struct Joining<J>(Arc<J>);

impl<J: Joins> Works for Joining<J> {
    type Item = Waiting;
    const MOST: usize = JOINED;

    async fn work(&self, all: Vec<Waiting>) {
        let mut alike: Vec<Vec<Waiting>> = Vec::new();
        for w in all.into_iter().filter(|w| !w.reply.is_closed()) {
            match alike.iter_mut().find(|g| g.first().is_some_and(|f| f.joins(&w))) {
                Some(group) => group.push(w),
                None => alike.push(vec![w]),
            }
        }
        let run = async |mut group: Group| {
            let failed = self.0.run(&mut group).await.err();
            group.end(failed);
        };
        let mut running: FuturesUnordered<_> = alike.into_iter().filter_map(Group::of).map(run).collect();
        while running.next().await.is_some() {}
    }
}

/// A queue of reads that wait to be joined.
pub(super) struct Joiner<J: Joins>(Queue<Joining<J>>);

impl<J: Joins> Joiner<J> {
    pub(super) fn new(by: Arc<J>) -> Self {
        Self(Queue::new(Arc::new(Joining(by))))
    }

    pub(super) fn by(&self) -> &Arc<J> {
        &self.0.by().0
    }

    pub(super) async fn read<S: Sink>(&self, stmt: Stmt, sink: S) -> Result<S, Failure> {
        let (reply, answer) = oneshot::channel();
        self.0.put(Waiting { stmt, sink: Box::new(sink), reply });
        Ok(answer.await.map_err(|_| Failure::Ours(unavailable()))??.downcast()?)
    }
}

//! An open transaction: its connection, its place among those around it, and its end.

use super::first::First;
use super::hooks::Hooks;
use crate::database::{Database, Held};
use crate::row::Sink;
use crate::stmt::Stmt;
use crate::unit::{Outcome, Unit};
use crate::violation::{Class, Failure, busy, slow, unavailable};
use framewright_core::{Cx, Error, Result};
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

tokio::task_local! {
    /// The innermost transaction whose closure this task is in.
    static INNERMOST: Arc<Scope>;
}

/// Runs a closure's future as the inside of a transaction.
pub(super) fn within<F: Future>(scope: Arc<Scope>, run: F) -> impl Future<Output = F::Output> {
    INNERMOST.scope(scope, run)
}

/// What all levels of one transaction share.
struct Root {
    /// gone once the transaction is over
    held: Turn<Option<Held>>,
    /// a statement failed outside a savepoint, or a level was dropped: this can only be undone
    broken: AtomicBool,
    /// what broke it, if the database did: what every later statement and the commit answer with
    first: First,
    /// a deadlock or a serialization failure: the same transaction may work when it is run again
    again: AtomicBool,
}

/// One level of a transaction: the outermost, or a savepoint.
pub(crate) struct Scope {
    database: usize,
    root: Arc<Root>,
    /// held by an inner level for its whole life, and by each statement of this level
    turn: Arc<Turn<()>>,
    outer: Option<(Arc<Scope>, Mutex<Option<OwnedMutexGuard<()>>>)>,
    depth: usize,
    hooks: Mutex<Hooks>,
    over: AtomicBool,
    wait: std::time::Duration,
}

fn identity(database: &Database) -> usize {
    std::ptr::from_ref(database).addr()
}

/// The transaction that `cx` carries, whatever its state.
pub(super) fn of(cx: &Cx) -> Option<Arc<Scope>> {
    cx.scope().and_then(|s| s.clone().downcast::<Scope>().ok())
}

/// The open transaction that a statement of `cx` belongs to. `exclusive`: outside one, it would wait for the
/// connection that an open one has.
///
/// # Errors
/// When `cx` is that of an outer level, used inside an inner one, or of a transaction that is over.
pub(crate) fn open(database: &Database, cx: &Cx, exclusive: bool) -> Result<Option<Arc<Scope>>> {
    let own = of(cx).filter(|s| s.database == identity(database));
    if own.is_none() && cx.scope().is_none() && !exclusive {
        return Ok(None);
    }
    let innermost =
        INNERMOST.try_with(Arc::clone).ok().filter(|s| s.database == identity(database) && s.is_open());
    match (own, innermost) {
        (Some(own), _) if !own.is_open() => {
            Err(Error::internal("a context was used after its transaction had ended")
                .hint("do not keep the `cx` of a transaction's closure"))
        }
        (Some(own), Some(inner)) if !Arc::ptr_eq(&own, &inner) && inner.has_outer(&own) => Err(misplaced()),
        (None, Some(_)) if exclusive => Err(misplaced()),
        (own, _) => Ok(own),
    }
}

fn misplaced() -> Error {
    Error::internal("the context from outside a transaction was used inside its closure")
        .hint("use the `cx` that the closure of `cx.transaction(async |cx| …)` is given")
}

impl Scope {
    /// Begins a transaction, or a savepoint in the one that `cx` carries.
    pub(super) async fn begin(database: &Arc<Database>, cx: &Cx) -> Result<Arc<Self>> {
        let outer = open(database, cx, true)?;
        let wait = database.config().acquire_timeout;
        let new = |root, depth, outer| Self {
            database: identity(database),
            root,
            turn: Arc::default(),
            outer,
            depth,
            hooks: Mutex::default(),
            over: AtomicBool::new(false),
            wait,
        };
        let Some(outer) = outer else {
            // The pool has its own limit of waiting, which says that it is busy.
            let until = database.until(cx);
            let mut held = database.hold(until).await?;
            held.begin().await.map_err(Failure::into_error)?;
            let root = Root {
                held: Turn::new(Some(held)),
                broken: AtomicBool::new(false),
                first: First::default(),
                again: AtomicBool::new(false),
            };
            return Ok(Arc::new(new(Arc::new(root), 0, None)));
        };
        let turn = tokio::time::timeout(wait, outer.turn.clone().lock_owned()).await.map_err(|_| busy())?;
        outer.whole()?;
        let inner = new(outer.root.clone(), outer.depth + 1, Some((outer, Mutex::new(Some(turn)))));
        inner.batch(&format!("SAVEPOINT fw_{}", inner.depth)).await.map_err(Failure::into_error)?;
        Ok(Arc::new(inner))
    }

    pub(super) fn is_open(&self) -> bool {
        !self.over.load(Ordering::Acquire)
    }

    pub(super) fn hooks<R>(&self, change: impl FnOnce(&mut Hooks) -> R) -> R {
        change(&mut self.hooks.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn has_outer(&self, other: &Arc<Self>) -> bool {
        self.outer.as_ref().is_some_and(|(outer, _)| Arc::ptr_eq(outer, other) || outer.has_outer(other))
    }

    /// Something happened after which the transaction cannot be committed.
    fn spoil(&self) {
        self.root.broken.store(true, Ordering::Release);
    }

    /// A statement failed after which the transaction cannot be committed.
    fn fail(&self, e: &Error) {
        self.root.first.note(e);
        self.spoil();
    }

    fn broken(&self) -> bool {
        self.root.broken.load(Ordering::Acquire)
    }

    /// Whether the transaction can still be committed; else what has broken it.
    fn whole(&self) -> Result<()> {
        if self.broken() { Err(self.root.first.again()) } else { Ok(()) }
    }

    /// Whether it failed for a reason for which it may work when it is run again.
    pub(super) fn again(&self) -> bool {
        self.root.again.load(Ordering::Acquire)
    }

    async fn batch(&self, sql: &str) -> Result<(), Failure> {
        let mut held = self.root.held.lock().await;
        match held.as_mut() {
            Some(held) => held.batch(sql).await,
            None => Err(Failure::Ours(unavailable())),
        }
    }

    /// Runs on the connection, when no inner level is open. What is cut short spoils the transaction.
    pub(super) async fn run<T>(
        &self,
        until: Instant,
        run: impl AsyncFnOnce(&mut Held) -> Result<T, Failure>,
    ) -> Result<T> {
        let until = until.min(Instant::now() + std::time::Duration::from_secs(86_400));
        let wait = tokio::time::Instant::from_std(until.min(Instant::now() + self.wait));
        let _turn = tokio::time::timeout_at(wait, self.turn.lock()).await.map_err(|_| busy())?;
        let mut held = self.root.held.lock().await;
        self.whole()?;
        let held = held.as_mut().ok_or_else(unavailable)?;
        let cut = Cut(self, true);
        let result = tokio::time::timeout_at(until.into(), run(held)).await.map_err(|_| {
            let e = slow();
            self.fail(&e);
            e
        })?;
        cut.done();
        result.map_err(|f| {
            // The victim of a deadlock has lost its whole transaction on MySQL, and what ran now would stay whatever
            // becomes of the rest; on the others it shall be no different.
            let again = f.class() == Class::Again;
            let e = f.into_error();
            if again {
                self.root.again.store(true, Ordering::Release);
            }
            if again || held.lost() {
                self.fail(&e);
            }
            e
        })
    }

    pub(crate) async fn read(
        &self,
        stmt: Stmt,
        sink: Box<dyn Sink>,
        until: Instant,
    ) -> Result<Box<dyn Sink>> {
        let result = self.run(until, async |held| held.read(stmt, sink).await).await;
        // On PostgreSQL a failed statement has ended the transaction; on the others it shall be no different.
        result.inspect_err(|e| self.fail(e))
    }

    pub(crate) async fn write(&self, unit: Unit, until: Instant) -> Result<Outcome> {
        self.run(until, async |held| held.unit(unit).await).await
    }

    /// Ends this level well: RELEASE into the outer one, or COMMIT and the hooks.
    pub(super) async fn commit(self: Arc<Self>, cx: Cx) -> Result<()> {
        self.over.store(true, Ordering::Release);
        if let Err(e) = self.whole() {
            self.end(cx, false).await?;
            return Err(e);
        }
        self.end(cx, true).await
    }

    /// Ends this level by undoing it.
    pub(super) async fn undo(self: Arc<Self>, cx: Cx) -> Result<()> {
        self.over.store(true, Ordering::Release);
        self.end(cx, false).await
    }

    async fn end(self: Arc<Self>, cx: Cx, keep: bool) -> Result<()> {
        let hooks = self.hooks(std::mem::take);
        if let Some((outer, turn)) = &self.outer {
            let name = self.depth;
            let sql = if keep {
                format!("RELEASE SAVEPOINT fw_{name}")
            } else {
                format!("ROLLBACK TO SAVEPOINT fw_{name}; RELEASE SAVEPOINT fw_{name}")
            };
            // Where the whole can only be undone, its savepoints may be gone, and nothing depends on them.
            let broken = self.broken();
            let result = match sql.split_once("; ") {
                _ if broken => Ok(()),
                Some((undo, release)) => match self.batch(undo).await {
                    Ok(()) => self.batch(release).await,
                    e => e,
                },
                None => self.batch(&sql).await,
            };
            let result = result.map_err(Failure::into_error).inspect_err(|e| self.fail(e));
            let undone = !keep && result.is_ok() && !broken;
            let hooks = if undone {
                Some(hooks)
            } else {
                outer.hooks(|h| h.absorb(hooks));
                None
            };
            // Before the hooks, which may use the outer level.
            drop(turn.lock().unwrap_or_else(PoisonError::into_inner).take());
            if let Some(hooks) = hooks {
                hooks.run(false, cx).await;
            }
            return result;
        }
        // The end of the whole runs to its own end, whoever still listens.
        let end = tokio::spawn(async move {
            let result = match self.root.held.lock().await.take() {
                Some(mut held) => held.batch(if keep { "COMMIT" } else { "ROLLBACK" }).await,
                None => Err(Failure::Ours(unavailable())),
            };
            hooks.run(keep && result.is_ok(), cx).await;
            // Undone is undone: a connection that was lost meanwhile changes nothing.
            if keep { result.map_err(Failure::into_error) } else { Ok(()) }
        });
        end.await.map_err(Error::internal)?
    }

    /// The closure's future was dropped before its end.
    fn abandon(self: Arc<Self>) {
        self.over.store(true, Ordering::Release);
        self.spoil();
        if let Some((_, turn)) = &self.outer {
            drop(turn.lock().unwrap_or_else(PoisonError::into_inner).take());
        } else if let Ok(mut held) = self.root.held.try_lock() {
            held.take(); // its own drop undoes what is open
        } else if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { drop(self.root.held.lock().await.take()) });
        }
    }
}

/// Spoils a transaction when a statement is cut short, by a timeout or because its caller went away.
struct Cut<'a>(&'a Scope, bool);

impl Cut<'_> {
    fn done(mut self) {
        self.1 = false;
    }
}

impl Drop for Cut<'_> {
    fn drop(&mut self) {
        if self.1 {
            self.0.spoil();
        }
    }
}

/// Undoes a transaction whose closure is dropped.
pub(super) struct Guard(pub(super) Option<Arc<Scope>>);

impl Guard {
    /// Ends the transaction in order; until the end has begun, dropping still undoes.
    pub(super) async fn end<T>(mut self, end: impl Future<Output = T>) -> T {
        let inner = self.0.as_ref().is_some_and(|s| s.outer.is_some());
        if !inner {
            self.0 = None; // its end runs in a task of its own from the first poll on
        }
        let result = end.await;
        self.0 = None;
        result
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(scope) = self.0.take() {
            scope.abandon();
        }
    }
}

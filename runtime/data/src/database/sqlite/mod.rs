//! SQLite: bounded reads in place on the worker, other reads on threads, all writes on one thread.

mod exec;
mod functions;
mod reader;
mod row;
mod writer;

use super::DatabaseConfig;
use crate::row::Sink;
use crate::stmt::{Stmt, Text};
use crate::unit::{Outcome, Unit};
use crate::violation::{Failure, busy, slow, unavailable};
use crossbeam_channel::{Sender, TrySendError};
use diesel::sqlite::SqliteConnection;
use framewright_core::{Error, Kind, Result, Value};
use functions::within;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

pub(crate) use writer::Lease;
use writer::{Claim, Command, Queued};

/// Commands and reads that may wait; more are refused at once.
const QUEUE: usize = 1024;
/// Plans that are remembered.
const PLANS: usize = 4096;
/// A read in place that takes longer is slow.
const IN_PLACE: Duration = Duration::from_millis(5);
/// A statement goes to the threads for good when more than one of sixteen reads is slow: its plan promised more than
/// it holds. One slow read says nothing, because a busy machine takes the processor away from anybody.
const STRIKE: u16 = 16;
const STRIKES: u16 = 8 * STRIKE;
/// Connections that a worker keeps; an application has one database, a test program many.
const PER_WORKER: usize = 4;

thread_local! {
    static HERE: RefCell<Vec<(u64, SqliteConnection)>> = const { RefCell::new(Vec::new()) };
}

pub(crate) struct Sqlite {
    id: u64,
    config: DatabaseConfig,
    /// the file, or `None` for a database in memory
    pub(super) path: Option<PathBuf>,
    read_url: String,
    plans: RwLock<HashMap<Arc<str>, bool>>,
    commands: Sender<Command>,
    reads: Sender<reader::Read>,
}

impl Sqlite {
    pub(super) fn open(config: &DatabaseConfig) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = path_of(&config.url);
        let (read_url, write_url) = match &path {
            Some(path) => {
                if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder).map_err(|e| unavailable().caused_by(e))?;
                }
                let file = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
                (format!("file:{file}?mode=ro"), format!("file:{file}?mode=rwc"))
            }
            None => (String::new(), ":memory:".to_owned()),
        };
        let wait = config.sqlite_busy_timeout.as_millis();
        let (commands, queue) = crossbeam_channel::bounded(QUEUE);
        let writer = exec::open(&write_url, config, true, wait).map_err(Failure::into_error)?;
        let limit = config.statement_timeout;
        thread("fw-sqlite-writer", move || writer::run(writer, &queue, limit))?;
        let (reads, queue) = crossbeam_channel::bounded(QUEUE);
        if path.is_some() {
            for _ in 0..config.sqlite_readers.max(1) {
                let (queue, c) =
                    (queue.clone(), exec::open(&read_url, config, false, wait).map_err(Failure::into_error)?);
                thread("fw-sqlite-reader", move || reader::run(c, &queue))?;
            }
        }
        Ok(Self { id, config: config.clone(), path, read_url, plans: RwLock::default(), commands, reads })
    }

    pub(super) fn in_memory(&self) -> bool {
        self.path.is_none()
    }

    pub(super) async fn read<S: Sink>(&self, stmt: Stmt, mut sink: S, until: Instant) -> Result<S> {
        if self.path.is_some() && stmt.text.cached && stmt.text.bounded && self.in_place(&stmt, &mut sink)? {
            return Ok(sink);
        }
        let (reply, answer) = oneshot::channel();
        let read = reader::Read { stmt, sink: Box::new(sink), until, reply };
        let sent = match self.path {
            Some(_) => self.reads.try_send(read).map_err(|e| matches!(e, TrySendError::Full(_))),
            None => {
                self.commands.try_send(Command::Read(read)).map_err(|e| matches!(e, TrySendError::Full(_)))
            }
        };
        sent.map_err(|full| if full { busy() } else { unavailable() })?;
        let answer = tokio::time::timeout_at(until.into(), answer).await.map_err(|_| slow())?;
        answer.map_err(|_| unavailable())?.map_err(Failure::into_error)?.downcast()
    }

    /// Reads on this worker, if the plan is bounded. `false`: it has to be done on a thread, and the sink is untouched.
    fn in_place(&self, stmt: &Stmt, sink: &mut dyn Sink) -> Result<bool> {
        HERE.with_borrow_mut(|all| {
            let at = match all.iter().position(|(id, _)| *id == self.id) {
                Some(at) => at,
                None => {
                    let Ok(c) = exec::open(&self.read_url, &self.config, false, 0) else { return Ok(false) };
                    if all.len() >= PER_WORKER {
                        all.remove(0);
                    }
                    all.push((self.id, c));
                    all.len() - 1
                }
            };
            let Some((_, c)) = all.get_mut(at) else { return Ok(false) };
            if !self.bounded(c, stmt) {
                return Ok(false);
            }
            let begun = Instant::now();
            let (rows, result) = exec::read(c, stmt, sink);
            self.judge(&stmt.text, begun.elapsed());
            match result {
                Ok(()) => Ok(true),
                // A lock, above all: waited for where it holds nobody up.
                Err(Failure::Database(_)) if rows == 0 => Ok(false),
                Err(e) => Err(e.into_error()),
            }
        })
    }

    /// Whether every step of the plan is a search by index, or the first rows of an index with nothing filtered out.
    fn bounded(&self, c: &mut SqliteConnection, stmt: &Stmt) -> bool {
        match stmt.text.plan.load(Ordering::Relaxed) {
            1 => return true,
            2 => return false,
            _ => {}
        }
        let known = self.plans.read().unwrap_or_else(PoisonError::into_inner).get(stmt.text.sql()).copied();
        let bounded = known.unwrap_or_else(|| {
            let bounded = explain(c, stmt).unwrap_or(false);
            if !bounded {
                tracing::debug!(sql = %stmt.text.sql(), "this read has no bounded plan: is an index missing?");
            }
            self.remember(&stmt.text, bounded);
            bounded
        });
        stmt.text.plan.store(if bounded { 1 } else { 2 }, Ordering::Relaxed);
        bounded
    }

    fn remember(&self, text: &Text, bounded: bool) {
        let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        if plans.len() < PLANS {
            plans.insert(text.sql().clone(), bounded);
        }
    }

    /// Counts slow reads against quick ones. A lost count between threads does no harm.
    fn judge(&self, text: &Text, took: Duration) {
        let strikes = text.strikes.load(Ordering::Relaxed);
        if took > IN_PLACE {
            text.strikes.store(strikes.saturating_add(STRIKE), Ordering::Relaxed);
            if strikes >= STRIKES {
                self.demote(text);
            }
        } else if strikes > 0 {
            text.strikes.store(strikes - 1, Ordering::Relaxed);
        }
    }

    fn demote(&self, text: &Text) {
        self.remember(text, false);
        text.plan.store(2, Ordering::Relaxed);
    }

    pub(super) async fn write(&self, unit: Unit, until: Instant) -> Result<Outcome> {
        let (claim, (reply, answer)) = (Claim::default(), oneshot::channel());
        self.command(Command::Unit(Queued { unit, claim: claim.clone(), until, reply }))?;
        self.granted(&claim, answer, until).await?.map_err(Failure::into_error)
    }

    /// Takes the writer alone, until the lease is dropped.
    pub(super) async fn lease(&self, until: Instant) -> Result<Lease> {
        let (claim, (grant, granted)) = (Claim::default(), oneshot::channel());
        self.command(Command::Lease(claim.clone(), grant))?;
        self.granted(&claim, granted, until).await
    }

    fn command(&self, command: Command) -> Result<()> {
        self.commands
            .try_send(command)
            .map_err(|e| if matches!(e, TrySendError::Full(_)) { busy() } else { unavailable() })
    }

    /// Waits for the writer to begin as long as for a connection of a pool; what has begun is waited for to its end.
    async fn granted<T>(&self, claim: &Claim, mut answer: oneshot::Receiver<T>, until: Instant) -> Result<T> {
        let begin = until.min(Instant::now() + self.config.acquire_timeout);
        match tokio::time::timeout_at(begin.into(), &mut answer).await {
            Ok(answer) => answer.map_err(|_| unavailable()),
            Err(_) if claim.give_up() => Err(busy()),
            Err(_) => answer.await.map_err(|_| unavailable()),
        }
    }
}

/// Statements inside a lease: a transaction of user code, or administration.
impl Lease {
    pub(crate) async fn read(&self, stmt: Stmt, mut sink: Box<dyn Sink>) -> Result<Box<dyn Sink>, Failure> {
        let (until, mut stmt) = (self.until(), stmt);
        stmt.text = Arc::clone(stmt.text.guarded());
        self.call(move |c| within(until, || exec::read(c, &stmt, &mut *sink).1).map(|()| sink)).await?
    }

    pub(crate) async fn unit(&self, unit: Unit) -> Result<Outcome, Failure> {
        let until = self.until();
        self.call(move |c| within(until, || writer::in_savepoint(c, unit, false))).await??
    }

    pub(crate) async fn batch(&self, sql: impl Into<String>) -> Result<(), Failure> {
        let sql = sql.into();
        self.call(move |c| {
            diesel::connection::SimpleConnection::batch_execute(c, &sql).map_err(exec::failure)
        })
        .await?
    }

    /// Runs a closure of raw Diesel, in a savepoint when a transaction is open.
    pub(crate) async fn diesel<T: Send + 'static>(
        &self,
        run: impl FnOnce(&mut SqliteConnection) -> diesel::QueryResult<T> + Send + 'static,
    ) -> Result<T, Failure> {
        self.call(move |c| writer::raw(c, run)).await?
    }

    pub(crate) async fn texts(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        let sql = sql.to_owned();
        self.call(move |c| exec::texts(c, &sql)).await?
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map(drop).map_err(Error::internal)
}

fn path_of(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:").or_else(|| url.strip_prefix("file:")).unwrap_or(url);
    let path = path.strip_prefix("//").unwrap_or(path);
    (path != ":memory:" && !path.is_empty()).then(|| Path::new(path).to_path_buf())
}

fn explain(c: &mut SqliteConnection, stmt: &Stmt) -> Result<bool, Failure> {
    let mut b = crate::StmtBuilder::new(crate::Dialect::Sqlite);
    b.sql("EXPLAIN QUERY PLAN ");
    let mut parts = stmt.text.parts.iter();
    b.sql(parts.next().map_or("", String::as_str));
    for (bind, part) in stmt.binds.iter().zip(parts) {
        b.bind(bind.kind, bind.value.clone()).sql(part);
    }
    let mut plan = Plan { filtered: stmt.text.sql().contains(" WHERE "), bounded: true };
    exec::read(c, &b.finish(), &mut plan).1?;
    Ok(plan.bounded)
}

struct Plan {
    filtered: bool,
    bounded: bool,
}

impl Sink for Plan {
    fn row(&mut self, row: &dyn crate::row::Row) -> Result<()> {
        let Value::Text(step) = row.get(3, Kind::Text)?.to_value() else { return Ok(()) };
        let first_rows = !self.filtered && step.starts_with("SCAN") && step.contains("USING INDEX");
        self.bounded &= step.starts_with("SEARCH") || first_rows;
        Ok(())
    }
}

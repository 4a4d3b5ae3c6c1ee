//! Inserts of one row that arrive while others are on their way leave as one statement, and commit as one: with one
//! round trip and one wait for the disk. Whatever goes wrong with such a statement is nobody's business but the one's
//! that it is about: nothing of it has happened then, and each insert is done alone.

use super::line::{Line, failure};
use super::shared::Shared;
use super::wire::type_of;
use crate::database::join::Counted;
use crate::database::queue::{Queue, Works};
use crate::load::Key;
use crate::row::Row;
use crate::stmt::{Bind, Point, Text};
use crate::unit::{Outcome, Unit};
use crate::violation::{Class, Failure, unavailable};
use framewright_core::{Error, Kind, Value};
use futures_util::TryStreamExt;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio_postgres::{Config, Statement};

/// Inserts in flight from which on they are joined.
const ALONE: usize = 8;
/// Rows of one statement at most.
const ROWS: usize = 16;
/// Bytes of a row that is joined with others at most: a large one takes long enough by itself.
const BYTES: usize = 16 * 1024;
/// Joined texts that are remembered.
const TEXTS: usize = 1024;
/// How long a joined statement waits for somebody else's lock. Shorter than PostgreSQL waits until it looks for a
/// deadlock, so that two such statements in each other's way cost no second.
const LOCK: Duration = Duration::from_millis(100);
/// For how long nothing is joined after a joined statement has failed; twice as long after the next one, up to a second.
const APART: Duration = Duration::from_millis(10);

pub(super) struct Inserts {
    lanes: Vec<Queue<Lane>>,
    next: AtomicUsize,
    in_flight: AtomicUsize,
}

/// An insert that waits to be joined with others.
pub(super) struct Waiting {
    unit: Unit,
    point: Point,
    reply: oneshot::Sender<Reply>,
}

enum Reply {
    Done(Result<Outcome, Failure>),
    /// nothing has happened: it is to be done alone
    Alone(Unit),
}

impl Waiting {
    fn text(&self) -> Option<&Arc<Text>> {
        self.unit.steps.first().map(|step| &step.stmt.text)
    }

    fn key(&self) -> Option<Key> {
        Key::of(&self.unit.steps.first()?.stmt.binds.get(self.point.bind)?.value)
    }

    fn alone(self) {
        let _ = self.reply.send(Reply::Alone(self.unit));
    }

    fn failed(self, failure: Failure) {
        let _ = self.reply.send(Reply::Done(Err(failure)));
    }

    /// Hands its row over, which is there for good.
    fn inserted(mut self, row: &dyn Row) {
        let mut outcome = Outcome::with_capacity(1);
        let step = self.unit.steps.pop();
        let mut sink = step.and_then(|step| step.rows);
        // A sink that panics harms its own insert and no other.
        let taken = catch_unwind(AssertUnwindSafe(|| sink.as_mut().map_or(Ok(()), |sink| sink.row(row))));
        let taken = taken.unwrap_or_else(|_| Err(Error::internal("a sink panicked")));
        outcome.note(1, sink, 0);
        let _ = self.reply.send(Reply::Done(taken.map(|()| outcome).map_err(Failure::from)));
    }
}

/// The key of a unit that is one insert which may be joined: a small row whose key is known, and compared exactly.
fn point(unit: &Unit) -> Option<Point> {
    let [step] = unit.steps.as_slice() else { return None };
    let point = step.stmt.text.row.filter(|_| step.stmt.text.cached && step.at_least <= 1)?;
    let key = step.stmt.binds.get(point.bind)?;
    let exact = matches!(key.kind, Kind::I16 | Kind::I32 | Kind::I64 | Kind::Uuid) && !key.value.is_null();
    let small = step.stmt.binds.iter().try_fold(BYTES, |left, bind| left.checked_sub(size(&bind.value)));
    (exact && small.is_some()).then_some(point)
}

/// About how many bytes a value takes.
fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) | Value::Json(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 16,
    }
}

impl Inserts {
    pub(super) fn new(config: &Config, lanes: usize, wait: Duration) -> Self {
        let mut config = config.clone();
        let options = config.get_options().unwrap_or_default();
        config.options(format!("{options} -c lock_timeout={}", LOCK.as_millis()));
        let lane = || Lane {
            shared: Shared::new(config.clone(), wait),
            texts: RwLock::default(),
            apart: Apart::default(),
        };
        let lanes = (0..lanes.max(1)).map(|_| Queue::new(Arc::new(lane()))).collect();
        Self { lanes, next: AtomicUsize::new(0), in_flight: AtomicUsize::new(0) }
    }

    /// Counts a unit as in flight for as long as it is.
    pub(super) fn count(&self, unit: &Unit) -> Option<(Point, Counted<'_>)> {
        point(unit).map(|point| (point, Counted::one(&self.in_flight)))
    }

    /// Does a unit together with others, if so many are in flight that it pays; `Err` gives it back, to be done alone.
    pub(super) async fn join(&self, unit: Unit, point: Point) -> Result<Result<Outcome, Failure>, Unit> {
        if self.in_flight.load(Ordering::Relaxed) <= ALONE {
            return Err(unit);
        }
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.lanes.len().max(1);
        let lane = self.lanes.get(turn).filter(|lane| lane.by().apart.over());
        let Some(lane) = lane else { return Err(unit) };
        let (reply, answer) = oneshot::channel();
        lane.put(Waiting { unit, point, reply });
        match answer.await {
            Ok(Reply::Done(done)) => Ok(done),
            Ok(Reply::Alone(unit)) => Err(unit),
            Err(_) => Ok(Err(Failure::Ours(unavailable()))),
        }
    }
}

pub(super) struct Lane {
    shared: Shared,
    /// joined texts, by the text that they are made of and the number of rows
    texts: RwLock<HashMap<(Arc<str>, usize), Arc<str>>>,
    apart: Apart,
}

impl Works for Lane {
    type Item = Waiting;
    const MOST: usize = 4 * ROWS;

    async fn work(&self, all: Vec<Waiting>) {
        let mut alike: Vec<(Arc<Text>, HashMap<Key, Waiting>)> = Vec::new();
        for w in all.into_iter().filter(|w| !w.reply.is_closed()) {
            let (Some(text), Some(key)) = (w.text().cloned(), w.key()) else {
                w.alone();
                continue;
            };
            let open = alike
                .iter_mut()
                .find(|(t, rows)| rows.len() < ROWS && (Arc::ptr_eq(t, &text) || t.sql() == text.sql()));
            match open {
                None => alike.push((text, HashMap::from([(key, w)]))),
                Some((_, rows)) => match rows.entry(key) {
                    Entry::Occupied(_) => w.alone(), // the database says which of the two is refused
                    Entry::Vacant(place) => drop(place.insert(w)),
                },
            }
        }
        for (text, mut rows) in alike {
            if self.apart.over() {
                match self.insert(&text, &mut rows).await {
                    Ok(()) => self.apart.went_well(),
                    // What may have happened is not done again.
                    Err(Tried { sent: true, failure }) if failure.class() == Class::Lost => {
                        let lost = "the connection was lost in the middle of a joined insert";
                        rows.drain().for_each(|(_, w)| w.failed(Failure::new(Class::Lost, lost)));
                    }
                    Err(_) => self.apart.failed(),
                }
            }
            rows.into_values().for_each(Waiting::alone);
        }
    }
}

/// A joined insert that failed, and whether the database may have begun it.
struct Tried {
    sent: bool,
    failure: Failure,
}

impl Lane {
    /// Inserts rows and hands each its own.
    async fn insert(&self, text: &Text, rows: &mut HashMap<Key, Waiting>) -> Result<(), Tried> {
        let unsent = |failure| Tried { sent: false, failure };
        let steps = rows.values().filter_map(|w| w.unit.steps.first());
        let binds: Vec<_> = steps.flat_map(|step| step.stmt.binds.clone()).collect();
        let odd = || unsent(Failure::new(Class::Other, "this is no insert of one row"));
        let sql = self.sql(text, rows.len()).ok_or_else(odd)?;
        let point = text.row.ok_or_else(odd)?;
        let kind = binds.get(point.bind).ok_or_else(odd)?.kind;
        let line = self.shared.line().await.map_err(unsent)?;
        let types = || binds.iter().map(|b| type_of(b.kind)).collect();
        let statement = line.prepare(&sql, types).await.map_err(unsent)?;
        let all = returned(&line, &statement, &binds).await.map_err(|failure| {
            if failure.class() == Class::Stale {
                line.forget(&sql);
            }
            Tried { sent: true, failure }
        })?;
        for row in &all {
            let key = Row::get(row, point.column, kind).ok().and_then(|v| Key::of(&v.to_value()));
            if let Some(w) = key.and_then(|key| rows.remove(&key)) {
                w.inserted(row);
            }
        }
        let missing = || Failure::Ours(Error::internal("an insert was not answered with its row"));
        rows.drain().for_each(|(_, w)| w.failed(missing()));
        Ok(())
    }

    /// The text for so many rows, made once per text and number.
    fn sql(&self, text: &Text, rows: usize) -> Option<Arc<str>> {
        let name = (Arc::clone(text.sql()), rows);
        if let Some(sql) = self.texts.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Some(Arc::clone(sql));
        }
        let sql: Arc<str> = Arc::from(joined(text, rows)?);
        let mut all = self.texts.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() < TEXTS {
            all.insert(name, Arc::clone(&sql));
        }
        Some(sql)
    }
}

/// Every row that a statement answers with: all of it first, for a failure may follow rows.
async fn returned(
    line: &Line,
    statement: &Statement,
    binds: &[Bind],
) -> Result<Vec<tokio_postgres::Row>, Failure> {
    let mut stream = pin!(line.client.query_raw(statement, binds).await.map_err(failure)?);
    let mut all = Vec::new();
    while let Some(row) = stream.try_next().await.map_err(failure)? {
        all.push(row);
    }
    Ok(all)
}

/// `VALUES ($1, $2), ($3, $4)` for `VALUES ($1, $2)`.
fn joined(text: &Text, rows: usize) -> Option<String> {
    let (head, rest) = text.parts.split_first()?;
    let (tail, between) = rest.split_last()?;
    if !head.ends_with('(') || !tail.starts_with(')') {
        return None;
    }
    let mut sql = head.clone();
    let mut bind = 0;
    for row in 0..rows {
        sql.push_str(if row > 0 { "), (" } else { "" });
        for column in 0..=between.len() {
            bind += 1;
            sql.push_str(&format!("${bind}"));
            sql.push_str(between.get(column).map_or("", String::as_str));
        }
    }
    sql.push_str(tail);
    Some(sql)
}

/// Until when nothing is joined. Where joined inserts fail again and again, whoever is behind that, the others lose
/// nothing that counts.
struct Apart {
    begun: Instant,
    until: AtomicU64,
    failures: AtomicU32,
}

impl Default for Apart {
    fn default() -> Self {
        Self { begun: Instant::now(), until: AtomicU64::new(0), failures: AtomicU32::new(0) }
    }
}

impl Apart {
    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn over(&self) -> bool {
        let until = self.until.load(Ordering::Relaxed);
        until == 0 || self.now() >= until
    }

    fn failed(&self) {
        let failures = self.failures.load(Ordering::Relaxed).min(7);
        let pause = (APART.as_millis() as u64).saturating_mul(1 << failures).min(1000);
        self.failures.store(failures + 1, Ordering::Relaxed);
        self.until.store(self.now().saturating_add(pause), Ordering::Relaxed);
    }

    fn went_well(&self) {
        let failures = self.failures.load(Ordering::Relaxed);
        self.failures.store(failures.saturating_sub(1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dialect::Dialect;
    use crate::stmt::StmtBuilder;

    #[test]
    fn rows_are_said_as_often_as_there_are() {
        let mut b = StmtBuilder::new(Dialect::Postgres);
        b.sql("INSERT INTO \"t\" (\"id\", \"a\") VALUES (").bind(Kind::Uuid, Value::Uuid([1; 16]));
        b.sql(", ").bind(Kind::Text, Value::Null).sql(") RETURNING \"id\", \"a\"").cached().row(0, 0);
        let stmt = b.finish();
        assert_eq!(
            joined(&stmt.text, 2).unwrap(),
            "INSERT INTO \"t\" (\"id\", \"a\") VALUES ($1, $2), ($3, $4) RETURNING \"id\", \"a\""
        );
        assert_eq!(joined(&stmt.text, 1).unwrap(), &**stmt.text.sql());
        let unit = Unit::from(crate::unit::Step::new(stmt.clone()).at_least(1));
        assert_eq!(point(&unit), Some(Point { bind: 0, column: 0 }));
        let mut large = stmt;
        large.binds[1].value = Value::Text("x".repeat(BYTES));
        assert_eq!(point(&Unit::from(crate::unit::Step::new(large))), None);
    }

    #[test]
    fn failures_keep_them_apart_for_longer_each_time_and_not_for_ever() {
        let apart = Apart::default();
        assert!(apart.over());
        let mut pauses = Vec::new();
        for _ in 0..12 {
            apart.failed();
            assert!(!apart.over());
            pauses.push(apart.until.load(Ordering::Relaxed) - apart.now());
        }
        assert!(pauses[0] <= 10 && pauses[5] > 200 && pauses[11] <= 1000, "{pauses:?}");
        (0..8).for_each(|_| apart.went_well());
        apart.failed();
        assert!(apart.until.load(Ordering::Relaxed) - apart.now() <= 10);
    }
}

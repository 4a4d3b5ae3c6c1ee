//! Lanes: a few connections that all tasks share without checkout; the driver pipelines their statements. A slow
//! statement holds up what queues behind it, so lanes carry bounded reads only, with a `statement_timeout`.
//!
//! Under load, reads by key that arrive while others are under way leave together as one `key = ANY($1)`: only those
//! with the same text and the same other binds. With few in flight each goes alone, which answers sooner.

use super::line::{Line, failure};
use super::wire::{Raw, array_of, encode, type_of};
use crate::row::Sink;
use crate::stmt::{Bind, Stmt};
use crate::violation::{Class, Failure, busy, unavailable};
use framewright_core::Error;
use futures_util::{StreamExt, TryStreamExt, stream::FuturesUnordered};
use std::collections::HashMap;
use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_postgres::Config;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// Reads by key in flight from which on they are joined.
const ALONE: usize = 8;
/// Reads that one statement answers at most.
const JOINED: usize = 64;

struct Lane {
    config: Config,
    wait: Duration,
    line: RwLock<Option<Arc<Line>>>,
    opening: Mutex<()>,
}

impl Lane {
    fn current(&self) -> Option<Arc<Line>> {
        let line = self.line.read().unwrap_or_else(PoisonError::into_inner);
        line.as_ref().filter(|l| !l.client.is_closed()).cloned()
    }

    /// The connection, opened again when it was lost.
    async fn line(&self) -> Result<Arc<Line>, Failure> {
        if let Some(line) = self.current() {
            return Ok(line);
        }
        let open = async {
            let _opening = self.opening.lock().await;
            if let Some(line) = self.current() {
                return Ok(line);
            }
            let line = Arc::new(Line::open(&self.config).await?);
            *self.line.write().unwrap_or_else(PoisonError::into_inner) = Some(line.clone());
            Ok(line)
        };
        tokio::time::timeout(self.wait, open).await.map_err(|_| Failure::Ours(unavailable()))?
    }

    /// Reads, once more when the schema has changed under a prepared statement or the connection was lost.
    async fn read(&self, stmt: &Stmt, sink: &mut dyn Sink) -> Result<(), Failure> {
        let mut again = true;
        loop {
            let line = self.line().await?;
            match line.read(stmt, sink).await {
                (0, Err(f)) if again && retriable(&f) => {
                    line.forget(stmt.text.sql());
                    again = false;
                }
                (_, result) => return result,
            }
        }
    }
}

fn retriable(f: &Failure) -> bool {
    matches!(f.class(), Class::Stale | Class::Lost)
}

pub(super) struct Lanes {
    lanes: Vec<Arc<Lane>>,
    joiners: Vec<mpsc::UnboundedSender<Waiting>>,
    next: AtomicUsize,
    points: AtomicUsize,
}

struct InFlight<'a>(&'a AtomicUsize);
impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed); // also when the client hangs up
    }
}

impl Lanes {
    pub(super) async fn open(config: &Config, lanes: usize, wait: Duration) -> Result<Self, Failure> {
        let lane =
            || Lane { config: config.clone(), wait, line: RwLock::default(), opening: Mutex::default() };
        let lanes: Vec<_> = (0..lanes.max(1)).map(|_| Arc::new(lane())).collect();
        if let Some(first) = lanes.first() {
            first.line().await?; // a wrong URL shows at the start
        }
        let joiners = lanes.iter().map(|lane| {
            let (tx, rx) = mpsc::unbounded_channel();
            tokio::spawn(join(lane.clone(), rx));
            tx
        });
        Ok(Self { joiners: joiners.collect(), lanes, next: AtomicUsize::new(0), points: AtomicUsize::new(0) })
    }

    pub(super) async fn read<S: Sink>(&self, stmt: Stmt, mut sink: S) -> Result<S, Failure> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        if let Some(key) = stmt.text.point.filter(|_| stmt.text.cached).and_then(|p| stmt.binds.get(p.bind)) {
            let (before, _count) = (self.points.fetch_add(1, Ordering::Relaxed), InFlight(&self.points));
            if before >= ALONE && array_of(key.kind).is_some() && !key.value.is_null() {
                let (reply, answer) = oneshot::channel();
                let joiner = self
                    .joiners
                    .get(turn % self.joiners.len().max(1))
                    .ok_or_else(|| Failure::Ours(busy()))?;
                joiner
                    .send(Waiting { stmt, sink: Box::new(sink), reply })
                    .map_err(|_| Failure::Ours(unavailable()))?;
                let sink = answer.await.map_err(|_| Failure::Ours(unavailable()))??;
                return Ok(sink.downcast()?);
            }
            self.lane(turn)?.read(&stmt, &mut sink).await?;
            return Ok(sink);
        }
        self.lane(turn)?.read(&stmt, &mut sink).await?;
        Ok(sink)
    }

    fn lane(&self, turn: usize) -> Result<&Arc<Lane>, Failure> {
        self.lanes.get(turn % self.lanes.len().max(1)).ok_or_else(|| Failure::Ours(unavailable()))
    }
}

/// A read by key that waits to be joined with others.
struct Waiting {
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
        same_text
            && self.stmt.text.point == other.stmt.text.point
            && self.stmt.binds.len() == other.stmt.binds.len()
            && self
                .stmt
                .binds
                .iter()
                .zip(&other.stmt.binds)
                .enumerate()
                .all(|(i, (a, b))| Some(i) == key || a == b)
    }
}

async fn join(lane: Arc<Lane>, mut queue: mpsc::UnboundedReceiver<Waiting>) {
    let mut texts = HashMap::new();
    let mut waiting = Vec::with_capacity(JOINED);
    while queue.recv_many(&mut waiting, JOINED).await > 0 {
        let mut groups: Vec<Vec<Waiting>> = Vec::new();
        for w in waiting.drain(..).filter(|w| !w.reply.is_closed()) {
            match groups.iter_mut().find(|g| g.first().is_some_and(|f| f.joins(&w))) {
                Some(group) => group.push(w),
                None => groups.push(vec![w]),
            }
        }
        let mut running: FuturesUnordered<_> = groups
            .into_iter()
            .map(|group| {
                let sql = group.first().and_then(|w| joined_sql(&mut texts, &w.stmt));
                answer(&lane, group, sql)
            })
            .collect();
        while running.next().await.is_some() {}
    }
}

/// The text with `= ANY($n)` for `= $n`, made once per text.
fn joined_sql(texts: &mut HashMap<Arc<str>, Arc<str>>, stmt: &Stmt) -> Option<Arc<str>> {
    if let Some(sql) = texts.get(stmt.text.sql()) {
        return Some(sql.clone());
    }
    let point = stmt.text.point?;
    let mut sql = String::new();
    for (i, part) in stmt.text.parts.iter().enumerate() {
        if i > 0 {
            let bind = i - 1;
            sql.push_str(&if bind == point.bind { format!("ANY(${i})") } else { format!("${i}") });
        }
        sql.push_str(part);
    }
    let sql: Arc<str> = Arc::from(sql);
    if texts.len() < 1024 {
        texts.insert(stmt.text.sql().clone(), sql.clone());
    }
    Some(sql)
}

async fn answer(lane: &Lane, group: Vec<Waiting>, sql: Option<Arc<str>>) {
    let Some((Some(sql), first)) = group.first().map(|f| (sql, f.stmt.clone())) else { return };
    let mut keys: HashMap<Vec<u8>, Vec<Waiting>> = HashMap::with_capacity(group.len());
    for w in group {
        let mut key = Vec::with_capacity(16);
        let bind = w.stmt.text.point.and_then(|p| w.stmt.binds.get(p.bind));
        match bind.map(|b| encode(b, &mut key)) {
            Some(Ok(())) => keys.entry(key).or_default().push(w),
            _ => drop(
                w.reply.send(Err(Failure::new(Class::Other, "a key does not fit the kind of its column"))),
            ),
        }
    }
    let mut again = true;
    let failed = loop {
        let line = match lane.line().await {
            Ok(line) => line,
            Err(f) => break Some(f),
        };
        let before = keys.len();
        match run(&line, &first, &sql, &mut keys).await {
            Ok(()) => break None,
            Err(f) if again && keys.len() == before && retriable(&f) => {
                line.forget(&sql);
                again = false;
            }
            Err(f) => break Some(f),
        }
    };
    // Without an error: those whose record is not there get their sinks back untouched.
    for w in keys.into_values().flatten() {
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

async fn run(
    line: &Line,
    first: &Stmt,
    sql: &Arc<str>,
    keys: &mut HashMap<Vec<u8>, Vec<Waiting>>,
) -> Result<(), Failure> {
    let Some(point) = first.text.point else { return Ok(()) };
    let types = || {
        let one = |(i, b): (usize, &Bind)| {
            if i == point.bind { array_of(b.kind).unwrap_or(Type::UNKNOWN) } else { type_of(b.kind) }
        };
        first.binds.iter().enumerate().map(one).collect()
    };
    let prepared = line.prepare(sql, types).await?;
    let element = first.binds.get(point.bind).map_or(0, |b| type_of(b.kind).oid());
    let all = Keys { element, keys: keys.keys().cloned().collect() };
    let params = first
        .binds
        .iter()
        .enumerate()
        .map(|(i, b)| if i == point.bind { &all as &(dyn ToSql + Sync) } else { b });
    let mut rows = pin!(line.client.query_raw(&prepared, params).await.map_err(failure)?);
    while let Some(row) = rows.try_next().await.map_err(failure)? {
        let key = row.try_get::<_, Raw<'_>>(point.column).map_err(failure)?;
        for mut w in keys.remove(key.0).into_iter().flatten() {
            // A sink that panics harms its own read and no other.
            let taken = catch_unwind(AssertUnwindSafe(|| w.sink.row(&row)));
            let taken = taken.unwrap_or_else(|_| Err(Error::internal("a sink panicked")));
            let _ = w.reply.send(taken.map(|()| w.sink).map_err(Failure::from));
        }
    }
    Ok(())
}

/// Keys as an array.
#[derive(Debug)]
struct Keys {
    element: u32,
    keys: Vec<Vec<u8>>,
}

impl ToSql for Keys {
    fn to_sql(&self, _: &Type, out: &mut bytes::BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        use bytes::BufMut;
        out.put_i32(1); // dimensions
        out.put_i32(0); // no NULL among them
        out.put_u32(self.element);
        out.put_i32(i32::try_from(self.keys.len())?);
        out.put_i32(1); // the first index
        for key in &self.keys {
            out.put_i32(i32::try_from(key.len())?);
            out.put_slice(key);
        }
        Ok(IsNull::No)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

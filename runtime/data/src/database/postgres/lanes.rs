//! Lanes: a few connections that all tasks share without checkout; the driver pipelines their statements. A slow
//! statement holds up what queues behind it, so lanes carry bounded reads only, with a `statement_timeout`.
//!
//! Under load, reads by key are joined, one `key = ANY($1)` for all that wait, and pages of lists.

use super::line::{Line, failure};
use super::pages::Pages;
use super::shared::Shared;
use super::wire::{array_of, encode, type_of};
use crate::database::join::{self, Counted, Group, Joiner, Joins};
use crate::database::queue::Queue;
use crate::row::Sink;
use crate::stmt::{Bind, Stmt};
use crate::violation::{Class, Failure, unavailable};
use framewright_core::{Kind, Value};
use futures_util::TryStreamExt;
use std::collections::HashMap;
use std::error::Error as StdError;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// Joined texts that are remembered.
const TEXTS: usize = 1024;

struct Lane {
    shared: Arc<Shared>,
    pages: Queue<Pages>,
    /// reads that have been given to it and are not answered
    waiting: AtomicUsize,
    /// joined texts, by the texts that they are made of
    joined: RwLock<HashMap<Arc<str>, Arc<str>>>,
}

impl Lane {
    /// Reads, once more when the schema has changed under a prepared statement or the connection was lost.
    async fn read(&self, stmt: &Stmt, sink: &mut dyn Sink) -> Result<(), Failure> {
        let mut again = true;
        loop {
            let line = self.shared.line().await?;
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
    lanes: Vec<Joiner<Lane>>,
    next: AtomicUsize,
    points: AtomicUsize,
    pages: AtomicUsize,
}

impl Lanes {
    pub(super) async fn open(config: &Config, lanes: usize, wait: Duration) -> Result<Self, Failure> {
        let lane = || {
            let shared = Arc::new(Shared::new(config.clone(), wait));
            let pages = Pages::queue(Arc::clone(&shared));
            Lane { shared, pages, waiting: AtomicUsize::new(0), joined: RwLock::default() }
        };
        let lanes: Vec<_> = (0..lanes.max(1)).map(|_| Joiner::new(Arc::new(lane()))).collect();
        if let Some(first) = lanes.first() {
            first.by().shared.line().await?; // a wrong URL shows at the start
        }
        Ok(Self { lanes, next: AtomicUsize::new(0), points: AtomicUsize::new(0), pages: AtomicUsize::new(0) })
    }

    pub(super) async fn read<S: Sink>(&self, mut stmt: Stmt, mut sink: S) -> Result<S, Failure> {
        let joiner = self.quietest().ok_or_else(|| Failure::Ours(unavailable()))?;
        let lane = joiner.by();
        let _waiting = Counted::one(&lane.waiting);
        let key = join::point(&stmt).and_then(|point| array_of(stmt.binds.get(point.bind)?.kind));
        let in_flight = key.map(|_| Counted::one(&self.points));
        if in_flight.is_some() && join::pays(&self.points) {
            return joiner.read(stmt, sink).await;
        }
        let page = stmt.text.page && stmt.text.cached;
        let in_flight = page.then(|| Counted::one(&self.pages));
        if in_flight.is_some() && join::pays(&self.pages) {
            match lane.pages.read(stmt, sink).await {
                Ok(done) => return done,
                Err(alone) => (stmt, sink) = alone,
            }
        }
        lane.read(&stmt, &mut sink).await?;
        Ok(sink)
    }

    /// The lane with the fewest reads before it; of equal ones each in its turn.
    fn quietest(&self) -> Option<&Joiner<Lane>> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.lanes.len().max(1);
        let (before, after) = self.lanes.split_at_checked(turn)?;
        after.iter().chain(before).min_by_key(|lane| lane.by().waiting.load(Ordering::Relaxed))
    }
}

impl Joins for Lane {
    async fn run(&self, group: &mut Group) -> Result<(), Failure> {
        let sql = self.joined_sql(group);
        let mut again = true;
        loop {
            let line = self.shared.line().await?;
            let before = group.keys();
            match answer(&line, &sql, group, &before).await {
                Err(f) if again && group.keys().len() == before.len() && retriable(&f) => {
                    line.forget(&sql);
                    again = false;
                }
                result => return result,
            }
        }
    }
}

impl Lane {
    /// The text with `= ANY($n)` for `= $n`, made once per text.
    fn joined_sql(&self, group: &Group) -> Arc<str> {
        let text = &group.first.text;
        if let Some(sql) = self.joined.read().unwrap_or_else(PoisonError::into_inner).get(text.sql()) {
            return Arc::clone(sql);
        }
        let mut sql = String::new();
        for (i, part) in text.parts.iter().enumerate() {
            if i > 0 {
                let key = i - 1 == group.point.bind;
                sql.push_str(&if key { format!("ANY(${i})") } else { format!("${i}") });
            }
            sql.push_str(part);
        }
        let sql: Arc<str> = Arc::from(sql);
        let mut all = self.joined.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() < TEXTS {
            all.insert(Arc::clone(text.sql()), Arc::clone(&sql));
        }
        sql
    }
}

async fn answer(line: &Line, sql: &Arc<str>, group: &mut Group, keys: &[Value]) -> Result<(), Failure> {
    let (point, binds) = (group.point, group.first.binds.clone());
    let kind = binds.get(point.bind).map_or(Kind::Uuid, |b| b.kind);
    let types = || {
        let one = |(i, b): (usize, &Bind)| {
            if i == point.bind { array_of(b.kind).unwrap_or(Type::UNKNOWN) } else { type_of(b.kind) }
        };
        binds.iter().enumerate().map(one).collect()
    };
    let prepared = line.prepare(sql, types).await?;
    let encoded = keys.iter().map(|value| {
        let mut raw = Vec::with_capacity(16);
        encode(&Bind { kind, value: value.clone() }, &mut raw)
            .map(|()| raw)
            .map_err(|_| Failure::new(Class::Other, "a key does not fit the kind of its column"))
    });
    let all = Keys { element: type_of(kind).oid(), keys: encoded.collect::<Result<_, _>>()? };
    let params =
        binds.iter().enumerate().map(|(i, b)| if i == point.bind { &all as &(dyn ToSql + Sync) } else { b });
    let mut rows = pin!(line.client.query_raw(&prepared, params).await.map_err(failure)?);
    while let Some(row) = rows.try_next().await.map_err(failure)? {
        group.row(&row)?;
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

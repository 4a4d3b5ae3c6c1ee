//! Units on PostgreSQL: one statement commits by itself in one round trip; several go out in two groups, all of it and
//! then the COMMIT, with every statement prepared before so that their order holds.

use super::held::Held;
use super::line::Line;
use super::pool::{self, Connection, Pooled};
use crate::row::Sink;
use crate::stmt::Stmt;
use crate::unit::{Outcome, Unit};
use crate::violation::{Class, Failure};
use deadpool::managed::Object;
use futures_util::future::{join, join_all};
use std::time::Duration;

/// How often a unit is tried after a deadlock or a serialization failure.
const ATTEMPTS: u32 = 4;

/// Whether a unit is one statement that needs no transaction around it: it touches no row, or all that it should.
pub(super) fn single(unit: &Unit, connection: &Connection) -> bool {
    matches!(connection, Connection::Plain(_))
        && unit.steps.len() == 1
        && unit.steps.iter().all(|s| s.at_least <= 1)
}

/// Whether the same again may work, after what that needs.
async fn retried(line: &Line, f: &Failure, stmts: &[Stmt], attempt: u32) -> bool {
    match f.class() {
        Class::Stale if attempt == 1 => {
            stmts.iter().for_each(|s| line.forget(s.text.sql()));
            true
        }
        Class::Again if attempt < ATTEMPTS => {
            // Longer each time, and not the same for two who met.
            let spread = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |d| d.subsec_nanos() % 7);
            tokio::time::sleep(Duration::from_millis(u64::from((1 << attempt) + spread))).await;
            true
        }
        _ => false,
    }
}

pub(super) async fn autocommit(connection: Pooled, unit: Unit) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::with_capacity(1);
    let Some(step) = unit.steps.into_iter().next() else { return Ok(outcome) };
    let (stmt, mut sink, mut attempt) = (step.stmt, step.rows, 0);
    let (touched, rows) = loop {
        let Connection::Plain(line) = &*connection else {
            return Err(Failure::new(Class::Other, "not a plain connection"));
        };
        let result = match line.ready(&stmt).await {
            Ok(prepared) => line.run(&stmt, prepared.as_ref()).await,
            Err(f) => Err(f.of(&stmt)),
        };
        attempt += 1;
        match result {
            Ok(done) => break done,
            Err(f) if retried(line, &f, std::slice::from_ref(&stmt), attempt).await => {}
            Err(f) => {
                if f.class() == Class::Lost {
                    pool::lost(connection);
                }
                return Err(f);
            }
        }
    };
    drop(connection);
    let affected = match &mut sink {
        Some(sink) => {
            rows.iter().try_for_each(|row| sink.row(row))?;
            rows.len() as u64
        }
        None => touched,
    };
    outcome.note(affected, sink, step.at_least);
    Ok(outcome)
}

/// The unit, taken apart: sinks cannot be shared between threads, statements can.
struct Parts {
    stmts: Vec<Stmt>,
    least: Vec<u64>,
    sinks: Vec<Option<Box<dyn Sink>>>,
}

/// A connection in the middle of a unit: closed when the unit does not come to its end, as when a sink panics.
struct Busy(Option<Pooled>);

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection)); // the server undoes what was open
        }
    }
}

pub(super) async fn transaction(connection: Pooled, unit: Unit) -> Result<Outcome, Failure> {
    if !matches!(*connection, Connection::Plain(_)) {
        return one_by_one(Held::new(connection), unit).await;
    }
    let mut parts = Parts { stmts: Vec::new(), least: Vec::new(), sinks: Vec::new() };
    for step in unit.steps {
        parts.stmts.push(step.stmt);
        parts.least.push(step.at_least);
        parts.sinks.push(step.rows);
    }
    let mut busy = Busy(Some(connection));
    let mut attempt = 0;
    loop {
        let Some(Connection::Plain(line)) = busy.0.as_deref() else {
            return Err(Failure::new(Class::Other, "not a plain connection"));
        };
        attempt += 1;
        let result = match group(line, &mut parts).await {
            Ok(outcome) => Ok(outcome),
            Err((f, _)) if f.class() == Class::Lost => {
                busy.0.take().into_iter().for_each(pool::lost);
                return Err(f);
            }
            Err((f, true)) => return Err(f),
            Err((f, _)) if retried(line, &f, &parts.stmts, attempt).await => continue,
            Err((f, _)) => Err(f),
        };
        drop(busy.0.take()); // back to the pool
        return result;
    }
}

/// Runs everything and ends the transaction. The failure says whether one may still be open.
async fn group(line: &Line, parts: &mut Parts) -> Result<Outcome, (Failure, bool)> {
    let Parts { stmts, least, sinks } = parts;
    let mut prepared = Vec::with_capacity(stmts.len());
    for stmt in stmts.iter() {
        prepared.push(line.ready(stmt).await.map_err(|f| (f.of(stmt), false))?);
    }
    // Polled in this order, so sent in this order: each future writes its statement out at its first poll.
    let steps = stmts.iter().zip(&prepared).map(|(stmt, prepared)| line.run(stmt, prepared.as_ref()));
    let (begun, results) = join(line.batch("BEGIN"), join_all(steps)).await;
    let settled = begun.and_then(|()| settle(least, sinks, results));
    let end = if settled.as_ref().is_ok_and(|o| o.refused.is_none()) { "COMMIT" } else { "ROLLBACK" };
    match (settled, line.batch(end).await) {
        (Ok(mut outcome), Ok(())) => {
            outcome.rows = std::mem::take(sinks);
            Ok(outcome)
        }
        (Ok(_), Err(f)) => Err((f, true)),
        (Err(f), ended) => Err((f, ended.is_err())),
    }
}

type Answer = Result<(u64, Vec<tokio_postgres::Row>), Failure>;

/// Looks at every result of the group, in order: the first failure or the first step with too few rows decides. Sinks
/// take their rows in before the COMMIT, since they may refuse them, and only when all has gone well.
fn settle(
    least: &[u64],
    sinks: &mut [Option<Box<dyn Sink>>],
    results: Vec<Answer>,
) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::with_capacity(least.len());
    let mut all = Vec::with_capacity(least.len());
    for ((least, sink), result) in least.iter().zip(sinks.iter()).zip(results) {
        let (touched, rows) = result?;
        let affected = if sink.is_some() { rows.len() as u64 } else { touched };
        all.push(rows);
        if !outcome.note(affected, None, *least) {
            return Ok(outcome);
        }
    }
    for (sink, rows) in sinks.iter_mut().zip(&all) {
        if let Some(sink) = sink {
            rows.iter().try_for_each(|row| sink.row(row))?;
        }
    }
    Ok(outcome)
}

/// On a connection of Diesel's: BEGIN, the unit, COMMIT.
async fn one_by_one(mut held: Held, unit: Unit) -> Result<Outcome, Failure> {
    held.batch("BEGIN").await?;
    let result = held.unit(unit).await;
    let keep = result.as_ref().is_ok_and(|o| o.refused.is_none());
    held.batch(if keep { "COMMIT" } else { "ROLLBACK" }).await?;
    result
}

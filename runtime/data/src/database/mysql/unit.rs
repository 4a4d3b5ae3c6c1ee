//! Units on MySQL and MariaDB: one statement commits by itself, several are a transaction.

use super::pool::{Answer, Connection, Lent};
use crate::row::Sink;
use crate::stmt::Stmt;
use crate::unit::{Outcome, Unit};
use crate::violation::{Class, Failure};

/// How often a unit is tried after a deadlock.
const ATTEMPTS: u32 = 4;

/// The unit, taken apart: sinks cannot be shared between threads, statements can.
pub(super) struct Parts {
    stmts: Vec<Stmt>,
    least: Vec<u64>,
    sinks: Vec<Option<Box<dyn Sink>>>,
}

impl From<Unit> for Parts {
    fn from(unit: Unit) -> Self {
        let mut parts = Self { stmts: Vec::new(), least: Vec::new(), sinks: Vec::new() };
        for step in unit.steps {
            parts.stmts.push(step.stmt);
            parts.least.push(step.at_least);
            parts.sinks.push(step.rows);
        }
        parts
    }
}

pub(super) async fn run(mut lent: Lent, unit: Unit) -> Result<Outcome, Failure> {
    let mut parts = Parts::from(unit);
    // One statement that touches no row, or all that it should, needs no transaction around it.
    let alone = parts.stmts.len() == 1 && parts.least.iter().all(|l| *l <= 1);
    let mut attempt = 0;
    loop {
        attempt += 1;
        let c = lent.dirty()?;
        let result = if alone { steps(c, &mut parts).await } else { transaction(c, &mut parts).await };
        match result {
            Ok(outcome) => {
                lent.done();
                return Ok(outcome);
            }
            Err((f, open)) => {
                if f.class() == Class::Lost {
                    lent.lost();
                    return Err(f);
                }
                if !open {
                    lent.done();
                }
                if open || attempt >= ATTEMPTS || !matches!(f.class(), Class::Again | Class::Stale) {
                    return Err(f);
                }
                tokio::time::sleep(crate::scope::backoff(attempt)).await;
            }
        }
    }
}

/// A unit and its end. The failure says whether a transaction may still be open.
async fn transaction(c: &mut Connection, parts: &mut Parts) -> Result<Outcome, (Failure, bool)> {
    c.batch("START TRANSACTION").await.map_err(|f| (f, true))?;
    let result = steps(c, parts).await;
    let end = if result.as_ref().is_ok_and(|o| o.refused.is_none()) { "COMMIT" } else { "ROLLBACK" };
    match (result, c.batch(end).await) {
        (Ok(outcome), Ok(())) => Ok(outcome),
        (Ok(_), Err(f)) => Err((f, true)),
        (Err((f, _)), ended) => Err((f, ended.is_err())),
    }
}

/// Runs every step until one fails or finds too few rows. Sinks take their rows in at the end, when all has gone well:
/// what is tried again has fed nobody before.
pub(super) async fn steps(c: &mut Connection, parts: &mut Parts) -> Result<Outcome, (Failure, bool)> {
    let mut outcome = Outcome::with_capacity(parts.stmts.len());
    let mut answers: Vec<Answer> = Vec::with_capacity(parts.stmts.len());
    for ((stmt, least), sink) in parts.stmts.iter().zip(&parts.least).zip(&mut parts.sinks) {
        let (touched, rows) = c.run(stmt, sink.is_some()).await.map_err(|f| (f, false))?;
        let affected = if sink.is_some() { rows.len() as u64 } else { touched };
        answers.push((touched, rows));
        if !outcome.note(affected, None, *least) {
            break;
        }
    }
    if outcome.refused.is_none() {
        for (sink, (_, rows)) in parts.sinks.iter_mut().zip(&answers) {
            if let Some(sink) = sink {
                rows.iter().try_for_each(|row| sink.row(&**row)).map_err(|e| (e.into(), false))?;
            }
        }
    }
    outcome.rows = std::mem::take(&mut parts.sinks);
    Ok(outcome)
}

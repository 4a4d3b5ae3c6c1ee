//! A unit of work: the statements of one write, run as one transaction (or one savepoint inside an open one).

use crate::row::Sink;
use crate::stmt::Stmt;

/// A statement of a unit.
pub struct Step {
    /// the statement
    pub stmt: Stmt,
    /// takes the rows in that it answers with (`RETURNING`, or a `SELECT` inside the unit)
    pub rows: Option<Box<dyn Sink>>,
    /// how many rows it must touch or answer with at least; with fewer, the whole unit is undone
    pub at_least: u64,
}

impl Step {
    /// A statement that answers with no rows and may touch any number of them.
    #[must_use]
    pub fn new(stmt: Stmt) -> Self {
        Self { stmt, rows: None, at_least: 0 }
    }

    /// Takes the rows of the answer in.
    #[must_use]
    pub fn into_sink(mut self, sink: impl Sink) -> Self {
        self.rows = Some(Box::new(sink));
        self
    }

    /// Asks for at least so many rows, else the whole unit is undone.
    #[must_use]
    pub fn at_least(mut self, rows: u64) -> Self {
        self.at_least = rows;
        self
    }
}

/// A unit of work.
#[derive(Default)]
pub struct Unit {
    /// the statements, in order
    pub steps: Vec<Step>,
}

impl Unit {
    /// A unit of these statements.
    #[must_use]
    pub fn of(steps: impl Into<Vec<Step>>) -> Self {
        Self { steps: steps.into() }
    }
}

impl From<Step> for Unit {
    fn from(step: Step) -> Self {
        Self { steps: vec![step] }
    }
}

/// What became of a unit that did not fail.
pub struct Outcome {
    /// per step: rows touched, or answered with
    pub affected: Vec<u64>,
    /// per step: the sink that was given
    pub rows: Vec<Option<Box<dyn Sink>>>,
    /// the step that found too few rows: everything is undone
    pub refused: Option<usize>,
}

impl Outcome {
    /// The outcome of a unit of which nothing has run yet.
    #[allow(dead_code, reason = "unused when no database is built in")]
    pub(crate) fn with_capacity(steps: usize) -> Self {
        Self { affected: Vec::with_capacity(steps), rows: Vec::with_capacity(steps), refused: None }
    }

    /// Notes a step that has run; `false` when it found too few rows.
    #[allow(dead_code, reason = "unused when no database is built in")]
    pub(crate) fn note(&mut self, affected: u64, sink: Option<Box<dyn Sink>>, at_least: u64) -> bool {
        self.affected.push(affected);
        self.rows.push(sink);
        if affected < at_least {
            self.refused = Some(self.affected.len() - 1);
        }
        self.refused.is_none()
    }
}

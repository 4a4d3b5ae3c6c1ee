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

/// A unit of work.
#[derive(Default)]
pub struct Unit {
    /// the statements, in order
    pub steps: Vec<Step>,
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

//! The erased statement: SQL text cut where its binds go, and the binds. One Rust type for every table, a Diesel
//! `QueryFragment` on every backend. Nothing from a client is ever in the text.

use crate::dialect::Dialect;
use framewright_core::{Kind, Value};
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32};
use std::sync::{Arc, OnceLock};

/// A bound value with the kind of its column, which types a NULL.
#[derive(Debug, Clone, PartialEq)]
pub struct Bind {
    /// the kind of the column
    pub kind: Kind,
    /// the value
    pub value: Value,
}

/// The key of the one record that a statement reads or inserts, which may share a statement with others of its kind
/// that wait at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// which bind is the key; where it is read by, the text before it ends with ` = `, and only predicates follow it
    pub bind: usize,
    /// which column of the answer is the key
    pub column: usize,
}

/// The text of a statement, shared by every run of it.
///
/// Keep the `Arc<Text>` of a statement whose shape does not change and make its runs with [`Stmt::of`]: what has to
/// be found out about a text (its SQL in one piece, its plan on SQLite) is found out once per `Text`.
#[derive(Debug)]
pub struct Text {
    /// the dialect it is written in
    pub dialect: Dialect,
    /// cut where the binds go: one more than there are binds
    pub parts: Vec<String>,
    /// whether the text is one of a bounded set (get, list of a given shape): prepared statements of it are kept
    pub cached: bool,
    /// whether the number of rows is small by construction (a key, a page): it may run on a shared connection
    pub bounded: bool,
    /// a read by key, which may be joined with others
    pub point: Option<Point>,
    /// an insert of one row that is answered with, which may be joined with others: every bind is of the row
    pub row: Option<Point>,
    /// a page of a list, which may be read together with others: it can stand in brackets, as a table
    pub page: bool,
    sql: OnceLock<Arc<str>>,
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "only SQLite is asked for plans"))]
    pub(crate) plan: AtomicU8,
    /// how often it took long where it must not: up with every slow read, down with every quick one
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "only SQLite reads in place"))]
    pub(crate) strikes: AtomicU16,
    /// how many bytes a record of its last answer took as JSON: what the next answer makes room for
    pub(crate) width: AtomicU32,
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "only SQLite is asked for time"))]
    guard: Option<Guard>,
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "only SQLite is asked for time"))]
    guarded: OnceLock<Arc<Text>>,
}

/// Where a text takes a further condition that is asked of every row.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "only SQLite is asked for time"))]
struct Guard {
    part: usize,
    at: usize,
    /// ` WHERE ` or ` AND `
    word: &'static str,
}

impl Text {
    /// The SQL in one piece, with the placeholders of its dialect.
    #[must_use]
    pub fn sql(&self) -> &Arc<str> {
        self.sql.get_or_init(|| {
            let mut sql = String::with_capacity(
                self.parts.iter().map(String::len).sum::<usize>() + 2 * self.parts.len(),
            );
            for (i, part) in self.parts.iter().enumerate() {
                match (i, self.dialect) {
                    (0, _) => {}
                    (n, Dialect::Postgres) => {
                        sql.push('$');
                        sql.push_str(&n.to_string());
                    }
                    _ => sql.push('?'),
                }
                sql.push_str(part);
            }
            Arc::from(sql)
        })
    }

    /// The same text, which asks at every row whether there is time left: SQLite has no other way to stop it.
    #[cfg(feature = "sqlite")]
    pub(crate) fn guarded(self: &Arc<Self>) -> &Arc<Self> {
        let Some(guard) = self.guard else { return self };
        self.guarded.get_or_init(|| {
            let mut parts = self.parts.clone();
            if let Some(part) = parts.get_mut(guard.part).filter(|p| p.is_char_boundary(guard.at)) {
                part.insert_str(guard.at, &format!("{}fw_in_time()", guard.word));
            }
            Arc::new(Self::new(
                self.dialect,
                parts,
                (self.cached, self.bounded),
                (self.point, self.row),
                None,
            ))
        })
    }

    fn new(
        dialect: Dialect,
        parts: Vec<String>,
        (cached, bounded): (bool, bool),
        (point, row): (Option<Point>, Option<Point>),
        guard: Option<Guard>,
    ) -> Self {
        Self {
            dialect,
            parts,
            cached,
            bounded,
            point,
            row,
            page: false,
            sql: OnceLock::new(),
            plan: AtomicU8::new(0),
            strikes: AtomicU16::new(0),
            width: AtomicU32::new(0),
            guard,
            guarded: OnceLock::new(),
        }
    }

    /// The table that it writes to, for the translation of violations: the identifier after `INTO`, `UPDATE` or `FROM`.
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        let text = self.parts.first()?.trim_start();
        let rest = ["INSERT INTO ", "UPDATE ", "DELETE FROM ", "REPLACE INTO ", "INSERT IGNORE INTO "]
            .iter()
            .find_map(|p| text.strip_prefix(p))?;
        let mark = rest.chars().next().filter(|c| matches!(c, '"' | '`'))?;
        rest.get(1..)?.split(mark).next()
    }

    /// Whether it deletes rows.
    #[must_use]
    pub fn deletes(&self) -> bool {
        self.parts.first().is_some_and(|p| p.trim_start().starts_with("DELETE"))
    }

    /// The column that each bind is written to, as far as the text says so (`INSERT INTO t (a, b) VALUES (?, ?)`,
    /// `SET a = ?`): for the translation of violations that name no column.
    #[must_use]
    pub fn written_column(&self, bind: usize) -> Option<&str> {
        let before = self.parts.get(bind)?;
        if let Some(column) = before.trim_end().strip_suffix('=').and_then(last_identifier) {
            return Some(column);
        }
        let head = self.parts.first()?;
        let (list, _) = head.split_once('(')?.1.split_once(')')?;
        let columns = list.split(',').count();
        last_identifier(list.split(',').nth(bind % columns.max(1))?)
    }
}

fn last_identifier(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let mark = text.chars().next_back().filter(|c| matches!(c, '"' | '`'))?;
    text.get(..text.len() - 1)?.rsplit(mark).next()
}

/// A statement with its values.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// the text
    pub text: Arc<Text>,
    /// the values, in the order of the text
    pub binds: Vec<Bind>,
}

impl Stmt {
    /// A run of a text that is kept.
    #[must_use]
    pub fn of(text: &Arc<Text>, binds: Vec<Bind>) -> Self {
        Self { text: text.clone(), binds }
    }
}

impl Bind {
    /// A value with the kind of its column.
    #[must_use]
    pub const fn new(kind: Kind, value: Value) -> Self {
        Self { kind, value }
    }
}

/// Writes a statement piece by piece.
#[derive(Debug)]
pub struct StmtBuilder {
    dialect: Dialect,
    parts: Vec<String>,
    binds: Vec<Bind>,
    cached: bool,
    bounded: bool,
    point: Option<Point>,
    row: Option<Point>,
    page: bool,
    guard: Option<Guard>,
}

impl StmtBuilder {
    /// An empty statement; by default neither cached nor bounded.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            parts: vec![String::new()],
            binds: Vec::new(),
            cached: false,
            bounded: false,
            point: None,
            row: None,
            page: false,
            guard: None,
        }
    }

    /// The dialect to write in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn last(&mut self) -> &mut String {
        if self.parts.is_empty() {
            self.parts.push(String::new());
        }
        let last = self.parts.len() - 1;
        &mut self.parts[last]
    }

    /// Adds SQL that comes from our own code.
    pub fn sql(&mut self, sql: &str) -> &mut Self {
        self.last().push_str(sql);
        self
    }

    /// Adds an identifier of a descriptor, quoted.
    pub fn ident(&mut self, identifier: &str) -> &mut Self {
        let dialect = self.dialect;
        dialect.quote(self.last(), identifier);
        self
    }

    /// Adds `table.column`, both quoted.
    pub fn column(&mut self, table: &str, column: &str) -> &mut Self {
        self.ident(table).sql(".").ident(column)
    }

    /// Adds a bound value.
    pub fn bind(&mut self, kind: Kind, value: Value) -> &mut Self {
        self.binds.push(Bind { kind, value });
        self.parts.push(String::new());
        self
    }

    /// Adds ` = ` and the key of the one record that is read; `column` is where the key stands in the answer.
    /// Such reads may be answered together (`= ANY(…)`), so nothing but further predicates may follow.
    pub fn point(&mut self, kind: Kind, key: Value, column: usize) -> &mut Self {
        self.point = Some(Point { bind: self.binds.len(), column });
        self.sql(" = ").bind(kind, key)
    }

    /// Says that this inserts one row, whose key is this bind, and answers with it; `column` is where the key stands in
    /// the answer. Such inserts may be done together, so the text is `INSERT … VALUES (` and then the binds of the row.
    pub fn row(&mut self, bind: usize, column: usize) -> &mut Self {
        self.row = Some(Point { bind, column });
        self
    }

    /// Says that this reads a page of a list, with a limit, and can stand in brackets. Such pages may be read together.
    pub fn page(&mut self) -> &mut Self {
        self.page = true;
        self
    }

    /// Says that a further condition may be put here: the word that leads to it is ` WHERE ` or ` AND `.
    pub(crate) fn guard(&mut self, word: &'static str) -> &mut Self {
        let at = self.last().len();
        self.guard = Some(Guard { part: self.parts.len() - 1, at, word });
        self
    }

    /// Says that the text is one of a bounded set, so that preparing it once pays.
    pub fn cached(&mut self) -> &mut Self {
        self.cached = true;
        self
    }

    /// Says that the answer is small by construction.
    pub fn bounded(&mut self) -> &mut Self {
        self.bounded = true;
        self
    }

    /// The statement.
    #[must_use]
    pub fn finish(self) -> Stmt {
        let joins = (self.point, self.row);
        let mut text = Text::new(self.dialect, self.parts, (self.cached, self.bounded), joins, self.guard);
        text.page = self.page;
        Stmt { text: Arc::new(text), binds: self.binds }
    }
}

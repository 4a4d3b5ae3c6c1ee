//! Running statements on a connection of SQLite: what reader threads, the writer and reads in place share.

use super::row::Buffer;
use crate::database::DatabaseConfig;
use crate::row::Sink;
use crate::stmt::Stmt;
use crate::unit::{Outcome, Unit};
use crate::violation::{Class, Failure, Trouble};
use diesel::connection::{Connection, LoadConnection, SimpleConnection};
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::result::DatabaseErrorKind as Kind;
use diesel::sqlite::{Sqlite, SqliteConnection};
use framewright_core::Error;
use std::sync::Arc;

/// Opens a connection with the settings that all of ours have.
pub(super) fn open(
    url: &str,
    config: &DatabaseConfig,
    writes: bool,
    wait_ms: u128,
) -> Result<SqliteConnection, Failure> {
    let mut c = SqliteConnection::establish(url).map_err(|e| Failure::new(Class::Lost, e.to_string()))?;
    let mode = if writes {
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    } else {
        "PRAGMA query_only=1;"
    };
    let mmap = config.sqlite_mmap;
    c.batch_execute(&format!("PRAGMA busy_timeout={wait_ms}; PRAGMA mmap_size={mmap}; {mode}"))
        .map_err(failure)?;
    super::functions::register(&mut c).map_err(failure)?;
    Ok(c)
}

/// Reads rows into a sink; says how many it took before it ended, well or not.
pub(super) fn read(c: &mut SqliteConnection, stmt: &Stmt, sink: &mut dyn Sink) -> (u64, Result<(), Failure>) {
    let mut rows = 0;
    let result = (|| {
        let mut buffer = Buffer::lent();
        for row in c.load(Borrowed(stmt)).map_err(failure)? {
            buffer.fill(&row.map_err(failure)?);
            sink.row(&*buffer)?;
            rows += 1;
        }
        Ok(())
    })();
    (rows, result.map_err(|f: Failure| f.of(stmt)))
}

/// Runs every step, until one finds too few rows or fails; the caller undoes.
pub(super) fn steps(c: &mut SqliteConnection, unit: Unit) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::with_capacity(unit.steps.len());
    for mut step in unit.steps {
        step.stmt.text = Arc::clone(step.stmt.text.guarded());
        let mut sink = step.rows;
        let affected = match &mut sink {
            Some(sink) => {
                let (rows, result) = read(c, &step.stmt, &mut **sink);
                result.map_err(|f| reference(c, &step.stmt, f)).map(|()| rows)
            }
            None => match c.execute_returning_count(&Borrowed(&step.stmt)) {
                Ok(n) => Ok(n as u64),
                Err(e) => Err(reference(c, &step.stmt, failure(e).of(&step.stmt))),
            },
        }?;
        if !outcome.note(affected, sink, step.at_least) {
            break;
        }
    }
    Ok(outcome)
}

/// SQLite does not say which foreign key failed: asks, for each one that the statement gave a value, whether it is there.
fn reference(c: &mut SqliteConnection, stmt: &Stmt, mut failure: Failure) -> Failure {
    let Failure::Database(trouble) = &mut failure else { return failure };
    if trouble.class != Some(Class::Reference) {
        return failure;
    }
    let resources = framewright_core::registry::resources();
    let Some(d) = resources.into_iter().find(|d| Some(d.table) == trouble.table.as_deref()) else {
        return failure;
    };
    for (i, bind) in stmt.binds.iter().enumerate() {
        let Some(column) = stmt.text.written_column(i) else { continue };
        let Some(target) = d.fields.iter().find(|f| f.column == column).and_then(|f| f.facts.references)
        else {
            continue;
        };
        let mut probe = crate::StmtBuilder::new(crate::Dialect::Sqlite);
        probe
            .sql("SELECT 1 FROM ")
            .ident(target().table)
            .sql(" WHERE ")
            .ident(target().key_field().column)
            .sql(" = ");
        probe.bind(bind.kind, bind.value.clone());
        let mut found = crate::row::Collect::default();
        if !bind.value.is_null() && read(c, &probe.finish(), &mut found).1.is_ok() && found.rows.is_empty() {
            trouble.columns.push(column.to_owned());
        }
    }
    failure
}

/// A raw query, every value as text.
pub(super) fn texts(c: &mut SqliteConnection, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
    let mut b = crate::StmtBuilder::new(crate::Dialect::Sqlite);
    b.sql(sql);
    let (stmt, mut buffer, mut rows) = (b.finish(), Buffer::default(), Vec::new());
    for row in c.load(Borrowed(&stmt)).map_err(failure)? {
        buffer.fill(&row.map_err(failure)?);
        rows.push(buffer.texts());
    }
    Ok(rows)
}

/// What Diesel says, sorted.
pub(super) fn failure(e: diesel::result::Error) -> Failure {
    let diesel::result::Error::DatabaseError(kind, info) = e else {
        return Failure::Ours(Error::internal(e));
    };
    let message = info.message().to_owned();
    let mut trouble = Trouble::default();
    let tail = message.split_once(" constraint failed: ").map(|(_, tail)| tail);
    let class = match kind {
        Kind::UniqueViolation => Class::Unique,
        Kind::ForeignKeyViolation => Class::Reference,
        Kind::NotNullViolation => Class::NotNull,
        Kind::CheckViolation => Class::Check,
        // ON DELETE RESTRICT comes as the failure of a trigger.
        _ if message.starts_with("FOREIGN KEY constraint failed") => Class::Reference,
        _ if message.contains(super::functions::OUT_OF_TIME) => Class::Slow,
        _ if message.contains("is locked") => Class::Busy,
        _ if message.contains("disk is full") => Class::Full,
        _ if message.contains("disk") || message.contains("unable to open") => Class::Lost,
        _ if message.starts_with("cannot store") => Class::Range,
        _ => Class::Other,
    };
    match (class, tail) {
        (Class::Check, Some(name)) => trouble.constraint = Some(name.to_owned()),
        (Class::Unique | Class::NotNull, Some(list)) => {
            match list.strip_prefix("index '").and_then(|n| n.strip_suffix('\'')) {
                Some(index) => trouble.constraint = Some(index.to_owned()),
                None => {
                    for column in list.split(", ") {
                        if let Some((table, column)) = column.split_once('.') {
                            trouble.table = Some(table.to_owned());
                            trouble.columns.push(column.to_owned());
                        }
                    }
                }
            }
        }
        _ => {}
    }
    Trouble { class: Some(class), message, ..trouble }.into()
}

/// Diesel takes a query by value; this one is lent.
pub(super) struct Borrowed<'a>(pub(super) &'a Stmt);

impl QueryId for Borrowed<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl diesel::query_builder::Query for Borrowed<'_> {
    type SqlType = diesel::expression::expression_types::Untyped;
}
impl QueryFragment<Sqlite> for Borrowed<'_> {
    fn walk_ast<'b>(
        &'b self,
        out: diesel::query_builder::AstPass<'_, 'b, Sqlite>,
    ) -> diesel::QueryResult<()> {
        self.0.walk_ast(out)
    }
}

//! One migration, run by the harness of `diesel_migrations` statement by statement, so that it is known where it
//! stopped, and can go on from there where DDL has no transactions.

use super::effect::changes_rows;
use super::script::{Migration, statements};
use super::track::{Progress, mark, remember, remember_schema};
use crate::database::{Admin, Migrations};
use crate::ddl::{QUIET, fingerprint};
use crate::dialect::Dialect;
use diesel::backend::Backend;
use diesel::connection::BoxableConnection;
use diesel::migration::{self, MigrationMetadata, MigrationName, MigrationVersion};
use diesel_migrations::MigrationHarness;
use framewright_core::{Error, ErrorKind, Result};
use std::fmt;

/// After a rebuild, every foreign key must hold again; SQLite looks at none of them while they are off.
const FOREIGN_KEYS_HOLD: [&str; 3] = [
    "CREATE TEMP TABLE __foreign_keys (dangling INTEGER CHECK (dangling = 0))",
    "INSERT INTO __foreign_keys SELECT count(*) FROM pragma_foreign_key_check",
    "DROP TABLE __foreign_keys",
];

/// The version of what belongs to no migration: what development does by itself.
const DEVELOPMENT: &str = "development";

/// A script on its way through the harness.
pub(crate) struct Script {
    pub(crate) dialect: Dialect,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) statements: Vec<String>,
    /// forth, or back
    pub(crate) up: bool,
    /// whether all of it happens or nothing
    pub(crate) atomic: bool,
    /// statements that an earlier run has applied
    pub(crate) skip: usize,
    /// what has to run before the first of the others: it clears away what an earlier run left of that one
    pub(crate) first: Option<String>,
    /// what is remembered before and, in the same transaction where there is one, after
    pub(crate) before: Vec<String>,
    pub(crate) after: Vec<String>,
}

/// Where a script stopped.
#[derive(Debug)]
pub(crate) struct Stopped {
    /// the statement, counted from nought; `None` outside of them
    at: Option<usize>,
    message: String,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for Stopped {}

impl Script {
    /// A migration, there or back.
    pub(crate) fn of(dialect: Dialect, migration: &Migration, up: bool) -> Self {
        let sql = if up { Some(&migration.up) } else { migration.down.as_ref() };
        let statements = statements(dialect, sql.map_or("", String::as_str));
        let (total, version) = (statements.len(), migration.version());
        let atomic = dialect != Dialect::Mysql && migration.transaction;
        let schema = migration.schemas().map(|(from, to)| if up { to } else { from });
        let mut after = if up {
            remember(dialect, migration, Progress::Applied, total)
        } else {
            vec![mark(dialect, &version, Progress::Reverted, total, "", None)]
        };
        after.extend(schema.into_iter().flat_map(|s| remember_schema(dialect, s, None)));
        let before = match (atomic, up) {
            (true, _) => Vec::new(),
            (false, true) => remember(dialect, migration, Progress::Running, total),
            (false, false) => vec![mark(dialect, &version, Progress::Reverting, 0, "", None)],
        };
        let name = migration.name.clone();
        Self { dialect, name, version, statements, up, atomic, skip: 0, first: None, before, after }
    }

    /// Statements that belong to no migration, with what is remembered once they have run.
    pub(crate) fn unrecorded(
        dialect: Dialect,
        name: impl Into<String>,
        statements: Vec<String>,
        after: Vec<String>,
    ) -> Self {
        Self {
            dialect,
            name: name.into(),
            version: DEVELOPMENT.to_owned(),
            statements,
            up: true,
            atomic: dialect != Dialect::Mysql,
            skip: 0,
            first: None,
            before: Vec::new(),
            after,
        }
    }

    /// The hash of the first statements.
    pub(crate) fn prefix(&self, count: usize) -> String {
        fingerprint(&self.statements.get(..count).unwrap_or_default().join(";"))
    }

    /// What of it is left to run, as a script.
    pub(crate) fn rest(&self) -> String {
        let rest = self.statements.iter().skip(self.skip);
        self.first.iter().chain(rest).map(|s| format!("{s};\n")).collect()
    }

    fn all<DB: Backend>(&self, conn: &mut dyn BoxableConnection<DB>) -> std::result::Result<(), Stopped> {
        let outside = |e: diesel::result::Error| Stopped { at: None, message: e.to_string() };
        if self.skip == 0 {
            for statement in &self.before {
                conn.batch_execute(statement).map_err(outside)?;
            }
        }
        let (running, failed) = if self.up {
            (Progress::Running, Progress::Failed)
        } else {
            (Progress::Reverting, Progress::RevertFailed)
        };
        let note = |progress, at: usize, error: Option<&str>| {
            mark(self.dialect, &self.version, progress, at, &self.prefix(at), error)
        };
        for (at, statement) in self.statements.iter().enumerate().skip(self.skip) {
            if !self.atomic {
                conn.batch_execute(&note(running, at, None)).map_err(outside)?;
            }
            if let Some(first) = self.first.as_ref().filter(|_| at == self.skip) {
                conn.batch_execute(first).map_err(outside)?;
            }
            // Rows change together with the note that they did, so that no later run changes them again.
            let noted = !self.atomic && changes_rows(self.dialect, statement);
            let result = if noted {
                let pieces = [self.begin(), statement, &note(running, at + 1, None), "COMMIT"];
                pieces.iter().try_for_each(|sql| conn.batch_execute(sql))
            } else {
                conn.batch_execute(statement)
            };
            let result = result.or_else(|e| match self.is_refused_trigger(statement, &e.to_string()) {
                true => Ok(()),
                false => Err(e),
            });
            if let Err(e) = result {
                // The statement's own error is what counts, whatever becomes of these two.
                if noted {
                    let _ = conn.batch_execute("ROLLBACK");
                }
                if !self.atomic {
                    let _ = conn.batch_execute(&note(failed, at, Some(&e.to_string())));
                }
                return Err(Stopped { at: Some(at), message: e.to_string() });
            }
        }
        if self.dialect == Dialect::Sqlite {
            for statement in FOREIGN_KEYS_HOLD {
                conn.batch_execute(statement).map_err(|e| match statement {
                    s if s.starts_with("INSERT") => Stopped {
                        at: None,
                        message: format!(
                            "it leaves rows that point to nothing (PRAGMA foreign_key_check lists them): {e}"
                        ),
                    },
                    _ => outside(e),
                })?;
            }
        }
        for statement in &self.after {
            conn.batch_execute(statement).map_err(outside)?;
        }
        Ok(())
    }

    fn error(&self, stopped: &Stopped) -> Error {
        let (name, total) = (&self.name, self.statements.len());
        let (what, again) = match (self.version == DEVELOPMENT, self.up) {
            (true, _) => ("the resources", "start again"),
            (false, true) => ("the migration", "run `migrate up` again"),
            (false, false) => ("the migration", "run `migrate down` again"),
        };
        let (place, statement) = match stopped.at {
            Some(at) => (
                format!(" at statement {} of {total}", at + 1),
                self.statements.get(at).map_or("", String::as_str),
            ),
            None => (String::new(), ""),
        };
        let message = format!("{name} failed{place}: {}\n{}", stopped.message, indented(statement));
        let applied = stopped.at.unwrap_or(if self.atomic { 0 } else { total });
        let hint = if self.atomic || applied == 0 {
            format!(
                "nothing of it is applied: correct {what}, or the rows that it stumbles over, and {again}"
            )
        } else {
            let list: String = (1..)
                .zip(self.statements.iter().take(applied))
                .map(|(n, s)| format!("\n  {n}. {}", first_line(s)))
                .collect();
            let why = if self.dialect == Dialect::Mysql {
                "MySQL and MariaDB have no transactions for DDL"
            } else {
                "it runs outside a transaction"
            };
            format!(
                "{why}, so what came before stays applied:{list}\nleave these as they are, correct what comes after them \
                 (or the rows that it stumbles over), and {again}: it goes on with statement {}",
                applied + 1
            )
        };
        Error::new(ErrorKind::Conflict, "migrate.failed", message.trim_end().to_owned()).hint(hint)
    }

    /// Runs it, as a migration that `diesel_migrations` records.
    pub(crate) async fn run(self, admin: &mut Admin) -> Result<()> {
        let (script, result) = admin.migrations(Recorded(self)).await?;
        result.map_err(|stopped| script.error(&stopped))
    }

    /// Error 1419: triggers are for administrators. What raw SQL then has to do itself is no reason to stop.
    fn is_refused_trigger(&self, statement: &str, message: &str) -> bool {
        let refused = self.dialect == Dialect::Mysql
            && message.contains("log_bin_trust_function_creators")
            && statement.starts_with("CREATE TRIGGER `tr_")
            && statement.contains(QUIET);
        if refused {
            tracing::warn!(
                migration = %self.name,
                "the server lets only administrators make triggers while its binary log is on (error 1419), so SQL that is not \
                 the framework's has to count `version` itself; `log_bin_trust_function_creators = 1` allows it: {}",
                first_line(statement)
            );
        }
        refused
    }

    fn begin(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN",
            Dialect::Mysql => "START TRANSACTION",
        }
    }

    /// Runs it without a record of `diesel_migrations`: what development does between migrations.
    pub(crate) async fn run_unrecorded(self, admin: &mut Admin) -> Result<()> {
        if self.atomic {
            admin.script(self.begin()).await?;
        }
        let result = self.each(admin).await;
        if self.atomic {
            admin.script(if result.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
        }
        result.map_err(|stopped| self.error(&stopped))
    }

    async fn each(&self, admin: &mut Admin) -> std::result::Result<(), Stopped> {
        let stop = |at, e: &Error| Stopped { at, message: cause(e) };
        for (at, statement) in self.statements.iter().enumerate() {
            match admin.script(statement).await {
                Err(e) if !self.is_refused_trigger(statement, &cause(&e)) => return Err(stop(Some(at), &e)),
                _ => {}
            }
        }
        let checks =
            FOREIGN_KEYS_HOLD.iter().filter(|_| self.dialect == Dialect::Sqlite).map(|s| (*s).to_owned());
        for statement in checks.chain(self.after.iter().cloned()) {
            admin.script(&statement).await.map_err(|e| stop(None, &e))?;
        }
        Ok(())
    }
}

/// What the database said.
pub(crate) fn cause(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.message().to_owned(), ToString::to_string)
}

fn indented(statement: &str) -> String {
    statement.lines().map(|l| format!("    {l}\n")).collect()
}

fn first_line(statement: &str) -> &str {
    statement.lines().find(|l| !l.starts_with("--")).unwrap_or_default()
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl MigrationName for Script {
    fn version(&self) -> MigrationVersion<'_> {
        MigrationVersion::from(&self.version)
    }
}

impl MigrationMetadata for Script {
    fn run_in_transaction(&self) -> bool {
        self.atomic
    }
}

impl<DB: Backend> migration::Migration<DB> for Script {
    fn run(&self, conn: &mut dyn BoxableConnection<DB>) -> migration::Result<()> {
        Ok(self.all(conn)?)
    }
    fn revert(&self, conn: &mut dyn BoxableConnection<DB>) -> migration::Result<()> {
        Ok(self.all(conn)?)
    }
    fn metadata(&self) -> &dyn MigrationMetadata {
        self
    }
    fn name(&self) -> &dyn MigrationName {
        self
    }
}

type Ran = (Script, std::result::Result<(), Stopped>);

struct Recorded(Script);

impl Migrations for Recorded {
    type Out = Ran;
    fn run<DB: Backend, H: MigrationHarness<DB>>(self, harness: &mut H) -> Ran {
        let script = self.0;
        let result =
            if script.up { harness.run_migration(&script) } else { harness.revert_migration(&script) };
        let result = result.map(drop).map_err(|e| match e.downcast::<Stopped>() {
            Ok(stopped) => *stopped,
            Err(e) => Stopped { at: None, message: e.to_string() },
        });
        (script, result)
    }
}

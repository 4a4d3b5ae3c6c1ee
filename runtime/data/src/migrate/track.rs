//! What a database remembers of its migrations, beside the table of `diesel_migrations`: checksums, how far an
//! interrupted one came, and which schema it has now.

use super::script::Migration;
use crate::database::{Admin, Migrations};
use crate::ddl::column::text;
use crate::dialect::Dialect;
use diesel::backend::Backend;
use diesel_migrations::MigrationHarness;
use framewright_core::{Error, Result, Timestamp};

/// How far a migration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// all of it is applied
    Applied,
    /// begun, and not ended: its process was stopped, or is at it
    Running,
    /// stopped at a statement
    Failed,
    /// on the way back: begun, and not ended
    Reverting,
    /// stopped on the way back
    RevertFailed,
    /// back where it was
    Reverted,
}

impl Progress {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Applied, "applied"),
        (Self::Running, "running"),
        (Self::Failed, "failed"),
        (Self::Reverting, "reverting"),
        (Self::RevertFailed, "revert_failed"),
        (Self::Reverted, "reverted"),
    ];

    /// Whether it is on the way back, or there, and `diesel_migrations` does not know that yet.
    pub(crate) fn is_backwards(self) -> bool {
        matches!(self, Self::Reverting | Self::RevertFailed | Self::Reverted)
    }

    /// The name in reports.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(p, _)| *p == self).map_or("", |(_, name)| name)
    }
}

/// What is remembered of a migration.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) checksum: String,
    pub(crate) progress: Progress,
    /// statements that are applied (on the way back: undone) for certain
    pub(crate) done: usize,
    pub(crate) total: usize,
    /// the hash of those statements
    pub(crate) prefix: String,
    pub(crate) error: Option<String>,
    pub(crate) at: String,
}

/// Makes the tables that keep track.
pub(crate) async fn setup(admin: &mut Admin) -> Result<()> {
    let (long, tail) = match admin.dialect() {
        Dialect::Mysql => ("LONGTEXT", " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"),
        _ => ("TEXT", ""),
    };
    admin
        .script(&format!(
            "CREATE TABLE IF NOT EXISTS __framewright_migrations (version VARCHAR(50) NOT NULL PRIMARY KEY, \
             name VARCHAR(200) NOT NULL, checksum VARCHAR(64) NOT NULL, progress VARCHAR(20) NOT NULL, \
             done INTEGER NOT NULL, total INTEGER NOT NULL, prefix VARCHAR(64) NOT NULL, error {long}, \
             changed_at VARCHAR(40) NOT NULL){tail}"
        ))
        .await?;
    admin
        .script(&format!(
            "CREATE TABLE IF NOT EXISTS __framewright_schema (id INTEGER NOT NULL PRIMARY KEY, \
             fingerprint VARCHAR(64) NOT NULL, snapshot {long}){tail}"
        ))
        .await
}

/// Whether the tables that keep track are there.
async fn is_set_up(admin: &mut Admin) -> Result<bool> {
    Ok(crate::introspect::names(admin).await?.iter().any(|name| name == "__framewright_migrations"))
}

/// What is applied and what is remembered, where anything is, without making the tables for it.
pub(crate) async fn known(admin: &mut Admin) -> Result<(Vec<String>, Vec<Record>)> {
    if !is_set_up(admin).await? {
        return Ok((Vec::new(), Vec::new()));
    }
    Ok((applied(admin).await?, records(admin).await?))
}

/// What is remembered, by version.
pub(crate) async fn records(admin: &mut Admin) -> Result<Vec<Record>> {
    let char = if admin.dialect() == Dialect::Mysql { "CHAR" } else { "TEXT" };
    let rows = admin
        .rows(&format!(
            "SELECT version, name, checksum, progress, CAST(done AS {char}), CAST(total AS {char}), prefix, error, \
             changed_at FROM __framewright_migrations ORDER BY version"
        ))
        .await?;
    let record = |row: &Vec<Option<String>>| {
        let cell = |at: usize| row.get(at).cloned().flatten();
        let progress = cell(3)?;
        Some(Record {
            version: cell(0)?,
            name: cell(1)?,
            checksum: cell(2)?,
            progress: Progress::ALL.iter().find(|(_, name)| *name == progress)?.0,
            done: cell(4)?.parse().ok()?,
            total: cell(5)?.parse().ok()?,
            prefix: cell(6)?,
            error: cell(7),
            at: cell(8)?,
        })
    };
    Ok(rows.iter().filter_map(record).collect())
}

/// The schema that the database has: its fingerprint, and its snapshot where that is known.
pub(crate) async fn schema(admin: &mut Admin) -> Result<Option<(String, Option<String>)>> {
    if !is_set_up(admin).await? {
        return Ok(None);
    }
    let rows = admin.rows("SELECT fingerprint, snapshot FROM __framewright_schema WHERE id = 1").await?;
    Ok(rows.into_iter().next().and_then(|row| {
        let mut cells = row.into_iter();
        Some((cells.next()??, cells.next().flatten()))
    }))
}

/// The statements that remember a schema.
pub(crate) fn remember_schema(dialect: Dialect, fingerprint: &str, snapshot: Option<&str>) -> Vec<String> {
    let snapshot = snapshot.map_or("NULL".to_owned(), |s| text(dialect, s));
    vec![
        "DELETE FROM __framewright_schema".to_owned(),
        format!("INSERT INTO __framewright_schema VALUES (1, {}, {snapshot})", text(dialect, fingerprint)),
    ]
}

/// The statements that remember a migration in place of what was remembered of it.
pub(crate) fn remember(
    dialect: Dialect,
    migration: &Migration,
    progress: Progress,
    total: usize,
) -> Vec<String> {
    let version = text(dialect, &migration.version());
    let done = if matches!(progress, Progress::Applied) { total } else { 0 };
    vec![
        format!("DELETE FROM __framewright_migrations WHERE version = {version}"),
        format!(
            "INSERT INTO __framewright_migrations VALUES ({version}, {}, {}, '{}', {done}, {total}, '', NULL, '{}')",
            text(dialect, &migration.name),
            text(dialect, &migration.checksum()),
            progress.name(),
            Timestamp::now()
        ),
    ]
}

/// The statement that remembers how far a migration is.
pub(crate) fn mark(
    dialect: Dialect,
    version: &str,
    progress: Progress,
    done: usize,
    prefix: &str,
    error: Option<&str>,
) -> String {
    format!(
        "UPDATE __framewright_migrations SET progress = '{}', done = {done}, prefix = '{prefix}', error = {}, \
         changed_at = '{}' WHERE version = {}",
        progress.name(),
        error.map_or("NULL".to_owned(), |e| text(dialect, e)),
        Timestamp::now(),
        text(dialect, version)
    )
}

/// The versions that `diesel_migrations` has applied, oldest first.
pub(crate) async fn applied(admin: &mut Admin) -> Result<Vec<String>> {
    struct Applied;
    impl Migrations for Applied {
        type Out = Result<Vec<String>, String>;
        fn run<DB: Backend, H: MigrationHarness<DB>>(self, harness: &mut H) -> Self::Out {
            let versions = harness.applied_migrations().map_err(|e| e.to_string())?;
            Ok(versions.iter().rev().map(ToString::to_string).collect())
        }
    }
    admin.migrations(Applied).await?.map_err(Error::internal)
}

//! `migrate status`: how far every migration is, without touching anything.

use super::danger::Danger;
use super::run::Migrator;
use super::script::Migration;
use super::track::{self, Progress, Record};
use crate::database::Admin;
use framewright_core::Result;
use serde_json::{Value, json};

/// A migration in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// its name
    pub name: String,
    /// `applied`, `pending`, `edited`, `failed`, `running`, `reverting`, `revert_failed`; `out_of_order`: pending, and one
    /// that comes after it is applied; `taken`: its version is applied as another migration; `missing`: applied, and not
    /// among the files
    pub state: &'static str,
    /// when that was
    pub at: Option<String>,
    /// statements that are applied, of how many, where it stopped in the middle
    pub progress: Option<(usize, usize)>,
    /// what the database said then
    pub error: Option<String>,
}

/// What `migrate status` reports.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// every migration, in order
    pub migrations: Vec<MigrationState>,
}

impl Status {
    /// Whether there is nothing to run and nothing to repair.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.migrations.iter().all(|m| m.state == "applied")
    }

    /// The report for machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let one = |m: &MigrationState| {
            json!({ "name": m.name, "state": m.state, "at": m.at, "error": m.error,
                    "statements": m.progress.map(|(done, total)| json!({ "done": done, "total": total })) })
        };
        json!({ "clean": self.is_clean(), "migrations": self.migrations.iter().map(one).collect::<Vec<_>>() })
    }
}

impl Danger {
    /// The danger for machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "code": self.code, "table": self.table, "message": self.message, "sequence": self.sequence,
                "loses": self.loses, "approved": self.approved, "impossible": self.impossible })
    }
}

impl Migrator {
    /// Every migration and how far it is. Changes nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn status(&self) -> Result<Status> {
        let mut admin = self.database.admin().await?;
        let result = self.read_status(&mut admin).await;
        admin.finish().await?;
        result
    }

    async fn read_status(&self, admin: &mut Admin) -> Result<Status> {
        self.migrations.check()?;
        let (applied, records) = track::known(admin).await?;
        let mut migrations: Vec<MigrationState> =
            self.migrations.files.iter().map(|m| state(m, &applied, &records)).collect();
        let known = |version: &String| self.migrations.files.iter().any(|m| m.version() == *version);
        for version in applied.iter().filter(|v| !known(v)) {
            let record = records.iter().find(|r| r.version == *version);
            migrations.push(MigrationState {
                name: record.map_or_else(|| version.clone(), |r| r.name.clone()),
                state: "missing",
                at: record.map(|r| r.at.clone()),
                progress: None,
                error: None,
            });
        }
        migrations.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Status { migrations })
    }
}

fn state(migration: &Migration, applied: &[String], records: &[Record]) -> MigrationState {
    let record = records.iter().find(|r| r.version == migration.version());
    let is_applied = applied.contains(&migration.version());
    let state = match record {
        Some(r) if taken(migration, r, applied) => "taken",
        // All of it is undone, and the record of `diesel_migrations` is still there.
        Some(r) if is_applied && r.progress == Progress::Reverted => Progress::Reverting.name(),
        Some(r) if is_applied && r.progress.is_backwards() => r.progress.name(),
        Some(r) if edited(migration, r, applied) => "edited",
        _ if is_applied => "applied",
        Some(r) if matches!(r.progress, Progress::Failed | Progress::Running) => r.progress.name(),
        // All of it is applied, and `diesel_migrations` has no record of it yet.
        Some(r) if r.progress == Progress::Applied => Progress::Running.name(),
        _ if out_of_order(migration, applied) => "out_of_order",
        _ => "pending",
    };
    let stopped = record.filter(|_| matches!(state, "failed" | "running" | "reverting" | "revert_failed"));
    MigrationState {
        name: migration.name.clone(),
        state,
        at: record.filter(|_| state != "pending").map(|r| r.at.clone()),
        progress: stopped.map(|r| (r.done, r.total)),
        error: stopped.and_then(|r| r.error.clone()),
    }
}

pub(super) fn edited(migration: &Migration, record: &Record, applied: &[String]) -> bool {
    applied.contains(&record.version)
        && record.progress == Progress::Applied
        && record.checksum != migration.checksum()
        && !taken(migration, record, applied)
}

/// Whether the version is applied as another migration: one of another name that says something else.
pub(super) fn taken(migration: &Migration, record: &Record, applied: &[String]) -> bool {
    applied.contains(&record.version)
        && record.name != migration.name
        && record.checksum != migration.checksum()
}

/// Whether it is pending behind one that is applied.
pub(super) fn out_of_order(migration: &Migration, applied: &[String]) -> bool {
    let version = migration.version();
    !applied.contains(&version) && applied.iter().any(|a| *a > version)
}

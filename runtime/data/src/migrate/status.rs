//! `migrate status` and `--pretend`: how far every migration is, without touching anything.

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
    /// `applied`, `pending`, `edited`, `failed`, `running`, `reverting`, `revert_failed`, `missing`
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
        let set_up = track::is_set_up(admin).await?;
        let records = if set_up { track::records(admin).await? } else { Vec::new() };
        let applied = if set_up { track::applied(admin).await? } else { Vec::new() };
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

    /// What `up` would run, without running it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn pretend(&self) -> Result<Vec<Migration>> {
        let status = self.status().await?;
        let open = |m: &&Migration| {
            status
                .migrations
                .iter()
                .any(|s| s.name == m.name && matches!(s.state, "pending" | "failed" | "running"))
        };
        Ok(self.migrations.files.iter().filter(open).cloned().collect())
    }
}

fn state(migration: &Migration, applied: &[String], records: &[Record]) -> MigrationState {
    let record = records.iter().find(|r| r.version == migration.version());
    let is_applied = applied.contains(&migration.version());
    let state = match record {
        Some(r) if is_applied && matches!(r.progress, Progress::Reverting | Progress::RevertFailed) => {
            r.progress.name()
        }
        Some(r) if edited(migration, r, applied) => "edited",
        _ if is_applied => "applied",
        Some(r) if matches!(r.progress, Progress::Failed | Progress::Running) => r.progress.name(),
        _ => "pending",
    };
    let stopped = record.filter(|_| !matches!(state, "applied" | "pending" | "edited"));
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
}

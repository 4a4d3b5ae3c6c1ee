//! What has to hold between the files, what the database remembers of them, and the schema that it has, before anything
//! runs.

use super::run::Migrator;
use super::script::Migration;
use super::status::{edited, out_of_order, taken};
use super::track::{self, Progress, Record};
use crate::database::Admin;
use framewright_core::{Error, ErrorKind, Result};

/// How a migration of another branch gets its place.
pub(super) const RENUMBER: &str = "take the younger one's directories away, take `schema.lock` and `embed.rs` as the other branch has them, \
     and let `migrate make` write it anew: it gets the next number";

impl Migrator {
    /// Finds files that were edited, and versions that another file was applied under. Where edits are accepted, it says
    /// what makes them so.
    pub(super) fn check_files(&self, applied: &[String], records: &[Record]) -> Result<Vec<String>> {
        let mut accepted = Vec::new();
        for migration in &self.migrations.files {
            let Some(record) = records.iter().find(|r| r.version == migration.version()) else { continue };
            if taken(migration, record, applied) {
                let message = format!(
                    "{} cannot run: version {} is applied here already, as {}",
                    migration.name, record.version, record.name
                );
                return Err(
                    Error::new(ErrorKind::Conflict, "migrate.duplicate_version", message).hint(RENUMBER)
                );
            }
            if !edited(migration, record, applied) {
                continue;
            }
            if self.accept_edits {
                accepted.extend(track::remember(self.dialect(), migration, Progress::Applied, record.total));
                continue;
            }
            let message = format!("{} was edited after it was applied ({})", migration.name, record.at);
            return Err(Error::new(ErrorKind::Conflict, "migrate.edited", message).hint(format!(
                "take the files back (`git checkout -- migrations/{}/{}`) and put the change into a new migration with \
                 `migrate make`; if the database is as the files say now, run with `--accept-edits` once",
                self.dialect().name(),
                migration.name
            )));
        }
        Ok(accepted)
    }

    /// Finds a migration that is on its way back.
    pub(super) fn check_half_reverted(applied: &[String], records: &[Record]) -> Result<()> {
        let half = |r: &&Record| r.progress.is_backwards() && applied.contains(&r.version);
        let Some(record) = records.iter().find(half) else { return Ok(()) };
        let message =
            format!("{} is undone by half: {} of {} statements", record.name, record.done, record.total);
        Err(Error::new(ErrorKind::Conflict, "migrate.half_reverted", message)
            .hint("run `migrate down` first: it goes on where it stopped"))
    }

    /// Finds a pending migration whose number is behind one that is applied.
    pub(super) fn check_order(&self, applied: &[String]) -> Result<()> {
        let Some(late) = self.migrations.files.iter().find(|m| out_of_order(m, applied)) else {
            return Ok(());
        };
        let newest = applied.iter().max().map_or("", String::as_str);
        let message = format!("{} is not applied, and {newest}, which comes after it, is", late.name);
        Err(Error::new(ErrorKind::Conflict, "migrate.out_of_order", message)
            .hint(format!("it was written beside what is applied, and does not know it: {RENUMBER}")))
    }

    /// Finds an applied migration that is not among the files.
    pub(super) fn check_missing(&self, applied: &[String], records: &[Record]) -> Result<()> {
        let known = |version: &String| self.migrations.files.iter().any(|m| m.version() == *version);
        let Some(version) = applied.iter().find(|v| !known(v)) else { return Ok(()) };
        let record = records.iter().find(|r| r.version == *version);
        let name = record.map_or(version, |r| &r.name);
        let message = format!("{name} is applied here, and this program does not have it");
        Err(Error::new(ErrorKind::Conflict, "migrate.missing", message).hint(
            "build the program from a state that has it, or take its directory back from version control; a program that \
             is older than the database can be served, and must not migrate",
        ))
    }

    /// How many of the pending migrations lead to what development has made of the schema already.
    pub(super) async fn adoptable(&self, admin: &mut Admin, pending: &[&Migration]) -> Result<usize> {
        let Some((now, _)) = track::schema(admin).await? else { return Ok(0) };
        let starts = pending.first().and_then(|m| m.schemas()).is_some_and(|(from, _)| from == now);
        if starts {
            return Ok(0);
        }
        let last = pending.iter().rposition(|m| m.schemas().is_some_and(|(_, to)| to == now));
        match last {
            Some(last) => Ok(last + 1),
            // Nothing pending knows this schema: development went another way.
            None if pending.iter().any(|m| m.schemas().is_some()) && self.is_developed(&now) => {
                Err(diverged("development has changed this database in a way that no pending migration does"))
            }
            None => Ok(0),
        }
    }

    /// Whether the schema of the database is one that no migration leads to.
    fn is_developed(&self, now: &str) -> bool {
        let mut known = self.migrations.files.iter().filter_map(Migration::schemas);
        !known.any(|(from, to)| from == now || to == now)
    }

    /// Refuses the way back from a schema that the newest migration did not lead to: its `down.sql` begins there.
    pub(super) async fn check_way_back(
        &self,
        admin: &mut Admin,
        applied: &[String],
        records: &[Record],
    ) -> Result<()> {
        let Some((now, _)) = track::schema(admin).await? else { return Ok(()) };
        let found = |version: &String| self.migrations.files.iter().find(|m| m.version() == *version);
        let newest = applied.iter().rev().find_map(|v| Some((v, found(v)?.schemas()?)));
        let Some((version, (_, to))) = newest else { return Ok(()) };
        let turning = records.iter().any(|r| r.version == *version && r.progress.is_backwards());
        if turning || to == now {
            return Ok(());
        }
        Err(diverged(
            "development has changed this database since the newest migration, whose down.sql does not know that",
        ))
    }
}

fn diverged(message: &'static str) -> Error {
    Error::new(ErrorKind::Conflict, "migrate.diverged", message).hint(
        "`migrate make` writes a migration of what development changed, and `migrate up` records it here; or `migrate fresh` \
         makes the database new from the migrations",
    )
}

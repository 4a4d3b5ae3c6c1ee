//! `migrate up|down|redo|fresh`, one process at a time.

use super::execute::Script;
use super::script::{Migration, MigrationFiles};
use super::status::edited;
use super::track::{self, Progress, Record};
use crate::database::{Admin, Database};
use crate::dialect::Dialect;
use framewright_core::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::time::Duration;

/// The name of the lock that all processes share.
const LOCK: &str = "migrate";

/// What happens, for whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// another process migrates; this one waits for it
    Waiting,
    /// a migration begins
    Up {
        /// its name
        name: String,
    },
    /// a migration is undone
    Down {
        /// its name
        name: String,
    },
    /// a migration was found to be applied by development already, and is only recorded
    Adopted {
        /// its name
        name: String,
    },
    /// development changes the schema by itself
    Developing {
        /// what changes, a line per table
        summary: Vec<String>,
    },
}

/// Runs migrations.
#[derive(Clone)]
pub struct Migrator {
    pub(super) database: Arc<Database>,
    pub(super) migrations: MigrationFiles,
    wait: Duration,
    production: bool,
    force: bool,
    accept_edits: bool,
    watch: Option<Arc<dyn Fn(&Event) + Send + Sync>>,
}

impl Migrator {
    /// A runner for these migrations.
    #[must_use]
    pub fn new(database: Arc<Database>, migrations: MigrationFiles) -> Self {
        let wait = Duration::from_secs(600);
        Self { database, migrations, wait, production: false, force: false, accept_edits: false, watch: None }
    }

    /// Whether this is production, where what destroys data needs force.
    #[must_use]
    pub fn production(mut self, production: bool, force: bool) -> Self {
        (self.production, self.force) = (production, force);
        self
    }

    /// How long to wait for another process that migrates; ten minutes unless told.
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Takes edited files for what was applied, from now on.
    #[must_use]
    pub fn accept_edits(mut self, accept: bool) -> Self {
        self.accept_edits = accept;
        self
    }

    /// Tells what happens while it does.
    #[must_use]
    pub fn watch(mut self, watch: Arc<dyn Fn(&Event) + Send + Sync>) -> Self {
        self.watch = Some(watch);
        self
    }

    pub(super) fn tell(&self, event: &Event) {
        if let Some(watch) = &self.watch {
            watch(event);
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.database.dialect()
    }

    /// Refuses what destroys data in production.
    ///
    /// # Errors
    /// `migrate.production`, without force.
    pub fn guard(&self, what: &str) -> Result<()> {
        if !self.production || self.force {
            return Ok(());
        }
        let message = format!("`{what}` destroys data, and this is production");
        Err(Error::new(ErrorKind::Forbidden, "migrate.production", message)
            .hint("make a backup, and add `--force` if you mean it"))
    }

    /// Takes the connection and the lock.
    pub(super) async fn begin(&self) -> Result<Admin> {
        let mut admin = self.database.admin().await?;
        if admin.lock(LOCK, Duration::ZERO).await.is_err() {
            self.tell(&Event::Waiting);
            if let Err(e) = admin.lock(LOCK, self.wait).await {
                let message =
                    format!("another process has been migrating for {} seconds", self.wait.as_secs());
                return Err(Error::new(ErrorKind::Unavailable, "migrate.locked", message)
                    .hint(
                        "look at what it does (its log, or the database's list of processes), and try again",
                    )
                    .caused_by(e));
            }
        }
        if self.dialect() == Dialect::Sqlite {
            admin.script("PRAGMA foreign_keys = OFF").await?;
        }
        Ok(admin)
    }

    /// Gives both back, whatever happened.
    pub(super) async fn end<T>(&self, mut admin: Admin, result: Result<T>) -> Result<T> {
        if self.dialect() == Dialect::Sqlite {
            admin.script("PRAGMA foreign_keys = ON").await?;
        }
        let finished = admin.finish().await;
        let value = result?;
        finished.map(|()| value)
    }

    /// Runs what is pending, at most `limit` migrations; says which.
    ///
    /// # Errors
    /// `migrate.failed` with the statement and how to go on; `migrate.edited`; `migrate.locked`; those of the database.
    pub async fn up(&self, limit: Option<usize>) -> Result<Vec<String>> {
        let mut admin = self.begin().await?;
        let result = self.up_locked(&mut admin, limit).await;
        self.end(admin, result).await
    }

    pub(super) async fn up_locked(&self, admin: &mut Admin, limit: Option<usize>) -> Result<Vec<String>> {
        track::setup(admin).await?;
        let applied = track::applied(admin).await?;
        let records = track::records(admin).await?;
        self.check(admin, &applied, &records).await?;
        let pending: Vec<&Migration> =
            self.migrations.files.iter().filter(|m| !applied.contains(&m.version())).collect();
        let adopted = self.adoptable(admin, &pending).await?;
        let mut done = Vec::new();
        for (at, migration) in pending.into_iter().enumerate().take(limit.unwrap_or(usize::MAX)) {
            let mut script = Script::of(self.dialect(), migration, true);
            if at < adopted {
                self.tell(&Event::Adopted { name: migration.name.clone() });
                script.statements.clear();
            } else {
                self.tell(&Event::Up { name: migration.name.clone() });
                let record = records.iter().find(|r| r.version == migration.version());
                resume(&mut script, record)?;
            }
            self.remember_snapshot(&mut script, migration);
            script.run(admin).await?;
            done.push(migration.name.clone());
        }
        Ok(done)
    }

    /// Adds the snapshot where the files' lock is the schema after this migration.
    fn remember_snapshot(&self, script: &mut Script, migration: &Migration) {
        let Some((_, to)) = migration.schemas() else { return };
        let lock = self.migrations.lock.as_deref();
        let known = lock.filter(|l| super::make::parse_lock(l).is_some_and(|s| s.fingerprint() == to));
        if let Some(lock) = known {
            script.after.extend(track::remember_schema(self.dialect(), to, Some(lock)));
        }
    }

    /// How many of the pending migrations lead to what development has made of the schema already.
    async fn adoptable(&self, admin: &mut Admin, pending: &[&Migration]) -> Result<usize> {
        let Some((now, _)) = track::schema(admin).await? else { return Ok(0) };
        let starts = pending.first().and_then(|m| m.schemas()).is_some_and(|(from, _)| from == now);
        if starts {
            return Ok(0);
        }
        let last = pending.iter().rposition(|m| m.schemas().is_some_and(|(_, to)| to == now));
        match last {
            Some(last) => Ok(last + 1),
            // Nothing pending knows this schema: development went another way.
            None if pending.iter().any(|m| m.schemas().is_some()) && self.is_developed(admin).await? => {
                Err(Error::new(
                    ErrorKind::Conflict,
                    "migrate.diverged",
                    "development has changed this database in a way that no pending migration does",
                )
                .hint("`migrate make` writes a migration that does, or `migrate fresh` makes the database new from the migrations"))
            }
            None => Ok(0),
        }
    }

    /// Whether the schema of the database is one that no applied migration led to.
    async fn is_developed(&self, admin: &mut Admin) -> Result<bool> {
        let Some((now, _)) = track::schema(admin).await? else { return Ok(false) };
        let mut known = self.migrations.files.iter().filter_map(Migration::schemas);
        Ok(!known.any(|(from, to)| from == now || to == now))
    }

    /// Finds edited files and half-reverted migrations.
    async fn check(&self, admin: &mut Admin, applied: &[String], records: &[Record]) -> Result<()> {
        for migration in &self.migrations.files {
            let Some(record) = records.iter().find(|r| r.version == migration.version()) else { continue };
            if matches!(record.progress, Progress::Reverting | Progress::RevertFailed)
                && applied.contains(&record.version)
            {
                let message = format!(
                    "{} is undone by half: {} of {} statements",
                    record.name, record.done, record.total
                );
                return Err(Error::new(ErrorKind::Conflict, "migrate.half_reverted", message)
                    .hint("run `migrate down` first: it goes on where it stopped"));
            }
            if !edited(migration, record, applied) {
                continue;
            }
            if self.accept_edits {
                let sql =
                    track::remember(self.dialect(), migration, Progress::Applied, record.total).join(";\n");
                admin.script(&sql).await?;
                continue;
            }
            let message = format!("{} was edited after it was applied ({})", migration.name, record.at);
            return Err(Error::new(ErrorKind::Conflict, "migrate.edited", message).hint(format!(
                "take the file back (`git checkout -- migrations/{}/{}`) and put the change into a new migration with \
                 `migrate make`; if the database is as the file says now, run with `--accept-edits` once",
                self.dialect().name(),
                migration.name
            )));
        }
        Ok(())
    }

    /// Undoes the last migrations, newest first; says which.
    ///
    /// # Errors
    /// `migrate.production` without force; `migrate.no_way_back`; otherwise as [`Migrator::up`].
    pub async fn down(&self, steps: usize) -> Result<Vec<String>> {
        self.guard("migrate down")?;
        let mut admin = self.begin().await?;
        let result = self.down_locked(&mut admin, steps).await;
        self.end(admin, result).await
    }

    async fn down_locked(&self, admin: &mut Admin, steps: usize) -> Result<Vec<String>> {
        track::setup(admin).await?;
        let applied = track::applied(admin).await?;
        let records = track::records(admin).await?;
        if let Some(half) = records.iter().find(|r| {
            matches!(r.progress, Progress::Failed | Progress::Running)
                && !applied.contains(&r.version)
                && r.done > 0
        }) {
            let message =
                format!("{} is applied by half: {} of {} statements", half.name, half.done, half.total);
            return Err(Error::new(ErrorKind::Conflict, "migrate.half_applied", message)
                .hint("correct it and run `migrate up` first: it goes on where it stopped"));
        }
        let mut done = Vec::new();
        for version in applied.iter().rev().take(steps) {
            let found = self.migrations.files.iter().find(|m| m.version() == *version);
            let migration = found.filter(|m| m.down.is_some()).ok_or_else(|| {
                let what = found.map_or_else(|| version.clone(), |m| m.name.clone());
                Error::new(ErrorKind::Conflict, "migrate.no_way_back", format!("{what} has no down.sql here"))
                    .hint("write one beside its up.sql, or go forward with a new migration")
            })?;
            self.tell(&Event::Down { name: migration.name.clone() });
            let mut script = Script::of(self.dialect(), migration, false);
            resume(&mut script, records.iter().find(|r| r.version == *version))?;
            script.run(admin).await?;
            done.push(migration.name.clone());
        }
        Ok(done)
    }

    /// Undoes the last migrations and runs them again.
    ///
    /// # Errors
    /// As [`Migrator::down`] and [`Migrator::up`].
    pub async fn redo(&self, steps: usize) -> Result<Vec<String>> {
        self.guard("migrate redo")?;
        let mut admin = self.begin().await?;
        let result = match self.down_locked(&mut admin, steps).await {
            Ok(undone) => self.up_locked(&mut admin, Some(undone.len())).await,
            Err(e) => Err(e),
        };
        self.end(admin, result).await
    }

    /// Drops everything in the database and runs every migration.
    ///
    /// # Errors
    /// `migrate.production` without force; otherwise as [`Migrator::up`].
    pub async fn fresh(&self) -> Result<Vec<String>> {
        self.guard("migrate fresh")?;
        let mut admin = self.begin().await?;
        let result = match wipe(&mut admin).await {
            Ok(()) => self.up_locked(&mut admin, None).await,
            Err(e) => Err(e),
        };
        self.end(admin, result).await
    }
}

/// Drops every table and view.
pub(super) async fn wipe(admin: &mut Admin) -> Result<()> {
    let dialect = admin.dialect();
    let mut script = String::new();
    for (name, view) in crate::introspect::names(admin).await? {
        let what = if view { "VIEW" } else { "TABLE" };
        let tail = if dialect == Dialect::Postgres { " CASCADE" } else { "" };
        script.push_str(&format!("DROP {what} IF EXISTS {}{tail};\n", crate::ddl::quoted(dialect, &name)));
    }
    if dialect == Dialect::Mysql {
        script = format!("SET FOREIGN_KEY_CHECKS = 0;\n{script}SET FOREIGN_KEY_CHECKS = 1;\n");
    }
    admin.script(&script).await
}

/// Goes on where an earlier run of the same script stopped.
fn resume(script: &mut Script, record: Option<&Record>) -> Result<()> {
    let Some(record) = record.filter(|_| !script.atomic) else { return Ok(()) };
    let (stopped, killed, all) = match script.up {
        true => (Progress::Failed, Progress::Running, Progress::Applied),
        false => (Progress::RevertFailed, Progress::Reverting, Progress::Reverted),
    };
    if record.progress == all {
        // Everything ran, and the process was killed before `diesel_migrations` wrote it down.
        script.skip = script.statements.len();
        return Ok(());
    }
    if record.progress != stopped && record.progress != killed {
        return Ok(());
    }
    if record.done > 0 && script.prefix(record.done) != record.prefix {
        let message = format!(
            "the first {} statements of {} are applied, and have been changed since",
            record.done, record.name
        );
        return Err(Error::new(ErrorKind::Conflict, "migrate.half_applied", message)
            .hint("take them back as they were, and correct only what comes after them"));
    }
    script.skip = record.done;
    script.unsure = record.progress == killed;
    Ok(())
}

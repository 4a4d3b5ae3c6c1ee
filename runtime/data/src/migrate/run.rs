//! `migrate up|down|redo|fresh`, one process at a time.

use super::execute::Script;
use super::recover::resume;
use super::script::{Migration, MigrationFiles};
use super::track::{self, Progress, Record};
use super::wipe::wipe;
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
    pub(super) production: bool,
    pub(super) force: bool,
    pub(super) accept_edits: bool,
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
        let message = || format!("`{what}` destroys data, and this is production");
        self.guarded(message, "make a backup, and add `--force` if you mean it")
    }

    /// Refuses in production, for this reason, what nobody has forced.
    pub(super) fn guarded(&self, message: impl FnOnce() -> String, hint: &str) -> Result<()> {
        if !self.production || self.force {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Forbidden, "migrate.production", message()).hint(hint))
    }

    /// Takes the connection and the lock.
    pub(super) async fn begin(&self) -> Result<Admin> {
        self.migrations.check()?;
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
        match self.dialect() {
            Dialect::Sqlite => admin.script("PRAGMA foreign_keys = OFF").await?,
            // A backfill is no change of the record.
            Dialect::Mysql => admin.script(&format!("SET {} = 1", crate::ddl::QUIET)).await?,
            Dialect::Postgres => {}
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

    async fn up_locked(&self, admin: &mut Admin, limit: Option<usize>) -> Result<Vec<String>> {
        track::setup(admin).await?;
        let (applied, records) = (track::applied(admin).await?, track::records(admin).await?);
        self.check_missing(&applied, &records)?;
        self.run_pending(admin, limit).await
    }

    /// What is pending, up to a limit, each as the script that is left of it; with whether it is only to be recorded,
    /// because development has applied it.
    pub(super) async fn pending<'m>(
        &'m self,
        admin: &mut Admin,
        applied: &[String],
        records: &[Record],
        limit: Option<usize>,
    ) -> Result<Vec<(&'m Migration, Script, bool)>> {
        let pending: Vec<&Migration> =
            self.migrations.files.iter().filter(|m| !applied.contains(&m.version())).collect();
        let adopted = self.adoptable(admin, &pending).await?;
        let mut out = Vec::new();
        for (at, migration) in pending.into_iter().enumerate().take(limit.unwrap_or(usize::MAX)) {
            let mut script = Script::of(self.dialect(), migration, true);
            if at < adopted {
                script.statements.clear();
            } else {
                let record = records.iter().find(|r| r.version == migration.version());
                resume(admin, &mut script, record).await?;
            }
            out.push((migration, script, at < adopted));
        }
        Ok(out)
    }

    /// Runs what is pending, whatever else is applied here: development goes from branch to branch.
    pub(super) async fn run_pending(&self, admin: &mut Admin, limit: Option<usize>) -> Result<Vec<String>> {
        let (applied, records) = (track::applied(admin).await?, track::records(admin).await?);
        let accepted = self.check_files(&applied, &records)?;
        Self::check_half_reverted(&applied, &records)?;
        self.check_order(&applied)?;
        admin.script(&accepted.join(";\n")).await?;
        let mut done = Vec::new();
        for (migration, mut script, adopted) in self.pending(admin, &applied, &records, limit).await? {
            let name = migration.name.clone();
            self.tell(&if adopted { Event::Adopted { name } } else { Event::Up { name } });
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
        let (applied, records) = (track::applied(admin).await?, track::records(admin).await?);
        let accepted = self.check_files(&applied, &records)?;
        let back = self.way_back(admin, &applied, &records, steps).await?;
        admin.script(&accepted.join(";\n")).await?;
        let mut done = Vec::new();
        for (migration, script) in back {
            self.tell(&Event::Down { name: migration.name.clone() });
            script.run(admin).await?;
            done.push(migration.name.clone());
        }
        Ok(done)
    }

    /// The newest applied migrations, each as the script that is left of its way back.
    pub(super) async fn way_back<'m>(
        &'m self,
        admin: &mut Admin,
        applied: &[String],
        records: &[Record],
        steps: usize,
    ) -> Result<Vec<(&'m Migration, Script)>> {
        let forth = |r: &&Record| match r.progress {
            Progress::Failed | Progress::Running => r.done > 0,
            // killed between its last statement and the record of `diesel_migrations`
            progress => progress == Progress::Applied,
        };
        if let Some(half) = records.iter().find(|r| forth(r) && !applied.contains(&r.version)) {
            let message =
                format!("{} is applied by half: {} of {} statements", half.name, half.done, half.total);
            return Err(Error::new(ErrorKind::Conflict, "migrate.half_applied", message)
                .hint("correct it and run `migrate up` first: it goes on where it stopped"));
        }
        self.check_way_back(admin, applied, records).await?;
        let mut out = Vec::new();
        for version in applied.iter().rev().take(steps) {
            let found = self.migrations.files.iter().find(|m| m.version() == *version);
            let migration = found.filter(|m| m.down.is_some()).ok_or_else(|| {
                let what = found.map_or_else(|| version.clone(), |m| m.name.clone());
                Error::new(ErrorKind::Conflict, "migrate.no_way_back", format!("{what} has no down.sql here"))
                    .hint("write one beside its up.sql, or go forward with a new migration")
            })?;
            let mut script = Script::of(self.dialect(), migration, false);
            resume(admin, &mut script, records.iter().find(|r| r.version == *version)).await?;
            out.push((migration, script));
        }
        Ok(out)
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

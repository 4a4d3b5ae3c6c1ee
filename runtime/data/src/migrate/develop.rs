//! Development migrates by itself: what the descriptors say is what the database becomes, without files.

use super::change::Plan;
use super::danger::{Danger, dangers};
use super::execute::Script;
use super::make::{parse_lock, plan_statements};
use super::run::{Event, Migrator};
use super::track;
use crate::database::Admin;
use crate::ddl::{Schema, pretty, quoted};
use crate::dialect::Dialect;
use framewright_core::{Error, ErrorKind, ResourceDescriptor, Result};

impl Migrator {
    /// Brings the database to what the resources say: pending migrations first, then the difference that is left.
    /// Says what it changed, a line per table; nothing when there was nothing to do.
    ///
    /// # Errors
    /// `migrate.refused` when values would get lost or have to be invented in a table that has rows;
    /// `migrate.unknown_schema` when a table is in the way that nobody recorded; otherwise as [`Migrator::up`].
    pub async fn develop(&self, resources: &[&ResourceDescriptor]) -> Result<Vec<String>> {
        self.develop_to(&Schema::of(resources)).await
    }

    /// [`Migrator::develop`], for a schema.
    ///
    /// # Errors
    /// As [`Migrator::develop`].
    pub async fn develop_to(&self, new: &Schema) -> Result<Vec<String>> {
        let mut admin = self.begin().await?;
        let result = self.develop_locked(&mut admin, new, false).await;
        self.end(admin, result).await
    }

    /// Drops everything and brings the database to what the resources say: `db reset` in development.
    ///
    /// # Errors
    /// `migrate.production` without force; otherwise as [`Migrator::develop`].
    pub async fn develop_fresh(&self, resources: &[&ResourceDescriptor]) -> Result<Vec<String>> {
        self.guard("db reset")?;
        let mut admin = self.begin().await?;
        let result = match super::wipe::wipe(&mut admin).await {
            Ok(()) => self.develop_locked(&mut admin, &Schema::of(resources), false).await,
            Err(e) => Err(e),
        };
        self.end(admin, result).await
    }

    /// What development does; values may get lost only where that is what was asked for.
    pub(super) async fn develop_locked(
        &self,
        admin: &mut Admin,
        new: &Schema,
        lose: bool,
    ) -> Result<Vec<String>> {
        track::setup(admin).await?;
        let mut done: Vec<String> = Vec::new();
        if !self.migrations.files.is_empty() {
            done.extend(self.run_pending(admin, None).await?);
        }
        let old = self.present(admin, new).await?;
        if old.fingerprint() == new.fingerprint() {
            return Ok(done);
        }
        let plan = Plan::between(&still_there(admin, old, new).await?, new);
        self.refuse(admin, &plan, lose).await?;
        self.tell(&Event::Developing { summary: plan.summary() });
        let dialect = self.dialect();
        let (fingerprint, snapshot) = (new.fingerprint(), pretty(&new.snapshot()));
        Script::unrecorded(
            dialect,
            "the change of the resources",
            plan_statements(dialect, &plan),
            track::remember_schema(dialect, &fingerprint, Some(&snapshot)),
        )
        .run_unrecorded(admin)
        .await
        .map_err(|e| match dialect {
            Dialect::Mysql => e.hint("this database is between two schemas now: `db reset` makes it new"),
            _ => e,
        })?;
        done.extend(plan.summary());
        Ok(done)
    }

    /// The schema that somebody recorded, where this program can read it.
    pub(super) async fn recorded(&self, admin: &mut Admin) -> Result<Option<Schema>> {
        Ok(self.readable(track::schema(admin).await?))
    }

    /// The schema of a record: its own snapshot, or that of the lock when it is the same.
    fn readable(&self, record: Option<(String, Option<String>)>) -> Option<Schema> {
        match record? {
            (_, Some(snapshot)) => parse_lock(&snapshot),
            (fingerprint, None) => {
                let lock = self.migrations.lock.as_deref().and_then(parse_lock);
                lock.filter(|l| l.fingerprint() == fingerprint)
            }
        }
    }

    /// The schema that the database has, as far as anybody recorded it.
    pub(super) async fn present(&self, admin: &mut Admin, new: &Schema) -> Result<Schema> {
        let record = track::schema(admin).await?;
        let made = record.is_some();
        if let Some(schema) = self.readable(record) {
            return Ok(schema);
        }
        if !made {
            let names = crate::introspect::names(admin).await?;
            let Some(table) = new.tables.iter().find(|t| names.contains(&t.name)) else {
                return Ok(Schema::default());
            };
            let message =
                format!("the table `{}` is there already, and was not made by migrations", table.name);
            return Err(Error::new(ErrorKind::Conflict, "migrate.unknown_schema", message).hint(
                "use another database, set `table = \"…\"` on the resource, or let `db reset` drop everything here",
            ));
        }
        Err(Error::new(
            ErrorKind::Conflict,
            "migrate.unknown_schema",
            "the migrations have brought this database to a schema that this program does not know",
        )
        .hint(
            "build the program with the migrations that are applied here, or `migrate fresh` to begin anew",
        ))
    }

    /// What loses values is refused where there are any.
    pub(super) async fn refuse(&self, admin: &mut Admin, plan: &Plan, lose: bool) -> Result<()> {
        let mut losing: Vec<Danger> = dangers(plan, &[]);
        losing.retain(|d| d.impossible || !lose && d.loses && d.approved.is_none());
        let mut open = Vec::new();
        for danger in &losing {
            // The plan has not run: the table still has its old name.
            let was = plan
                .renames
                .iter()
                .find(|(_, new)| *new == danger.table)
                .map_or(&danger.table, |(old, _)| old);
            if danger.impossible || has_rows(admin, was).await? {
                open.push(danger);
            }
        }
        if open.is_empty() {
            return Ok(());
        }
        let list: String = open.iter().map(|d| format!("\n  {}", d.message)).collect();
        let reset = "or begin anew with an empty database: `db reset`";
        let steps: String = open
            .iter()
            .map(|d| {
                let steps: String = (1..).zip(&d.sequence).map(|(n, s)| format!("\n  {n}. {s}")).collect();
                format!("{}:{steps}\n", d.code)
            })
            .collect();
        Err(Error::new(
            ErrorKind::Conflict,
            "migrate.refused",
            format!("the tables were not changed, because they have rows:{list}"),
        )
        .hint(format!("{steps}to lose them: `schema apply --force`, or `#[resource(breaking = \"reason\")]` on the resource, with a reason that is not that of an earlier change,\n{reset}")))
    }
}

/// What is left of a recorded schema that changes into a new one: a table that somebody dropped by hand is not dropped
/// again, and made anew where its resource is still there. Where nothing changes, what is missing is drift.
pub(super) async fn still_there(admin: &mut Admin, mut old: Schema, new: &Schema) -> Result<Schema> {
    if old.fingerprint() != new.fingerprint() {
        let there = crate::introspect::names(admin).await?;
        old.tables.retain(|t| there.iter().any(|name| name.eq_ignore_ascii_case(&t.name)));
    }
    Ok(old)
}

/// Whether there is anything in a table to lose.
pub(super) async fn has_rows(admin: &mut Admin, table: &str) -> Result<bool> {
    let table = quoted(admin.dialect(), table);
    Ok(!admin.rows(&format!("SELECT '1' FROM {table} LIMIT 1")).await?.is_empty())
}

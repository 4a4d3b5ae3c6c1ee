//! `schema apply`: what development does at its start, asked for by hand, and then what somebody else has changed put
//! right, as far as nothing gets lost by that.

use super::change::Plan;
use super::develop::{has_rows, still_there};
use super::execute::Script;
use super::make::{parse_lock, plan_statements};
use super::pretend::Pretended;
use super::repair::repair;
use super::run::Migrator;
use super::track;
use crate::database::Admin;
use crate::ddl::Schema;
use crate::drift::{Difference, Drift, compare, drift_on};
use crate::introspect::expected;
use framewright_core::{ResourceDescriptor, Result};
use serde_json::{Value, json};

/// What [`Migrator::apply`] did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// what changed: migrations by their names, then a line per table or part of one
    pub changes: Vec<String>,
    /// what still differs: what nobody declared, and what a person has to put right
    pub left: Drift,
}

impl Applied {
    /// Whether everything that the resources declare is there; what nobody declared is no part of that.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.left.differences.iter().all(|d| d.expected.is_none() && d.what != "default")
    }

    /// What was done and what is left, for machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "changes": self.changes, "left": self.left.list() })
    }
}

impl Migrator {
    /// Makes what the resources declare true: pending migrations, the difference that is left, and then what somebody
    /// else has changed. What nobody declared stays; values get lost with force only.
    ///
    /// # Errors
    /// `migrate.production` without force; `migrate.refused` when values would get lost without it; otherwise as
    /// [`Migrator::develop`].
    pub async fn apply(&self, resources: &[&ResourceDescriptor]) -> Result<Applied> {
        self.apply_to(&Schema::of(resources)).await
    }

    /// [`Migrator::apply`], for a schema.
    ///
    /// # Errors
    /// As [`Migrator::apply`].
    pub async fn apply_to(&self, new: &Schema) -> Result<Applied> {
        self.guarded(
            || "`schema apply` makes what no migration contains, and this is production".to_owned(),
            "make it a migration (`migrate make`, `migrate up`), or look at it with `--pretend` and add `--force` if you mean it",
        )?;
        let mut admin = self.begin().await?;
        let result = self.apply_locked(&mut admin, new).await;
        self.end(admin, result).await
    }

    async fn apply_locked(&self, admin: &mut Admin, new: &Schema) -> Result<Applied> {
        if self.production {
            let (applied, records) = track::known(admin).await?;
            self.check_missing(&applied, &records)?;
        }
        let mut changes = self.develop_locked(admin, new, self.force).await?;
        let found = drift_on(admin, new).await?;
        let mut statements = self.repairs(admin, new, &found).await?;
        statements.retain(|s| !is_remark(s));
        if statements.is_empty() {
            return Ok(Applied { changes, left: found });
        }
        Script::unrecorded(self.dialect(), "the repair", statements, Vec::new())
            .run_unrecorded(admin)
            .await
            .map_err(|e| {
                e.hint("put right what it stumbles over, and run `schema apply` again; `schema diff --sql` prints every statement")
            })?;
        let left = drift_on(admin, new).await?;
        let repaired = found.differences.into_iter().filter(|d| !left.differences.contains(d));
        changes.extend(repaired.map(|d| d.change()));
        Ok(Applied { changes, left })
    }

    /// What [`Migrator::apply`] would run.
    ///
    /// # Errors
    /// Those that [`Migrator::apply`] would have before it runs anything, but for production; those of the database.
    pub async fn pretend_apply(&self, resources: &[&ResourceDescriptor]) -> Result<Vec<Pretended>> {
        self.pretend_apply_to(&Schema::of(resources)).await
    }

    /// [`Migrator::pretend_apply`], for a schema.
    ///
    /// # Errors
    /// As [`Migrator::pretend_apply`].
    pub async fn pretend_apply_to(&self, new: &Schema) -> Result<Vec<Pretended>> {
        self.pretended(async |admin| {
            let (applied, records) = track::known(admin).await?;
            let mut all = self.pretended_up(admin, &applied, &records, None).await?;
            // What is pending leads to the schema of the lock, before anything else changes.
            let lock = self.migrations.lock.as_deref().and_then(parse_lock);
            let runs = all.iter().any(|p| p.what == "up");
            let old = match lock.filter(|_| runs) {
                Some(lock) => lock,
                None => {
                    let old = self.present(admin, new).await?;
                    still_there(admin, old, new).await?
                }
            };
            let plan = Plan::between(&old, new);
            if !runs {
                self.refuse(admin, &plan, self.force).await?;
            }
            let add = |all: &mut Vec<Pretended>, what, statements: Vec<String>| {
                if !statements.is_empty() {
                    let sql = statements.iter().map(|s| format!("{s};\n")).collect();
                    all.push(Pretended { name: String::new(), what, sql });
                }
            };
            add(&mut all, "change", plan_statements(self.dialect(), &plan));
            // What differs from the resources as the recorded schema does is no drift: the above changes it.
            let recorded = self.recorded(admin).await?.unwrap_or_default();
            let recorded = still_there(admin, recorded, new).await?;
            let (new_tables, old_tables) =
                (expected(self.dialect(), new), expected(self.dialect(), &recorded));
            let changing = compare(&new_tables, &old_tables);
            let mut drift = drift_on(admin, new).await?;
            drift.differences.retain(|d| !changing.contains(d));
            add(&mut all, "repair", self.repairs(admin, new, &drift).await?);
            Ok(all)
        })
        .await
    }

    /// What puts a drift right, with remarks where a person has to decide. A column that has rows keeps its type, unless
    /// it may lose what does not fit another.
    async fn repairs(&self, admin: &mut Admin, schema: &Schema, drift: &Drift) -> Result<Vec<String>> {
        let mut drift = drift.clone();
        if !self.force {
            let mut kept: Vec<(String, String)> = Vec::new();
            for d in drift.differences.iter().filter(|d| d.what == "type") {
                if has_rows(admin, &d.table).await? {
                    kept.push((d.table.clone(), d.name.clone()));
                }
            }
            // MySQL says all of a column at once: its type would come with the rest.
            let stays = |d: &Difference| {
                matches!(d.what, "type" | "null" | "default")
                    && kept.iter().any(|(table, name)| *table == d.table && *name == d.name)
            };
            drift.differences.retain(|d| !stays(d));
        }
        Ok(repair(self.dialect(), schema, &drift))
    }
}

/// Whether there is nothing in it to run.
fn is_remark(statement: &str) -> bool {
    statement.lines().all(|line| line.starts_with("--"))
}

//! `schema delete`: one table goes, which no resource declares and no other table points to.

use super::execute::Script;
use super::pretend::Pretended;
use super::run::Migrator;
use super::track;
use crate::database::Admin;
use crate::ddl::{pretty, quoted};
use crate::introspect::{introspect, table};
use framewright_core::{Error, ErrorKind, ResourceDescriptor, Result};

impl Migrator {
    /// Drops a table with all of its rows, and forgets that it was ever made.
    ///
    /// # Errors
    /// `refused.declared` when a resource has the table, or was to take it over; `refused.referenced` when another table
    /// points to it; `migrate.production` and `refused.not_confirmed` without force; `schema.unknown_table`; those of the
    /// database.
    pub async fn delete(&self, name: &str, resources: &[&ResourceDescriptor]) -> Result<()> {
        undeclared(name, resources)?;
        self.guard("schema delete")?;
        let mut admin = self.begin().await?;
        let result = self.delete_locked(&mut admin, name).await;
        self.end(admin, result).await
    }

    async fn delete_locked(&self, admin: &mut Admin, name: &str) -> Result<()> {
        let script = self.drop_of(admin, name).await?;
        if !self.force {
            let message = format!("`{name}` would be dropped with all of its rows");
            return Err(Error::new(ErrorKind::Conflict, "refused.not_confirmed", message).hint(
                "keep a copy (`pg_dump -t`, `mysqldump`, or `.dump` of sqlite3), and add `--force` if you mean it",
            ));
        }
        script.run_unrecorded(admin).await.map_err(|e| {
            e.hint("nothing was dropped: take away what the database says is in the way, and say it again")
        })
    }

    /// What [`Migrator::delete`] would run.
    ///
    /// # Errors
    /// As [`Migrator::delete`], but for what force allows.
    pub async fn pretend_delete(
        &self,
        name: &str,
        resources: &[&ResourceDescriptor],
    ) -> Result<Vec<Pretended>> {
        undeclared(name, resources)?;
        let script = self.pretended(async |admin| self.drop_of(admin, name).await).await?;
        Ok(vec![Pretended { name: name.to_owned(), what: "drop", sql: script.rest() }])
    }

    async fn drop_of(&self, admin: &mut Admin, name: &str) -> Result<Script> {
        let tables = introspect(admin).await?;
        // A table that development or a migration has made is recorded, and would be looked for at the next change.
        let recorded = self.recorded(admin).await?.filter(|schema| schema.table(name).is_some());
        let there = match table(&tables, name) {
            Ok(_) => true,
            // Somebody was faster: what is left to do is to forget it.
            Err(_) if recorded.is_some() => false,
            Err(e) => return Err(e),
        };
        let pointing = tables.iter().filter(|t| t.name != name);
        let mut pointing =
            pointing.flat_map(|t| t.foreign_keys.iter().filter(|k| k.table == name).map(move |k| (t, k)));
        if let Some((from, key)) = pointing.next() {
            let message = format!("`{}` of `{}` points to `{name}`", key.columns.join("`, `"), from.name);
            let hint = format!("delete `{}` first, or the foreign key `{}`", from.name, key.name);
            return Err(Error::new(ErrorKind::Conflict, "refused.referenced", message).hint(hint));
        }
        let dialect = self.dialect();
        let after = recorded.map(|mut schema| {
            schema.tables.retain(|t| t.name != name);
            track::remember_schema(dialect, &schema.fingerprint(), Some(&pretty(&schema.snapshot())))
        });
        let statement = there.then(|| format!("DROP TABLE {}", quoted(dialect, name)));
        Ok(Script::unrecorded(
            dialect,
            format!("the drop of `{name}`"),
            statement.into_iter().collect(),
            after.unwrap_or_default(),
        ))
    }
}

/// Refuses what a resource declares, or was to be renamed to what it declares.
fn undeclared(name: &str, resources: &[&ResourceDescriptor]) -> Result<()> {
    let declares = resources.iter().find(|d| d.table == name);
    let takes_over = || resources.iter().find(|d| d.renamed_from == Some(name));
    let (resource, how) = match (declares, takes_over()) {
        (Some(d), _) => (d, "declares"),
        (None, Some(d)) => (d, "is to take over"),
        (None, None) => return Ok(()),
    };
    let message = format!("`{}` {how} the table `{name}`", resource.name);
    Err(Error::new(ErrorKind::Conflict, "refused.declared", message).hint(format!(
        "take the resource out of the code first ({}:{})",
        resource.source.file, resource.source.line
    )))
}

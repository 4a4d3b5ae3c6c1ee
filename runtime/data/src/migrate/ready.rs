//! Whether a program and its database can work together at all: that there are migrations, and that they have run.

use super::run::Migrator;
use crate::ddl::Schema;
use framewright_core::{Error, ErrorKind, ResourceDescriptor, Result};

impl Migrator {
    /// Refuses to say that all is well where there are resources and nothing that makes their tables.
    ///
    /// # Errors
    /// `migrate.none`.
    pub fn required(&self, resources: &[&ResourceDescriptor]) -> Result<()> {
        if resources.is_empty() || !self.migrations.files.is_empty() {
            return Ok(());
        }
        let message = format!(
            "this program has {} resources and no migrations, so nothing makes their tables",
            resources.len()
        );
        Err(Error::new(ErrorKind::Conflict, "migrate.none", message).hint(
            "in the project: `migrate make` writes the first one, and `framewright::embed_migrations!();` beside `main` puts \
             them into the program, which then needs no files where it runs",
        ))
    }

    /// Refuses to answer requests from a database that the program does not fit: something is pending or stopped halfway,
    /// or, where the program has no migrations, a table is not there. A database that is ahead of the program is served:
    /// new migrations run before the last old program has ended.
    ///
    /// # Errors
    /// `migrate.pending`, `migrate.none`; those of the database.
    pub async fn ready(&self, resources: &[&ResourceDescriptor]) -> Result<()> {
        if self.migrations.files.is_empty() {
            let mut admin = self.database.admin().await?;
            let names = crate::introspect::names(&mut admin).await;
            admin.finish().await?;
            let names = names?;
            let missing = Schema::of(resources).tables.into_iter().any(|t| !names.contains(&t.name));
            return if missing { self.required(resources) } else { Ok(()) };
        }
        let status = self.status().await?;
        let fits = |state: &str| matches!(state, "applied" | "edited" | "missing");
        let open: Vec<String> = status
            .migrations
            .iter()
            .filter(|m| !fits(m.state))
            .map(|m| format!("\n  {} is {}", m.name, m.state.replace('_', " ")))
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        let message = format!("migrations of this program are not applied here:{}", open.concat());
        Err(Error::new(ErrorKind::Unavailable, "migrate.pending", message)
            .hint("run `migrate up` with this program and start it again; `migrate status` says more"))
    }
}

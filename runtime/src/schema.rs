//! The schema at start, and whether the database answers.

use framewright_core::{Cx, Error, ResourceDescriptor, Result};
use framewright_data::migrate::{MigrationFiles, Migrator};
use framewright_data::{CxData, Database};
use std::path::Path;
use std::sync::Arc;

/// The migrations of the project: those embedded in the program, else those in its directory.
pub(crate) fn migrator(database: &Arc<Database>, root: &Path) -> Result<Migrator> {
    let files = MigrationFiles::find(&root.join("migrations"), database.dialect())?;
    Ok(Migrator::new(Arc::clone(database), files))
}

/// Runs pending migrations and makes what is left to be what the resources say; a line for each change.
///
/// # Errors
/// When values would get lost, or a table is in the way.
pub(crate) async fn bring_up_to_date(
    database: &Arc<Database>,
    root: &Path,
    resources: &[&'static ResourceDescriptor],
) -> Result<Vec<String>> {
    migrator(database, root)?.develop(resources).await
}

/// Runs pending migrations, and nothing that no file contains: what production does when it is told to.
///
/// # Errors
/// As `migrate up`.
pub(crate) async fn migrate(
    database: &Arc<Database>,
    root: &Path,
    resources: &[&'static ResourceDescriptor],
) -> Result<Vec<String>> {
    let migrator = migrator(database, root)?;
    migrator.required(resources)?;
    migrator.up(None).await
}

/// Whether the database answers.
pub(crate) async fn reachable(cx: Cx) -> Result<(), Error> {
    let database = cx.database()?;
    let mut stmt = framewright_data::StmtBuilder::new(database.dialect());
    stmt.sql("SELECT 1").cached().bounded();
    database.read(&cx, stmt.finish(), Nothing).await.map(drop)
}

struct Nothing;

impl framewright_data::Sink for Nothing {
    fn row(&mut self, _: &dyn framewright_data::Row) -> Result<()> {
        Ok(())
    }
}

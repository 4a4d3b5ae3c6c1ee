//! The schema at start, and whether the database answers.

use framewright_core::{Cx, Error, ResourceDescriptor, Result};
use framewright_data::{CxData, Database, Dialect, ddl};

/// Makes the tables that are not there; says what it did, if anything.
pub(crate) async fn bring_up_to_date(
    database: &Database,
    resources: &[&'static ResourceDescriptor],
) -> Result<Option<String>> {
    let mut admin = database.admin().await?;
    let listed = match database.dialect() {
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        Dialect::Postgres => "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
        Dialect::Mysql => "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()",
    };
    let there: Vec<String> =
        admin.rows(listed).await?.into_iter().filter_map(|r| r.into_iter().next().flatten()).collect();
    let missing: Vec<_> = resources.iter().copied().filter(|d| !there.iter().any(|t| t == d.table)).collect();
    if !missing.is_empty() {
        let script = ddl::create_schema(database.dialect(), &missing).join(";\n");
        admin.script(&script).await?;
    }
    admin.finish().await?;
    Ok((!missing.is_empty()).then(|| format!("{} tables created", missing.len())))
}

/// Whether the database answers.
pub(crate) async fn reachable(cx: Cx) -> Result<(), Error> {
    let mut stmt = framewright_data::StmtBuilder::new(cx.database()?.dialect());
    stmt.sql("SELECT 1").cached().bounded();
    cx.database()?.read(&cx, stmt.finish(), Nothing).await.map(drop)
}

struct Nothing;

impl framewright_data::Sink for Nothing {
    fn row(&mut self, _: &dyn framewright_data::Row) -> Result<()> {
        Ok(())
    }
}

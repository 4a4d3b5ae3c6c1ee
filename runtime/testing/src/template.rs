//! Prepared databases that tests copy: made once for each schema and each build of the tests, and gone an hour later.

use framewright_core::{Error, Result};
use framewright_data::Database;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What the names of all of them begin with.
const PREFIX: &str = "fw_template_";

/// How long one is kept: a run of tests makes it, and the next build makes another.
const KEPT: Duration = Duration::from_secs(3600);

/// The name of the template of a schema. Another build may make other tables of the same descriptors.
fn name(key: &str) -> String {
    let built = std::env::current_exe().and_then(|exe| exe.metadata()?.modified()).unwrap_or(UNIX_EPOCH);
    format!("{PREFIX}{key}_{:x}", since(built).as_millis() & 0xfff_ffff_ffff)
}

fn since(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A database of SQLite in this file, copied where a template is there; else `prepare` makes it, and the next one has a
/// template.
pub(crate) async fn copy_file(
    folder: &Path,
    key: &str,
    file: &Path,
    prepare: impl AsyncFnOnce() -> Result<Arc<Database>>,
) -> Result<()> {
    let template = folder.join(format!("{}.db", name(key)));
    if std::fs::copy(&template, file).is_ok() {
        return Ok(());
    }
    let database = prepare().await?;
    forget_files(folder);
    // whole before it has the name that others look for; of two that make it at once, either is as good
    let whole = file.with_extension("whole");
    database.batch(&format!("VACUUM INTO '{}'", whole.display())).await?;
    std::fs::rename(&whole, &template).map_err(Error::internal)
}

fn forget_files(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|t| t.elapsed().ok());
        if ours && age.is_some_and(|age| age > KEPT) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// A database of PostgreSQL of this name, cloned from the template, which `prepare` makes where it is not there.
pub(crate) async fn clone(
    admin: &Database,
    key: &str,
    database: &str,
    prepare: impl AsyncFnOnce(&str) -> Result<()>,
) -> Result<()> {
    let template = name(key);
    let clone = format!("CREATE DATABASE \"{database}\" TEMPLATE \"{template}\"");
    if admin.batch(&clone).await.is_ok() {
        return Ok(());
    }
    make(admin, &template, prepare).await?;
    admin.batch(&clone).await
}

/// Makes the template, one process at a time, under another name until it is whole.
async fn make(admin: &Database, template: &str, prepare: impl AsyncFnOnce(&str) -> Result<()>) -> Result<()> {
    let mut lock = admin.admin().await?;
    lock.lock("fw_templates", Duration::from_secs(60)).await?;
    let there = lock.rows(&format!("SELECT 1 FROM pg_database WHERE datname = '{template}'")).await?;
    if there.is_empty() {
        for name in old(&lock.rows(LISTED).await?, since(SystemTime::now())) {
            // one that is in use by another run stays
            let _ = lock.script(&format!("DROP DATABASE IF EXISTS \"{name}\"")).await;
        }
        let half = format!("{template}_half");
        lock.script(&format!("DROP DATABASE IF EXISTS \"{half}\" WITH (FORCE)")).await?;
        lock.script(&format!("CREATE DATABASE \"{half}\"")).await?;
        let now = since(SystemTime::now()).as_secs();
        lock.script(&format!("COMMENT ON DATABASE \"{half}\" IS '{now}'")).await?;
        prepare(&half).await?;
        // connections of a pool close in their own time, and a template may have none
        let close =
            format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{half}'");
        lock.rows(&close).await?;
        lock.script(&format!("ALTER DATABASE \"{half}\" RENAME TO \"{template}\"")).await?;
    }
    lock.finish().await
}

/// The templates, and when each was made.
const LISTED: &str = "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database \
                      WHERE datname LIKE 'fw\\_template\\_%'";

/// Those that are older than an hour, or do not say when they were made.
fn old(listed: &[Vec<Option<String>>], now: Duration) -> Vec<String> {
    let made = |row: &[Option<String>]| {
        let at = row.get(1)?.as_deref()?.parse::<u64>().ok()?;
        Some(Duration::from_secs(at))
    };
    let old = listed.iter().filter(|row| made(row).is_none_or(|at| at + KEPT < now));
    old.filter_map(|row| row.first()?.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::{copy_file, old};
    use framewright_data::{Database, DatabaseConfig};
    use std::time::Duration;

    #[test]
    fn templates_of_an_hour_ago_are_forgotten() {
        let row = |name: &str, at: Option<&str>| vec![Some(name.to_owned()), at.map(str::to_owned)];
        let now = Duration::from_secs(10_000);
        let listed = [row("new", Some("9999")), row("old", Some("100")), row("nobody_knows", None)];
        assert_eq!(old(&listed, now), ["old", "nobody_knows"]);
    }

    #[tokio::test]
    async fn a_prepared_file_is_copied_and_not_made_again() {
        let folder = std::env::temp_dir().join(format!("fw_copies_{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut made = 0;
        for n in 0..3 {
            let file = folder.join(format!("{n}.db"));
            let open =
                async || Database::connect(&DatabaseConfig::new(format!("sqlite:{}", file.display()))).await;
            copy_file(&folder, "key", &file, async || {
                made += 1;
                let database = open().await?;
                database.batch("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (7)").await?;
                Ok(database)
            })
            .await
            .unwrap();
            let rows = open().await.unwrap().admin().await.unwrap().rows("SELECT a FROM t").await.unwrap();
            assert_eq!(rows, [[Some("7".to_owned())]]);
        }
        assert_eq!(made, 1);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

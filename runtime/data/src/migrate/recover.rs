//! Going on after a run that ended in the middle of a script. What a killed statement of DDL has done stands in the
//! catalogue of the database, and nowhere else: no message of a second try tells a mistake from a repetition. Changes of
//! rows need no such question, since they commit together with the note that they happened.

use super::effect::{Effect, Object, effect};
use super::execute::Script;
use super::track::{Progress, Record};
use crate::database::Admin;
use crate::ddl::column::text;
use crate::ddl::quoted;
use crate::dialect::Dialect;
use framewright_core::{Error, ErrorKind, Result};

/// Goes on where an earlier run of the same script stopped.
pub(super) async fn resume(admin: &mut Admin, script: &mut Script, record: Option<&Record>) -> Result<()> {
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
    let Some(effect) = script.statements.get(record.done).and_then(|s| effect(script.dialect, s)) else {
        return Ok(());
    };
    if let (Dialect::Postgres, Effect::There(Object::Index(_, name))) = (script.dialect, &effect)
        && !admin.rows(&invalid_index(name)).await?.is_empty()
    {
        // What is left of a CREATE INDEX CONCURRENTLY that did not end is in the way of the next one.
        script.first = Some(format!("DROP INDEX {}", quoted(script.dialect, name)));
    } else if record.progress == killed && happened(admin, &effect).await? {
        script.skip += 1;
    }
    Ok(())
}

async fn happened(admin: &mut Admin, effect: &Effect) -> Result<bool> {
    Ok(match effect {
        Effect::There(object) => exists(admin, object).await?,
        Effect::Gone(object) => !exists(admin, object).await?,
        Effect::Renamed(from, to) => exists(admin, to).await? && !exists(admin, from).await?,
    })
}

fn invalid_index(name: &str) -> String {
    format!(
        "SELECT 'x' FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
         WHERE c.relnamespace = current_schema()::regnamespace AND NOT i.indisvalid AND c.relname = {}",
        text(Dialect::Postgres, name)
    )
}

async fn exists(admin: &mut Admin, object: &Object) -> Result<bool> {
    let dialect = admin.dialect();
    let t = |name: &String| text(dialect, name);
    let here = "relnamespace = current_schema()::regnamespace";
    let of = |table: &String| format!("(SELECT oid FROM pg_class WHERE {here} AND relname = {})", t(table));
    let mine = "SELECT 'x' FROM information_schema";
    let sql = match (dialect, object) {
        (Dialect::Postgres, Object::Table(name) | Object::Index(_, name)) => {
            format!("SELECT 'x' FROM pg_class WHERE {here} AND relname = {}", t(name))
        }
        (Dialect::Postgres, Object::Column(table, name)) => format!(
            "SELECT 'x' FROM pg_attribute WHERE attrelid = {} AND attname = {} AND NOT attisdropped",
            of(table),
            t(name)
        ),
        (Dialect::Postgres, Object::Constraint(table, name)) => {
            format!("SELECT 'x' FROM pg_constraint WHERE conrelid = {} AND conname = {}", of(table), t(name))
        }
        (Dialect::Postgres, Object::Trigger(name)) => format!(
            "SELECT 'x' FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE c.{here} AND tgname = {}",
            t(name)
        ),
        (Dialect::Mysql, Object::Table(name)) => {
            format!("{mine}.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {}", t(name))
        }
        (Dialect::Mysql, Object::Column(table, name)) => format!(
            "{mine}.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {} AND COLUMN_NAME = {}",
            t(table),
            t(name)
        ),
        (Dialect::Mysql, Object::Index(table, name)) => format!(
            "{mine}.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND INDEX_NAME = {}{}",
            t(name),
            table.as_ref().map(|table| format!(" AND TABLE_NAME = {}", t(table))).unwrap_or_default()
        ),
        (Dialect::Mysql, Object::Constraint(table, name)) => format!(
            "{mine}.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {} AND CONSTRAINT_NAME = {}",
            t(table),
            t(name)
        ),
        (Dialect::Mysql, Object::Trigger(name)) => {
            format!("{mine}.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME = {}", t(name))
        }
        (Dialect::Sqlite, Object::Column(table, name)) => {
            format!("SELECT 'x' FROM pragma_table_xinfo({}) WHERE lower(name) = lower({})", t(table), t(name))
        }
        // SQLite can neither add nor drop one: nothing of ours asks.
        (Dialect::Sqlite, Object::Constraint(..)) => return Ok(false),
        (Dialect::Sqlite, Object::Table(name) | Object::Index(_, name) | Object::Trigger(name)) => {
            let kind = match object {
                Object::Table(_) => "'table', 'view'",
                Object::Index(..) => "'index'",
                _ => "'trigger'",
            };
            format!(
                "SELECT 'x' FROM sqlite_master WHERE type IN ({kind}) AND lower(name) = lower({})",
                t(name)
            )
        }
    };
    Ok(!admin.rows(&sql).await?.is_empty())
}

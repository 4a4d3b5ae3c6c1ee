//! What keeps `updated_at` and `version` right when a row is changed by SQL that is not ours.
//!
//! The write path sets both itself, by a clock that tests can stop, so nothing here may act on its statements: it
//! costs them one comparison per row.
//! * PostgreSQL: a trigger that only fires when the version (without one: the time) stays as it was, and only on
//!   connections of another `application_name` than ours.
//! * SQLite: a trigger that only fires when the version stays as it was. It comes after the update, where a row without
//!   a version cannot be told from one that was changed within a microsecond: there raw SQL sets `updated_at` itself.
//! * MySQL: `ON UPDATE CURRENT_TIMESTAMP(6)` of the column, which an explicit value overrules, and for the version a
//!   trigger that only acts when it stays as it was. Migrations keep it quiet. Where the binary log is on and the server
//!   lets only administrators create triggers (error 1419), the migration goes on without it, and says so.
//!
//! Raw Diesel of the application is SQL that is not ours: on PostgreSQL its connection has another name meanwhile.

use super::names::{constraint_name, quoted};
use super::schema::Table;
use crate::dialect::Dialect;

/// The name that our connections have on PostgreSQL.
const OURS: &str = "framewright";

/// The variable of a session of MySQL in which updates leave the version alone: that of a migration.
pub(crate) const QUIET: &str = "@framewright_quiet";

const FUNCTION: &str = "\
CREATE OR REPLACE FUNCTION framewright_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], clock_timestamp()));
    END IF;
    IF TG_ARGV[1] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[1], (to_jsonb(OLD) ->> TG_ARGV[1])::bigint + 1));
    END IF;
    RETURN NEW;
END
$$";

/// The statements that make a table's trigger; none where it needs none.
pub(crate) fn triggers(dialect: Dialect, table: &Table) -> Vec<String> {
    let q = |name: &str| quoted(dialect, name);
    let Some(name) = trigger_name(dialect, table) else { return Vec::new() };
    let (name, on) = (q(&name), q(&table.name));
    match (dialect, &table.updated_at, &table.version) {
        (Dialect::Sqlite | Dialect::Mysql, _, None) => Vec::new(),
        (Dialect::Mysql, _, Some(version)) => {
            let version = q(version);
            vec![format!(
                "CREATE TRIGGER {name} BEFORE UPDATE ON {on} FOR EACH ROW\n    \
                 SET NEW.{version} = IF(NEW.{version} = OLD.{version} AND {QUIET} IS NULL, OLD.{version} + 1, NEW.{version})"
            )]
        }
        (Dialect::Postgres, updated_at, version) => {
            let telling = q(version.as_ref().or(updated_at.as_ref()).map_or("", String::as_str));
            let argument =
                |column: &Option<String>| super::column::text(dialect, column.as_deref().unwrap_or_default());
            let trigger = format!(
                "CREATE TRIGGER {name} BEFORE UPDATE ON {on} FOR EACH ROW\n    \
                 WHEN (OLD.{telling} = NEW.{telling} AND current_setting('application_name') <> '{OURS}')\n    \
                 EXECUTE FUNCTION framewright_touch({}, {})",
                argument(updated_at),
                argument(version)
            );
            vec![FUNCTION.to_owned(), trigger]
        }
        (Dialect::Sqlite, updated_at, Some(version)) => {
            let (version, key) = (q(version), q(&table.key));
            let time = updated_at
                .as_ref()
                .map(|c| format!("{} = CAST(unixepoch('subsec') * 1000000 AS INTEGER), ", q(c)));
            vec![format!(
                "CREATE TRIGGER {name} AFTER UPDATE ON {on} FOR EACH ROW WHEN NEW.{version} = OLD.{version}\n\
                 BEGIN\n    UPDATE {on} SET {}{version} = OLD.{version} + 1 WHERE {key} = NEW.{key};\nEND",
                time.unwrap_or_default()
            )]
        }
    }
}

/// The statement that drops the trigger of a table, which may have been renamed since it was made.
pub(crate) fn drop_trigger(dialect: Dialect, made_for: &Table, now: &str) -> Option<String> {
    let name = quoted(dialect, &trigger_name(dialect, made_for)?);
    Some(match dialect {
        Dialect::Postgres => format!("DROP TRIGGER {name} ON {}", quoted(dialect, now)),
        // the server may have refused to make it
        Dialect::Mysql => format!("DROP TRIGGER IF EXISTS {name}"),
        Dialect::Sqlite => format!("DROP TRIGGER {name}"),
    })
}

/// The name of a table's trigger, if it needs one.
pub(crate) fn trigger_name(dialect: Dialect, table: &Table) -> Option<String> {
    let needed = table.version.is_some() || (dialect == Dialect::Postgres && table.updated_at.is_some());
    needed.then(|| constraint_name("tr", &table.name, &["touch"]))
}

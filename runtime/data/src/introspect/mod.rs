//! What a live database has, and what it should have, in one form that can be compared.
//!
//! Databases show checks, defaults and types back in words of their own; [`normal`] takes those differences away, so
//! that right after a migration nothing differs.

mod json;
mod mysql;
mod normal;
mod postgres;
mod sqlite;

pub use normal::normal;

use crate::database::{Admin, Database};
use crate::ddl::column::{check, default, sql_type};
use crate::ddl::create::touched;
use crate::ddl::{Schema, Table, constraint_name, trigger_name};
use crate::dialect::Dialect;
use framewright_core::descriptor::OnDelete;
use framewright_core::suggest::nearest;
use framewright_core::{Error, ErrorKind, Result};

/// A table as a database has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct LiveTable {
    /// its name
    pub name: String,
    /// its columns, by name
    pub columns: Vec<LiveColumn>,
    /// the columns of its primary key
    pub key: Vec<String>,
    /// unique keys, by name
    pub uniques: Vec<LiveKey>,
    /// plain indexes, by name
    pub indexes: Vec<LiveKey>,
    /// foreign keys, by name
    pub foreign_keys: Vec<LiveForeignKey>,
    /// checks, by name
    pub checks: Vec<LiveCheck>,
    /// triggers, by name; one that is switched off says so
    pub triggers: Vec<String>,
}

/// A column as a database has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct LiveColumn {
    /// its name
    pub name: String,
    /// its type, with its collation where that is not the usual one
    pub sql_type: String,
    /// whether NULL is a value
    pub nullable: bool,
    /// its default, in the normal form
    pub default: Option<String>,
    /// whether the database counts it
    pub counted: bool,
}

/// A unique key or an index as a database has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct LiveKey {
    /// its name
    pub name: String,
    /// its columns, in order
    pub columns: Vec<String>,
}

/// A foreign key as a database has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct LiveForeignKey {
    /// its name
    pub name: String,
    /// the columns here
    pub columns: Vec<String>,
    /// the table it points to
    pub table: String,
    /// the columns there
    pub targets: Vec<String>,
    /// `restrict`, `cascade`, `set null` …
    pub on_delete: String,
}

/// A check as a database has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct LiveCheck {
    /// its name
    pub name: String,
    /// its condition, in the normal form
    pub condition: String,
}

/// Every table of the database (of the current schema, on PostgreSQL) but those that keep track of migrations.
///
/// # Errors
/// Those of the database.
pub async fn introspect(admin: &mut Admin) -> Result<Vec<LiveTable>> {
    let mut tables = match admin.dialect() {
        Dialect::Postgres => postgres::tables(admin).await?,
        Dialect::Mysql => mysql::tables(admin).await?,
        Dialect::Sqlite => sqlite::tables(admin).await?,
    };
    tables.retain(|t| !t.name.starts_with("__"));
    tables.iter_mut().for_each(sort);
    tables.sort();
    Ok(tables)
}

/// [`introspect`], on a connection of its own.
///
/// # Errors
/// Those of the database.
pub async fn live(database: &Database) -> Result<Vec<LiveTable>> {
    let mut admin = database.admin().await?;
    let tables = introspect(&mut admin).await;
    admin.finish().await?;
    tables
}

/// The table of this name.
///
/// # Errors
/// `schema.unknown_table`, with the name that was meant or all of them.
pub fn table<'t>(tables: &'t [LiveTable], name: &str) -> Result<&'t LiveTable> {
    tables.iter().find(|t| t.name == name).ok_or_else(|| {
        let names = || tables.iter().map(|t| &*t.name);
        let hint = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if tables.is_empty() => {
                "the database has no tables yet: `schema apply` makes them".to_owned()
            }
            None => format!("the tables are {}", names().collect::<Vec<_>>().join(", ")),
        };
        let message = format!("the database has no table `{name}`");
        Error::new(ErrorKind::NotFound, "schema.unknown_table", message).hint(hint)
    })
}

/// The tables that a schema makes on a dialect, in the form of [`introspect`].
#[must_use]
pub fn expected(dialect: Dialect, schema: &Schema) -> Vec<LiveTable> {
    let mut tables: Vec<LiveTable> = schema.tables.iter().map(|t| expected_table(dialect, t)).collect();
    tables.iter_mut().for_each(sort);
    tables.sort();
    tables
}

fn expected_table(dialect: Dialect, table: &Table) -> LiveTable {
    let columns = table.columns.iter().map(|c| LiveColumn {
        name: c.name.clone(),
        sql_type: normal::sql_type(&sql_type(dialect, c)),
        nullable: c.nullable,
        default: default(dialect, c)
            .or_else(|| touched(dialect, table, c).then(|| "CURRENT_TIMESTAMP(6)".to_owned()))
            .map(|d| normal(dialect, &d)),
        counted: c.counted(),
    });
    let key = |k: &crate::ddl::Key| LiveKey { name: k.name.clone(), columns: k.columns.clone() };
    let checks = table.columns.iter().filter_map(|c| {
        let condition = normal(dialect, &check(dialect, c)?);
        Some(LiveCheck { name: constraint_name("ck", &table.name, &[&c.name]), condition })
    });
    let foreign_keys = table.foreign_keys.iter().map(|k| LiveForeignKey {
        name: k.name.clone(),
        columns: vec![k.column.clone()],
        table: k.table.clone(),
        targets: vec![k.target.clone()],
        on_delete: match k.on_delete {
            OnDelete::Restrict => "restrict",
            OnDelete::Cascade => "cascade",
            OnDelete::SetNull => "set null",
        }
        .to_owned(),
    });
    LiveTable {
        name: table.name.clone(),
        columns: columns.collect(),
        key: vec![table.key.clone()],
        uniques: table.uniques.iter().map(key).collect(),
        indexes: table.indexes.iter().map(key).collect(),
        foreign_keys: foreign_keys.collect(),
        checks: checks.collect(),
        triggers: trigger_name(dialect, table).into_iter().collect(),
    }
}

fn sort(table: &mut LiveTable) {
    table.columns.sort();
    table.uniques.sort();
    table.indexes.sort();
    table.foreign_keys.sort();
    table.checks.sort();
    table.triggers.sort();
}

/// The names of tables and views.
pub(crate) async fn names(admin: &mut Admin) -> Result<Vec<String>> {
    let sql = match admin.dialect() {
        Dialect::Postgres => {
            "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace \
             AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition"
        }
        Dialect::Mysql => "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
        Dialect::Sqlite => {
            "SELECT name FROM sqlite_master \
             WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        }
    };
    Ok(admin.rows(sql).await?.iter().map(|r| cell(r, 0)).collect())
}

/// A cell of a row; NULL is empty.
fn cell(row: &[Option<String>], at: usize) -> String {
    row.get(at).cloned().flatten().unwrap_or_default()
}

/// The table of this name, added when it is new.
fn table_mut<'t>(tables: &'t mut Vec<LiveTable>, name: &str) -> &'t mut LiveTable {
    let at = tables.iter().position(|t| t.name == name).unwrap_or_else(|| {
        tables.push(LiveTable { name: name.to_owned(), ..LiveTable::default() });
        tables.len() - 1
    });
    &mut tables[at]
}

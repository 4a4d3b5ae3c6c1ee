//! What the migration tests share: schemas in a few words, databases of their own, rows to lose.
#![allow(dead_code, unused_macros, unused_imports, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../testing/src/ledger.rs"]
mod ledger;

use framewright_core::descriptor::OnDelete;
use framewright_core::{Kind, Value};
use framewright_data::database::Admin;
use framewright_data::ddl::{
    Check, Column, Default, ForeignKey, Key, Schema, Table, column::literal, constraint_name,
};
use framewright_data::introspect::{LiveTable, introspect};
use framewright_data::{Database, DatabaseConfig, Dialect};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

pub fn col(name: &str, kind: Kind) -> Column {
    Column {
        name: name.into(),
        kind,
        nullable: false,
        max_length: (kind == Kind::Text).then_some(255),
        decimal: (kind == Kind::Decimal).then_some((18, 4)),
        default: None,
        checks: Vec::new(),
        renamed_from: None,
    }
}

pub trait ColumnExt: Sized {
    fn null(self) -> Self;
    fn max(self, n: u32) -> Self;
    fn unbounded(self) -> Self;
    fn or(self, default: Default) -> Self;
    fn value(self, value: Value) -> Self {
        self.or(Default::Value(value))
    }
    fn check(self, check: Check) -> Self;
    fn was(self, former: &str) -> Self;
    fn digits(self, p: u8, s: u8) -> Self;
    fn options(self, options: &[&str]) -> Self {
        self.check(Check::Options(options.iter().map(|o| (*o).to_owned()).collect()))
    }
    fn length(self, min: u32, max: u32) -> Self {
        self.max(max).check(Check::Length { min: Some(min), max: Some(max) })
    }
    fn range(self, min: i64, max: i64) -> Self {
        self.check(Check::Range { min: Some(min), max: Some(max) })
    }
}

impl ColumnExt for Column {
    fn null(mut self) -> Self {
        self.nullable = true;
        self
    }
    fn max(mut self, n: u32) -> Self {
        self.max_length = Some(n);
        self
    }
    fn unbounded(mut self) -> Self {
        self.max_length = None;
        self
    }
    fn or(mut self, default: Default) -> Self {
        self.default = Some(default);
        self
    }
    fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }
    fn was(mut self, former: &str) -> Self {
        self.renamed_from = Some(former.into());
        self
    }
    fn digits(mut self, p: u8, s: u8) -> Self {
        self.decimal = Some((p, s));
        self
    }
}

pub fn table(name: &str, columns: Vec<Column>) -> Table {
    let mut all = vec![col("id", Kind::Uuid).or(Default::NewId)];
    all.extend(columns);
    Table {
        name: name.into(),
        columns: all,
        key: "id".into(),
        uniques: vec![],
        indexes: vec![],
        foreign_keys: vec![],
        updated_at: None,
        version: None,
        renamed_from: None,
        breaking: None,
    }
}

pub trait TableExt: Sized {
    fn unique(self, columns: &[&str]) -> Self;
    fn index(self, columns: &[&str]) -> Self;
    fn fk(self, column: &str, to: &str, on_delete: OnDelete) -> Self;
    fn was(self, former: &str) -> Self;
    /// Adds `updated_at` and, if told, `version`, which the database keeps.
    fn kept(self, updated_at: &str, version: Option<&str>) -> Self;
}

impl TableExt for Table {
    fn unique(mut self, columns: &[&str]) -> Self {
        let columns_owned = columns.iter().map(|c| (*c).to_owned()).collect();
        self.uniques.push(Key { name: constraint_name("uq", &self.name, columns), columns: columns_owned });
        self.uniques.sort_by(|a, b| a.name.cmp(&b.name));
        self
    }
    fn index(mut self, columns: &[&str]) -> Self {
        let columns_owned = columns.iter().map(|c| (*c).to_owned()).collect();
        self.indexes.push(Key { name: constraint_name("ix", &self.name, columns), columns: columns_owned });
        self.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        self
    }
    fn fk(mut self, column: &str, to: &str, on_delete: OnDelete) -> Self {
        self.foreign_keys.push(ForeignKey {
            name: constraint_name("fk", &self.name, &[column]),
            column: column.into(),
            table: to.into(),
            target: "id".into(),
            on_delete,
        });
        self.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
        let led = |keys: &[Key]| keys.iter().any(|k| k.columns[0] == column);
        if led(&self.indexes) || led(&self.uniques) { self } else { self.index(&[column]) }
    }
    fn kept(mut self, updated_at: &str, version: Option<&str>) -> Self {
        self.columns.push(col(updated_at, Kind::Timestamp).or(Default::Now));
        self.columns.extend(version.map(|v| col(v, Kind::I64).value(Value::I64(1))));
        (self.updated_at, self.version) = (Some(updated_at.into()), version.map(str::to_owned));
        self
    }
    fn was(mut self, former: &str) -> Self {
        self.renamed_from = Some(former.into());
        self
    }
}

pub fn schema(tables: Vec<Table>) -> Schema {
    let mut tables = tables;
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Schema { tables }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A directory of its own.
pub fn folder(what: &str) -> PathBuf {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("migrating-{}-{what}-{n}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// The URL of a new, empty database; `None` when the server is not there.
pub async fn url(dialect: Dialect, what: &str) -> Option<String> {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("migrate_{what}_{}_{n}", std::process::id());
    let (variable, create) = match dialect {
        Dialect::Sqlite => {
            ledger::used(dialect.name());
            return Some(format!("sqlite:{}", folder(what).join("test.db").display()));
        }
        Dialect::Postgres => ("TEST_POSTGRES_URL", format!("CREATE DATABASE {name}")),
        Dialect::Mysql => ("TEST_MYSQL_URL", format!("CREATE DATABASE {name}")),
    };
    let Ok(server) = std::env::var(variable) else {
        ledger::skipped(variable);
        return None;
    };
    ledger::used(dialect.name());
    let admin = Database::connect(&DatabaseConfig::new(&server)).await.expect("the test server");
    admin.batch(&create).await.expect("a database for the test");
    let (base, _) = server.rsplit_once('/').unwrap();
    Some(format!("{base}/{name}"))
}

pub async fn drop_database(url: &str) {
    let (base, name) = url.rsplit_once('/').unwrap();
    let server = if base.starts_with("postgres") { "TEST_POSTGRES_URL" } else { "TEST_MYSQL_URL" };
    if url.starts_with("sqlite:") {
        let _ = std::fs::remove_dir_all(
            std::path::Path::new(url.trim_start_matches("sqlite:")).parent().unwrap(),
        );
        return;
    }
    let admin = Database::connect(&DatabaseConfig::new(std::env::var(server).unwrap())).await.unwrap();
    let force = if base.starts_with("postgres") { " WITH (FORCE)" } else { "" };
    let _ = admin.batch(&format!("DROP DATABASE {name}{force}")).await;
}

pub async fn connect(url: &str) -> Arc<Database> {
    Database::connect(&DatabaseConfig::new(url)).await.expect("the test database")
}

/// What the database has.
pub async fn live(database: &Database) -> Vec<LiveTable> {
    let mut admin = database.admin().await.unwrap();
    let tables = introspect(&mut admin).await.unwrap();
    admin.finish().await.unwrap();
    tables
}

pub async fn rows(database: &Database, sql: &str) -> Vec<Vec<Option<String>>> {
    let mut admin: Admin = database.admin().await.unwrap();
    let rows = admin.rows(sql).await.unwrap_or_else(|e| panic!("{sql}: {e:?}"));
    admin.finish().await.unwrap();
    rows
}

pub fn cause(e: &framewright_core::Error) -> String {
    format!("{e:?} {}", e.hint_text().unwrap_or_default())
}

/// The value of a column in the nth row that fits its type and its checks.
pub fn sample(column: &Column, foreign: bool, n: u8) -> Value {
    let i = i64::from(n);
    if column.nullable && n == 2 {
        return Value::Null;
    }
    let options = column.checks.iter().find_map(|c| match c {
        Check::Options(o) => Some(o.clone()),
        _ => None,
    });
    match column.kind {
        Kind::Uuid if foreign => Value::Uuid([n; 16]),
        Kind::Uuid => Value::Uuid([n; 16]),
        Kind::Bool => Value::Bool(n.is_multiple_of(2)),
        Kind::I64 if foreign => Value::I64(i),
        Kind::I16 | Kind::I32 | Kind::I64 => Value::I64(i + 2),
        Kind::F64 => Value::F64(i as f64 + 0.5),
        Kind::Text => match options {
            Some(o) => Value::Text(o[usize::from(n) % o.len()].clone()),
            None => Value::Text(format!("{}{n}", 10 + i)),
        },
        Kind::Bytes => Value::Bytes(vec![n; 3]),
        Kind::Decimal => Value::Decimal(format!("{n}.25").parse().unwrap()),
        Kind::Timestamp => Value::Timestamp(1_700_000_000_000_000 + i * 86_400_000_000 + 5),
        Kind::Date => Value::Date(20_000 + i32::from(n)),
        Kind::Time => Value::Time(i * 1_000_001),
        Kind::Json => Value::Json(format!("{{\"n\":{n}}}")),
    }
}

/// Fills every table with three rows; foreign keys point to the row of the same number.
pub async fn fill(database: &Database, schema: &Schema) {
    let dialect = database.dialect();
    let mut script = String::new();
    let mut tables: Vec<&Table> = schema.tables.iter().collect();
    // Those that point go behind those that are pointed to; cycles go over null.
    tables.sort_by_key(|t| t.foreign_keys.iter().filter(|k| k.table != t.name).count());
    for table in tables {
        for n in 1..=3u8 {
            let name = |s: &str| {
                let mut out = String::new();
                dialect.quote(&mut out, s);
                out
            };
            let used: Vec<&Column> =
                table.columns.iter().filter(|c| c.default != Some(Default::Counted)).collect();
            let names: Vec<String> = used.iter().map(|c| name(&c.name)).collect();
            let values: Vec<String> = used
                .iter()
                .map(|c| {
                    let key = table.foreign_keys.iter().find(|k| k.column == c.name);
                    let cyclic = key.is_some_and(|k| {
                        c.nullable
                            && k.table != table.name
                            && schema
                                .table(&k.table)
                                .unwrap()
                                .foreign_keys
                                .iter()
                                .any(|b| b.table == table.name)
                    });
                    if cyclic { "NULL".into() } else { literal(dialect, &sample(c, key.is_some(), n)) }
                })
                .collect();
            script.push_str(&format!(
                "INSERT INTO {} ({}) VALUES ({});\n",
                name(&table.name),
                names.join(", "),
                values.join(", ")
            ));
        }
    }
    if !script.is_empty() {
        database.batch(&script).await.unwrap_or_else(|e| panic!("{script}: {e:?}"));
    }
}

/// The values of these columns in every row, in the order of the keys.
pub async fn values(database: &Database, table: &str, columns: &[String]) -> Vec<Vec<Option<String>>> {
    let dialect = database.dialect();
    let list: Vec<String> = columns
        .iter()
        .map(|c| {
            let mut name = String::new();
            dialect.quote(&mut name, c);
            match dialect {
                Dialect::Postgres => format!("{name}::text"),
                Dialect::Mysql => format!("HEX(CAST({name} AS CHAR))"),
                Dialect::Sqlite => format!("quote({name})"),
            }
        })
        .collect();
    let mut name = String::new();
    dialect.quote(&mut name, table);
    rows(database, &format!("SELECT {} FROM {name} ORDER BY 1", list.join(", "))).await
}

/// Drops every table but those that keep track, which forget everything: cheaper than `fresh`, for many cases.
pub async fn clear(database: &Database) {
    let dialect = database.dialect();
    let tables = live(database).await;
    let tail = if dialect == Dialect::Postgres { " CASCADE" } else { "" };
    let drops: String = tables
        .iter()
        .map(|t| {
            let mut name = String::new();
            dialect.quote(&mut name, &t.name);
            format!("DROP TABLE {name}{tail};\n")
        })
        .collect();
    let (off, on) = match dialect {
        Dialect::Mysql => ("SET FOREIGN_KEY_CHECKS = 0;\n", "SET FOREIGN_KEY_CHECKS = 1;\n"),
        Dialect::Sqlite => ("PRAGMA foreign_keys = OFF;\n", "PRAGMA foreign_keys = ON;\n"),
        Dialect::Postgres => ("", ""),
    };
    let _ = database
        .batch("DELETE FROM __diesel_schema_migrations; DELETE FROM __framewright_migrations; DELETE FROM __framewright_schema")
        .await;
    database.batch(&format!("{off}{drops}{on}")).await.unwrap();
}

/// Runs a test on each database that is there.
macro_rules! on_each {
    ($($name:ident => $test:ident;)*) => {$(
        mod $name {
            use super::*;
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                on(Dialect::Sqlite).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                on(Dialect::Postgres).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn mysql() {
                on(Dialect::Mysql).await;
            }
            async fn on(dialect: Dialect) {
                let Some(url) = url(dialect, stringify!($name)).await else { return };
                $test(dialect, &url).await;
                drop_database(&url).await;
            }
        }
    )*};
}
pub(crate) use on_each;

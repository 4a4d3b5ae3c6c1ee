//! How the values of a column become those of another type, and what a new column holds in old rows.

use crate::ddl::column::literal;
use crate::ddl::{Check, Column, Default};
use crate::dialect::Dialect;
use framewright_core::{Decimal, Kind, Value};

const DAY: i64 = 86_400_000_000;

/// How a column's values get into its new type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// by themselves
    Plain,
    /// by this expression
    By(String),
    /// not at all
    Impossible,
}

/// How the values of `old` become values of `new`; `name` is the column, quoted.
pub(crate) fn conversion(dialect: Dialect, name: &str, old: &Column, new: &Column) -> Conversion {
    use Conversion::{By, Impossible, Plain};
    use Dialect::{Mysql, Postgres, Sqlite};
    use Kind::{Bool, Date, F64, I16, I32, I64, Json, Text, Timestamp};
    match (old.kind, new.kind, dialect) {
        (a, b, _) if a == b => Plain,
        (I16 | I32 | I64, I16 | I32 | I64, _) => Plain,
        (I16 | I32 | I64, Kind::Decimal, Sqlite) => By(sortable(name)),
        (I16 | I32 | I64, Kind::Decimal, _) => Plain,
        (Kind::Decimal, I16 | I32 | I64, Sqlite) => By(rounded(name)),
        (Kind::Decimal, I16 | I32 | I64, Postgres) => By(format!("round({name})")),
        (Kind::Decimal, I16 | I32 | I64, Mysql) => Plain,
        (F64, I16 | I32 | I64, Sqlite) => By(format!("CAST(round({name}) AS INTEGER)")),
        (F64, I16 | I32 | I64, _) => Plain,
        (I16 | I32 | I64, Bool, Mysql) => Plain,
        (I16 | I32 | I64, Bool, _) => By(format!("{name} <> 0")),
        (I16 | I32 | I64, F64, Sqlite) => By(format!("CAST({name} AS REAL)")),
        (I16 | I32 | I64, F64, _) => Plain,
        (I16 | I32 | I64, Text, Sqlite) => By(format!("CAST({name} AS TEXT)")),
        (I16 | I32 | I64, Text, Postgres) => By(format!("{name}::text")),
        (I16 | I32 | I64, Text, Mysql) => Plain,
        (Text, I16 | I32 | I64, Postgres) => By(format!("{name}::bigint")),
        // A STRICT table refuses a text that is no number; MySQL does in strict mode.
        (Text, I16 | I32 | I64, _) => Plain,
        (Bool, I16 | I32 | I64, Postgres) => By(format!("{name}::int")),
        (Bool, I16 | I32 | I64, _) => Plain,
        (Text, Json, Postgres) => By(format!("{name}::jsonb")),
        (Json, Text, Postgres) => By(format!("{name}::text")),
        (Text, Json, _) | (Json, Text, _) => Plain,
        (Timestamp, Date, Postgres) => By(format!("({name} AT TIME ZONE 'UTC')::date")),
        (Timestamp, Date, Sqlite) => By(format!("({name} - (({name} % {DAY}) + {DAY}) % {DAY}) / {DAY}")),
        (Date, Timestamp, Postgres) => By(format!("{name}::timestamp AT TIME ZONE 'UTC'")),
        (Date, Timestamp, Sqlite) => By(format!("{name} * {DAY}")),
        (Timestamp, Date, Mysql) | (Date, Timestamp, Mysql) => Plain,
        _ => Impossible,
    }
}

/// Whether a change of type is one that a migration may be made of. The way back may convert more.
pub(crate) fn is_convertible(old: &Column, new: &Column) -> bool {
    let scale = |c: &Column| c.decimal.map_or(0, |(_, s)| s);
    match (old.kind, new.kind) {
        // SQLite keeps decimals as text, and would keep the digits that others round away.
        (Kind::Decimal, Kind::Decimal) => scale(new) >= scale(old),
        (Kind::F64, Kind::I16 | Kind::I32 | Kind::I64) | (Kind::I16 | Kind::I32 | Kind::I64, Kind::Bool) => {
            false
        }
        _ => Dialect::ALL.iter().all(|d| conversion(*d, "x", old, new) != Conversion::Impossible),
    }
}

/// Whether the conversion can change a value, and not only refuse it.
pub(crate) fn rounds(old: &Column, new: &Column) -> bool {
    matches!(
        (old.kind, new.kind),
        (Kind::I64, Kind::F64)
            | (Kind::Timestamp, Kind::Date)
            | (Kind::Decimal, Kind::I16 | Kind::I32 | Kind::I64)
    )
}

/// An integer in the sortable text in which SQLite keeps decimals: see `dialect`.
fn sortable(name: &str) -> String {
    let (high, low) = (10_i64.pow(10) - 1, 10_i64.pow(9));
    format!(
        "CASE WHEN {name} >= 0 THEN printf('p%029d', {name}) ELSE \
         printf('n9999999999%010d%09d~', {high} - abs({name}) / {low}, {} - abs({name}) % {low}) END",
        low - 1
    )
}

/// The other way, half away from zero: a sign, 29 digits (complements to nine below zero), a point, a fraction.
fn rounded(name: &str) -> String {
    let part = |from: u32, digits: u32| format!("CAST(substr({name}, {from}, {digits}) AS INTEGER)");
    format!(
        "CASE substr({name}, 1, 1) WHEN 'p' THEN {} + (substr({name}, 32, 1) >= '5') \
         ELSE -((9999999999 - {}) * 1000000000 + 999999999 - {}) \
         - (substr({name}, 31, 1) = '.' AND substr({name}, 32, 1) <= '4') END",
        part(12, 19),
        part(12, 10),
        part(22, 9)
    )
}

/// What a mandatory column without a DEFAULT of its own holds in rows that are there already, and whether that is
/// what the field declares (or only the emptiest value there is).
pub(crate) fn fill(dialect: Dialect, column: &Column) -> (String, bool) {
    let now = |pg: &str, mysql: &str, sqlite: &str| match dialect {
        Dialect::Postgres => pg.to_owned(),
        Dialect::Mysql => mysql.to_owned(),
        Dialect::Sqlite => sqlite.to_owned(),
    };
    match (&column.default, column.kind) {
        (Some(Default::Value(value)), _) if !value.is_null() => (literal(dialect, value), true),
        (Some(Default::Now), Kind::Date) => {
            (now("current_date", "CURRENT_DATE", "CAST(julianday('now') - 2440587.5 AS INTEGER)"), true)
        }
        (Some(Default::Now), Kind::Time) => (
            now(
                "localtime",
                "CURRENT_TIME(6)",
                "CAST(unixepoch('subsec') * 1000000 AS INTEGER) % 86400000000",
            ),
            true,
        ),
        (Some(Default::Now), _) => {
            (now("now()", "CURRENT_TIMESTAMP(6)", "CAST(unixepoch('subsec') * 1000000 AS INTEGER)"), true)
        }
        (Some(Default::NewId), Kind::Uuid) => {
            (now("gen_random_uuid()", "UNHEX(REPLACE(UUID(), '-', ''))", "randomblob(16)"), true)
        }
        _ => (literal(dialect, &empty(column)), false),
    }
}

/// The emptiest value that the checks of a column let through.
fn empty(column: &Column) -> Value {
    let (mut low, mut length) = (0i64, 0usize);
    let (mut exact, mut parts) = (None, ["", "", ""]);
    for check in &column.checks {
        match check {
            Check::Options(options) => {
                return options.first().map_or(Value::Null, |o| Value::Text(o.clone()));
            }
            Check::Range { min, max } => low = low.max(min.unwrap_or(0)).min(max.unwrap_or(i64::MAX)),
            Check::Length { min, .. } => length = length.max(min.map_or(0, |m| m.try_into().unwrap_or(0))),
            Check::RangeDecimal { min, max } => {
                let zero = Decimal::ZERO;
                exact = Some(zero.max(min.unwrap_or(zero)).min(max.unwrap_or(Decimal::MAX)));
            }
            Check::Prefix(part) => parts[0] = part,
            Check::Contains(part) => parts[1] = part,
            Check::Suffix(part) => parts[2] = part,
            Check::NotBlank => length = length.max(1),
            Check::RangeF64 { .. } | Check::Ascii => {}
        }
    }
    match column.kind {
        Kind::Bool => Value::Bool(false),
        Kind::I16 | Kind::I32 | Kind::I64 => Value::I64(low),
        Kind::F64 => {
            let bound = column.checks.iter().find_map(|c| match c {
                Check::RangeF64 { min, max } => {
                    Some(0f64.max(min.unwrap_or(0.0)).min(max.unwrap_or(f64::MAX)))
                }
                _ => None,
            });
            Value::F64(bound.unwrap_or(0.0))
        }
        Kind::Text => {
            let [prefix, inner, suffix] = parts;
            let known: usize = parts.iter().map(|p| p.chars().count()).sum();
            Value::Text(format!("{prefix}{inner}{}{suffix}", "?".repeat(length.saturating_sub(known))))
        }
        Kind::Bytes => Value::Bytes(vec![0; length]),
        Kind::Uuid => Value::Uuid([0; 16]),
        Kind::Decimal => Value::Decimal(exact.unwrap_or_else(|| Decimal::from(low))),
        Kind::Timestamp => Value::Timestamp(0),
        Kind::Date => Value::Date(0),
        Kind::Time => Value::Time(0),
        Kind::Json => Value::Json("null".to_owned()),
    }
}

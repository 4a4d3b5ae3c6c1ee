//! What each dialect makes of a column: type, default, check, literals.

use super::names::quoted;
use super::schema::{Check, Column, Default};
use crate::dialect::Dialect;
use framewright_core::descriptor::DECIMAL;
use framewright_core::{Date, Decimal, Kind, Time, Timestamp, Value};

/// The SQL type of a column.
///
/// ```
/// use framewright_core::{FieldDescriptor, Timestamp};
/// use framewright_data::{Dialect, ddl::{Column, column::sql_type}};
/// let at = Column::of(&FieldDescriptor::of::<Timestamp>("at", "\"at\":"));
/// assert_eq!(sql_type(Dialect::Postgres, &at), "timestamptz");
/// assert_eq!(sql_type(Dialect::Mysql, &at), "DATETIME(6)");
/// assert_eq!(sql_type(Dialect::Sqlite, &at), "INTEGER");
/// ```
#[must_use]
pub fn sql_type(dialect: Dialect, column: &Column) -> String {
    let (p, s) = column.decimal.unwrap_or(DECIMAL);
    let fixed = |pg: &str, mysql: &str, sqlite: &str| match dialect {
        Dialect::Postgres => pg.to_owned(),
        Dialect::Mysql => mysql.to_owned(),
        Dialect::Sqlite => sqlite.to_owned(),
    };
    match column.kind {
        Kind::Bool => fixed("boolean", "TINYINT(1)", "INTEGER"),
        Kind::I16 => fixed("smallint", "SMALLINT", "INTEGER"),
        Kind::I32 => fixed("integer", "INT", "INTEGER"),
        Kind::I64 => fixed("bigint", "BIGINT", "INTEGER"),
        Kind::F64 => fixed("double precision", "DOUBLE", "REAL"),
        Kind::Text => match (dialect, column.max_length) {
            (Dialect::Sqlite, _) => "TEXT".to_owned(),
            (Dialect::Postgres, Some(n)) => format!("varchar({n}) COLLATE \"C\""),
            (Dialect::Postgres, None) => "text COLLATE \"C\"".to_owned(),
            (Dialect::Mysql, Some(n)) => format!("VARCHAR({n})"),
            (Dialect::Mysql, None) => "LONGTEXT".to_owned(),
        },
        Kind::Bytes => fixed("bytea", "LONGBLOB", "BLOB"),
        Kind::Uuid => fixed("uuid", "BINARY(16)", "BLOB"),
        Kind::Decimal => fixed(&format!("numeric({p},{s})"), &format!("DECIMAL({p},{s})"), "TEXT"),
        Kind::Timestamp => fixed("timestamptz", "DATETIME(6)", "INTEGER"),
        Kind::Date => fixed("date", "DATE", "INTEGER"),
        Kind::Time => fixed("time", "TIME(6)", "INTEGER"),
        Kind::Json => fixed("jsonb", "LONGTEXT", "TEXT"),
    }
}

/// The condition of a column's CHECK, if it has one.
#[must_use]
pub fn check(dialect: Dialect, column: &Column) -> Option<String> {
    let name = quoted(dialect, &column.name);
    let mut all = Vec::new();
    let mut between = |what: &str, min: Option<String>, max: Option<String>| match (min, max) {
        (Some(min), Some(max)) if min == max => all.push(format!("{what} = {min}")),
        (min, max) => {
            all.extend(min.map(|m| format!("{what} >= {m}")));
            all.extend(max.map(|m| format!("{what} <= {m}")));
        }
    };
    // The type itself holds less on SQLite than elsewhere: its integers have 64 bits, its text any length.
    let sqlite = dialect == Dialect::Sqlite;
    let mut range: (Option<i64>, Option<i64>) = match column.kind {
        Kind::I16 if sqlite => (Some(i16::MIN.into()), Some(i16::MAX.into())),
        Kind::I32 if sqlite => (Some(i32::MIN.into()), Some(i32::MAX.into())),
        _ => (None, None),
    };
    let mut length = (None, column.max_length.filter(|_| sqlite));
    for check in &column.checks {
        match check {
            Check::Length { min, max } => {
                let held = !sqlite && column.max_length.is_some_and(|n| max.is_some_and(|m| n <= m));
                length = (min.filter(|m| *m > 0), max.filter(|_| !held).or(length.1));
            }
            Check::Range { min, max } => {
                range = (
                    min.map_or(range.0, |m| Some(range.0.map_or(m, |r| r.max(m)))),
                    max.map_or(range.1, |m| Some(range.1.map_or(m, |r| r.min(m)))),
                );
            }
            Check::RangeF64 { min, max } => {
                between(&name, min.map(|m| format!("{m:?}")), max.map(|m| format!("{m:?}")))
            }
            Check::RangeDecimal { min, max } => {
                let bound = |n: &Decimal| dialect.decimal_literal(n);
                between(&name, min.as_ref().map(bound), max.as_ref().map(bound));
            }
            _ => {}
        }
    }
    let measure = match (dialect, column.kind) {
        (Dialect::Sqlite, _) => "length",
        (Dialect::Mysql, Kind::Bytes) | (Dialect::Postgres, Kind::Bytes) => "octet_length",
        _ => "char_length",
    };
    between(&format!("{measure}({name})"), length.0.map(|n| n.to_string()), length.1.map(|n| n.to_string()));
    let bound = |n: i64| match column.kind {
        Kind::Decimal => dialect.decimal_literal(&Decimal::from(n)),
        _ => n.to_string(),
    };
    between(&name, range.0.map(bound), range.1.map(bound));
    all.extend(column.checks.iter().filter_map(|check| of_text(dialect, &name, check)));
    match (dialect, column.kind) {
        (Dialect::Sqlite | Dialect::Mysql, Kind::Json) => all.push(format!("json_valid({name})")),
        (Dialect::Sqlite | Dialect::Mysql, Kind::Bool) => all.push(format!("{name} IN (0, 1)")),
        _ => {}
    }
    (!all.is_empty()).then(|| all.join(" AND "))
}

/// What a check of text asks, in functions that count characters and compare bytes on every database.
fn of_text(dialect: Dialect, name: &str, check: &Check) -> Option<String> {
    let sqlite = dialect == Dialect::Sqlite;
    Some(match check {
        Check::Options(options) => {
            let options: Vec<String> = options.iter().map(|o| text(dialect, o)).collect();
            format!("{name} IN ({})", options.join(", "))
        }
        Check::Prefix(part) | Check::Suffix(part) | Check::Contains(part) if part.is_empty() => return None,
        Check::Prefix(part) => {
            let (length, part) = (part.chars().count(), text(dialect, part));
            match sqlite {
                true => format!("substr({name}, 1, {length}) = {part}"),
                false => format!("left({name}, {length}) = {part}"),
            }
        }
        Check::Suffix(part) => {
            let (length, part) = (part.chars().count(), text(dialect, part));
            match sqlite {
                true => format!("substr({name}, -{length}) = {part}"),
                false => format!("right({name}, {length}) = {part}"),
            }
        }
        Check::Contains(part) => {
            let part = text(dialect, part);
            match dialect {
                Dialect::Postgres => format!("strpos({name}, {part}) > 0"),
                // MySQL and MariaDB show `instr` as `locate`, with its arguments the other way round.
                Dialect::Mysql => format!("locate({part}, {name}) > 0"),
                Dialect::Sqlite => format!("instr({name}, {part}) > 0"),
            }
        }
        // A character of UTF-8 has one byte exactly if it is ASCII.
        Check::Ascii => match dialect {
            Dialect::Sqlite => format!("length(CAST({name} AS BLOB)) = length({name})"),
            _ => format!("octet_length({name}) = char_length({name})"),
        },
        // Of the blanks of Unicode only those of ASCII: the write path knows the others.
        Check::NotBlank => match dialect {
            Dialect::Sqlite => format!("trim({name}, char(9, 10, 11, 12, 13, 32)) <> ''"),
            Dialect::Postgres => format!("{name} ~ '[^[:space:]]'"),
            Dialect::Mysql => format!("{name} REGEXP '[^\\\\x09-\\\\x0d ]'"),
        },
        Check::Length { .. } | Check::Range { .. } | Check::RangeDecimal { .. } | Check::RangeF64 { .. } => {
            return None;
        }
    })
}

/// The SQL of a column's DEFAULT, if it has one.
#[must_use]
pub fn default(dialect: Dialect, column: &Column) -> Option<String> {
    match &column.default {
        Some(Default::Value(value)) if !matches!(value, Value::Null | Value::Bytes(_) | Value::Uuid(_)) => {
            let literal = literal(dialect, value);
            // MySQL takes a default for a long text only as an expression.
            let long = dialect == Dialect::Mysql && sql_type(dialect, column) == "LONGTEXT";
            Some(if long { format!("({literal})") } else { literal })
        }
        _ => None,
    }
}

/// The value as it is written in SQL.
#[must_use]
pub fn literal(dialect: Dialect, value: &Value) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    match (value, dialect) {
        (Value::Null, _) => "NULL".to_owned(),
        (Value::Bool(v), Dialect::Postgres) => v.to_string(),
        (Value::Bool(v), _) => u8::from(*v).to_string(),
        (Value::I64(v), _) => v.to_string(),
        (Value::F64(v), _) => format!("{v:?}"),
        (Value::Text(v) | Value::Json(v), _) => text(dialect, v),
        (Value::Bytes(v), Dialect::Postgres) => format!("'\\x{}'::bytea", hex(v)),
        (Value::Bytes(v), _) => format!("X'{}'", hex(v)),
        (Value::Uuid(v), Dialect::Postgres) => format!("'{}'::uuid", hex(v)),
        (Value::Uuid(v), _) => format!("X'{}'", hex(v)),
        (Value::Decimal(v), _) => dialect.decimal_literal(v),
        (Value::Timestamp(v) | Value::Time(v), Dialect::Sqlite) => v.to_string(),
        (Value::Date(v), Dialect::Sqlite) => v.to_string(),
        (Value::Timestamp(v), _) => {
            let at = Timestamp::from_micros(*v).map(Timestamp::chrono).unwrap_or_default();
            match dialect {
                Dialect::Postgres => {
                    format!("'{}+00'", trimmed(&at.format("%Y-%m-%d %H:%M:%S%.6f").to_string()))
                }
                _ => format!("'{}'", at.format("%Y-%m-%d %H:%M:%S%.6f")),
            }
        }
        (Value::Date(v), _) => {
            format!("'{}'", Date::from_days(*v).map(|d| d.to_string()).unwrap_or_default())
        }
        (Value::Time(v), _) => {
            let (seconds, micros) = (v / 1_000_000, v % 1_000_000);
            let whole = Time::from_micros(seconds * 1_000_000).map(|t| t.to_string()).unwrap_or_default();
            match dialect {
                Dialect::Postgres => format!("'{}'", trimmed(&format!("{whole}.{micros:06}"))),
                _ => format!("'{whole}.{micros:06}'"),
            }
        }
    }
}

fn trimmed(number: &str) -> &str {
    number.trim_end_matches('0').trim_end_matches('.')
}

/// A text literal. MySQL reads a backslash as an escape unless its `sql_mode` says otherwise.
pub(crate) fn text(dialect: Dialect, text: &str) -> String {
    let text = text.replace('\'', "''");
    if dialect == Dialect::Mysql { format!("'{}'", text.replace('\\', "\\\\")) } else { format!("'{text}'") }
}

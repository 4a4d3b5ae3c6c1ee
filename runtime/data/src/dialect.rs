//! Which SQL a database speaks, and how values are stored in it.
//!
//! | kind | PostgreSQL | MySQL/MariaDB | SQLite (STRICT) |
//! |---|---|---|---|
//! | `Uuid` | `uuid` | `BINARY(16)` | `BLOB` |
//! | `Bool` | `boolean` | `TINYINT(1)` | `INTEGER` 0/1 |
//! | `I16` `I32` `I64` | `smallint` `integer` `bigint` | the same | `INTEGER` |
//! | `F64` | `double precision` | `DOUBLE` | `REAL` |
//! | `Decimal` | `numeric(p,s)` | `DECIMAL(p,s)` | `TEXT`, see below |
//! | `Timestamp` | `timestamptz` | `DATETIME(6)` (UTC) | `INTEGER` µs since 1970 |
//! | `Date` | `date` | `DATE` | `INTEGER` days since 1970 |
//! | `Time` | `time` | `TIME(6)` | `INTEGER` µs since midnight |
//! | `Text` | `varchar(n)`/`text` | `VARCHAR(n)`/`LONGTEXT` | `TEXT` |
//! | `Bytes` | `bytea` | `LONGBLOB` | `BLOB` |
//! | `Json` | `jsonb` | `LONGTEXT` + check | `TEXT` + check |
//!
//! **Decimals on SQLite** are text that sorts as the numbers do ([`sortable_decimal`]): exact at all 28 digits, and
//! `=`, `<`, `ORDER BY`, `MIN`, `MAX`, `DISTINCT`, indexes and CHECKs work with the plain binary collation, in any tool.
//! What needs arithmetic goes through functions that every connection of ours registers: `fw_decimal_sum(x)`
//! (aggregate, exact) and `fw_decimal_add(x, y)`. A mean is a sum and a count, divided in Rust, on all three databases.
//!
//! Decimals come out of every database normalised (`12.50` as `12.5`), so that the three answer alike.

use framewright_core::Decimal;

/// The three families of databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite, bundled
    Sqlite,
    /// PostgreSQL
    Postgres,
    /// MySQL and MariaDB
    Mysql,
}

impl Dialect {
    /// Every dialect, for tests and for `migrate make`.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mysql];

    /// The name in file names, configuration and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }

    /// Writes an identifier in quotes. Identifiers come from descriptors only, never from a client.
    pub fn quote(self, out: &mut String, identifier: &str) {
        let mark = if self == Self::Mysql { '`' } else { '"' };
        out.push(mark);
        for c in identifier.chars() {
            if c == mark {
                out.push(mark);
            }
            out.push(c);
        }
        out.push(mark);
    }

    /// A decimal as a literal of this dialect's SQL: for DEFAULT and CHECK clauses; statements bind instead.
    #[must_use]
    pub fn decimal_literal(self, value: &Decimal) -> String {
        if self == Self::Sqlite { format!("'{}'", sortable_decimal(value)) } else { value.to_string() }
    }

    /// The longest identifier that the database keeps.
    #[must_use]
    pub const fn identifier_limit(self) -> usize {
        match self {
            Self::Postgres => 63,
            Self::Sqlite | Self::Mysql => 64,
        }
    }
}

/// Digits before the point in the sortable form: as many as the largest `Decimal` has.
const WIDTH: usize = 29;

/// The form in which SQLite keeps a decimal: `p` and 29 digits before the point, then the fraction without trailing
/// zeros; below zero `n`, every digit's complement to nine, and `~`. Byte order is the order of the numbers, and
/// equal numbers have equal text.
///
/// ```
/// use framewright_data::dialect::{parse_sortable, sortable_decimal};
/// let [a, b, c] = ["-1.55", "-1.5", "12.50"].map(|t| sortable_decimal(&t.parse().unwrap()));
/// assert!(a < b && b < c);
/// assert_eq!(parse_sortable(&c).unwrap().to_string(), "12.5");
/// ```
#[must_use]
pub fn sortable_decimal(value: &Decimal) -> String {
    let value = value.normalize();
    let (negative, scale) = (value.is_sign_negative() && !value.is_zero(), value.scale() as usize);
    let digits = format!("{:0>width$}", value.mantissa().unsigned_abs(), width = WIDTH + scale);
    let mut out = String::with_capacity(digits.len() + 3);
    out.push(if negative { 'n' } else { 'p' });
    for (i, c) in digits.chars().enumerate() {
        if i == digits.len() - scale {
            out.push('.');
        }
        out.push(if negative { char::from(b'0' + b'9' - (c as u8)) } else { c });
    }
    if negative {
        out.push('~');
    }
    out
}

/// The decimal of its sortable form; `None` when the text is not one.
#[must_use]
pub fn parse_sortable(text: &str) -> Option<Decimal> {
    let (negative, rest) = match text.split_at_checked(1)? {
        ("p", rest) => (false, rest),
        ("n", rest) => (true, rest.strip_suffix('~')?),
        _ => return None,
    };
    let (mut mantissa, mut scale, mut point) = (0i128, 0u32, false);
    for c in rest.bytes() {
        match c {
            b'.' if !point => point = true,
            b'0'..=b'9' => {
                let digit = if negative { b'9' - c } else { c - b'0' };
                mantissa = mantissa.checked_mul(10)?.checked_add(i128::from(digit))?;
                scale += u32::from(point);
            }
            _ => return None,
        }
    }
    Decimal::try_from_i128_with_scale(if negative { -mantissa } else { mantissa }, scale).ok()
}

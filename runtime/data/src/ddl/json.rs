//! A schema as JSON and back: the snapshot that `migrate make` keeps in `schema.lock` and the database keeps of itself.
//! Written and read by hand, so that the format changes only on purpose; what equals its default is left out.

use super::schema::{Check, Column, Default, ForeignKey, Key, Schema, Table};
use framewright_core::descriptor::OnDelete;
use framewright_core::{Kind, Value as Stored};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// A short hash of a text: thirty-two hexadecimal digits of its SHA-256.
pub(crate) fn fingerprint(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(16).map(|b| format!("{b:02x}")).collect()
}

const KINDS: [(Kind, &str); 13] = [
    (Kind::Bool, "bool"),
    (Kind::I16, "i16"),
    (Kind::I32, "i32"),
    (Kind::I64, "i64"),
    (Kind::F64, "f64"),
    (Kind::Text, "text"),
    (Kind::Bytes, "bytes"),
    (Kind::Uuid, "uuid"),
    (Kind::Decimal, "decimal"),
    (Kind::Timestamp, "timestamp"),
    (Kind::Date, "date"),
    (Kind::Time, "time"),
    (Kind::Json, "json"),
];

/// The name of a kind in snapshots and messages.
pub(crate) fn kind_name(kind: Kind) -> &'static str {
    KINDS.iter().find(|(k, _)| *k == kind).map_or("text", |(_, name)| name)
}

impl Schema {
    /// What this schema makes of a database.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "version": 1, "tables": self.tables.iter().map(table_json).collect::<Vec<_>>() })
    }

    /// The snapshot of this schema: what it makes of a database, and which approvals are spent by that.
    #[must_use]
    pub fn snapshot(&self) -> Value {
        let one = |t: &Table| {
            let mut json = table_json(t);
            if let (Some(reason), Some(map)) = (&t.breaking, json.as_object_mut()) {
                map.insert("breaking".into(), reason.as_str().into());
            }
            json
        };
        json!({ "version": 1, "tables": self.tables.iter().map(one).collect::<Vec<_>>() })
    }

    /// The schema of a snapshot; `None` when it is none of ours.
    #[must_use]
    pub fn from_json(json: &Value) -> Option<Self> {
        if json.get("version")?.as_u64()? != 1 {
            return None;
        }
        let tables = json.get("tables")?.as_array()?.iter().map(table).collect::<Option<_>>()?;
        Some(Self { tables })
    }

    /// A hash that two schemas share exactly when they make the same of a database.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&super::text::compact(&self.to_json()))
    }
}

fn table_json(t: &Table) -> Value {
    let mut map = Map::new();
    map.insert("name".into(), t.name.as_str().into());
    map.insert("key".into(), t.key.as_str().into());
    map.insert("columns".into(), t.columns.iter().map(column_json).collect());
    for (name, keys) in [("uniques", &t.uniques), ("indexes", &t.indexes)] {
        if !keys.is_empty() {
            map.insert(
                name.into(),
                keys.iter().map(|k| json!({ "name": k.name, "columns": k.columns })).collect(),
            );
        }
    }
    if !t.foreign_keys.is_empty() {
        let one = |k: &ForeignKey| {
            let on_delete = match k.on_delete {
                OnDelete::Restrict => "restrict",
                OnDelete::Cascade => "cascade",
                OnDelete::SetNull => "set_null",
            };
            json!({ "name": k.name, "column": k.column, "table": k.table, "target": k.target, "on_delete": on_delete })
        };
        map.insert("foreign_keys".into(), t.foreign_keys.iter().map(one).collect());
    }
    for (name, column) in [("updated_at", &t.updated_at), ("version", &t.version)] {
        if let Some(column) = column {
            map.insert(name.into(), column.as_str().into());
        }
    }
    Value::Object(map)
}

fn column_json(c: &Column) -> Value {
    let mut map = Map::new();
    map.insert("name".into(), c.name.as_str().into());
    map.insert("kind".into(), kind_name(c.kind).into());
    if c.nullable {
        map.insert("nullable".into(), true.into());
    }
    if let Some(n) = c.max_length {
        map.insert("max_length".into(), n.into());
    }
    if let Some((p, s)) = c.decimal {
        map.insert("decimal".into(), json!([p, s]));
    }
    let default = c.default.as_ref().map(|d| match d {
        Default::Value(v) => json!({ "value": stored_json(v) }),
        Default::Now => "now".into(),
        Default::NewId => "new_id".into(),
        Default::Counted => "counted".into(),
    });
    map.extend(default.map(|d| ("default".to_owned(), d)));
    if !c.checks.is_empty() {
        let one = |check: &Check| match check {
            Check::Length { min, max } => json!({ "length": [min, max] }),
            Check::Range { min, max } => json!({ "range": [min, max] }),
            Check::RangeF64 { min, max } => {
                json!({ "range_f64": [min.map(|m| format!("{m:?}")), max.map(|m| format!("{m:?}"))] })
            }
            Check::RangeDecimal { min, max } => {
                json!({ "range_decimal": [min.map(|m| m.to_string()), max.map(|m| m.to_string())] })
            }
            Check::Options(options) => json!({ "options": options }),
            Check::Prefix(part) => json!({ "prefix": part }),
            Check::Suffix(part) => json!({ "suffix": part }),
            Check::Contains(part) => json!({ "contains": part }),
            Check::Ascii => json!({ "ascii": true }),
            Check::NotBlank => json!({ "not_blank": true }),
        };
        map.insert("checks".into(), c.checks.iter().map(one).collect());
    }
    Value::Object(map)
}

/// Numbers that JSON cannot carry exactly are texts.
fn stored_json(value: &Stored) -> Value {
    let hex = |bytes: &[u8]| Value::String(bytes.iter().map(|b| format!("{b:02x}")).collect());
    match value {
        Stored::Null => Value::Null,
        Stored::Bool(v) => (*v).into(),
        Stored::I64(v) | Stored::Timestamp(v) | Stored::Time(v) => (*v).into(),
        Stored::Date(v) => (*v).into(),
        Stored::F64(v) => format!("{v:?}").into(),
        Stored::Text(v) | Stored::Json(v) => v.as_str().into(),
        Stored::Bytes(v) => hex(v),
        Stored::Uuid(v) => hex(v),
        Stored::Decimal(v) => v.to_string().into(),
    }
}

fn stored(kind: Kind, json: &Value) -> Option<Stored> {
    let bytes = |text: &str| -> Option<Vec<u8>> {
        (0..text.len() / 2).map(|i| u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()).collect()
    };
    if json.is_null() {
        return Some(Stored::Null);
    }
    Some(match kind {
        Kind::Bool => Stored::Bool(json.as_bool()?),
        Kind::I16 | Kind::I32 | Kind::I64 => Stored::I64(json.as_i64()?),
        Kind::F64 => Stored::F64(json.as_str()?.parse().ok()?),
        Kind::Text => Stored::Text(json.as_str()?.to_owned()),
        Kind::Bytes => Stored::Bytes(bytes(json.as_str()?)?),
        Kind::Uuid => Stored::Uuid(bytes(json.as_str()?)?.try_into().ok()?),
        Kind::Decimal => Stored::Decimal(json.as_str()?.parse().ok()?),
        Kind::Timestamp => Stored::Timestamp(json.as_i64()?),
        Kind::Date => Stored::Date(json.as_i64()?.try_into().ok()?),
        Kind::Time => Stored::Time(json.as_i64()?),
        Kind::Json => Stored::Json(json.as_str()?.to_owned()),
    })
}

fn text(json: &Value, key: &str) -> Option<String> {
    json.get(key)?.as_str().map(str::to_owned)
}

fn each<T>(json: &Value, key: &str, read: fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    json.get(key).map_or(Some(Vec::new()), |list| list.as_array()?.iter().map(read).collect())
}

fn table(json: &Value) -> Option<Table> {
    let key = |json: &Value| -> Option<Key> {
        Some(Key {
            name: text(json, "name")?,
            columns: each(json, "columns", |c| c.as_str().map(str::to_owned))?,
        })
    };
    let foreign_key = |json: &Value| -> Option<ForeignKey> {
        let on_delete = match json.get("on_delete")?.as_str()? {
            "restrict" => OnDelete::Restrict,
            "cascade" => OnDelete::Cascade,
            "set_null" => OnDelete::SetNull,
            _ => return None,
        };
        Some(ForeignKey {
            name: text(json, "name")?,
            column: text(json, "column")?,
            table: text(json, "table")?,
            target: text(json, "target")?,
            on_delete,
        })
    };
    Some(Table {
        name: text(json, "name")?,
        key: text(json, "key")?,
        columns: each(json, "columns", column)?,
        uniques: each(json, "uniques", key)?,
        indexes: each(json, "indexes", key)?,
        foreign_keys: each(json, "foreign_keys", foreign_key)?,
        updated_at: text(json, "updated_at"),
        version: text(json, "version"),
        renamed_from: None,
        breaking: text(json, "breaking"),
    })
}

fn column(json: &Value) -> Option<Column> {
    let name = text(json, "kind")?;
    let kind = KINDS.iter().find(|(_, n)| *n == name)?.0;
    let default = match json.get("default") {
        None => None,
        Some(Value::String(s)) => Some(match s.as_str() {
            "now" => Default::Now,
            "new_id" => Default::NewId,
            "counted" => Default::Counted,
            _ => return None,
        }),
        Some(other) => Some(Default::Value(stored(kind, other.get("value")?)?)),
    };
    let decimal = match json.get("decimal") {
        None => None,
        Some(d) => Some((d.get(0)?.as_u64()?.try_into().ok()?, d.get(1)?.as_u64()?.try_into().ok()?)),
    };
    Some(Column {
        name: text(json, "name")?,
        kind,
        nullable: json.get("nullable").is_some_and(|n| n == true),
        max_length: json.get("max_length").and_then(Value::as_u64).and_then(|n| n.try_into().ok()),
        decimal,
        default,
        checks: each(json, "checks", check)?,
        renamed_from: None,
    })
}

fn check(json: &Value) -> Option<Check> {
    if let Some(v) = json.get("length") {
        let end = |i: usize| v.get(i).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        return Some(Check::Length { min: end(0), max: end(1) });
    }
    if let Some(v) = json.get("range") {
        let end = |i: usize| v.get(i).and_then(Value::as_i64);
        return Some(Check::Range { min: end(0), max: end(1) });
    }
    if let Some(v) = json.get("range_f64") {
        let end = |i: usize| v.get(i).and_then(Value::as_str).and_then(|n| n.parse().ok());
        return Some(Check::RangeF64 { min: end(0), max: end(1) });
    }
    if let Some(v) = json.get("range_decimal") {
        let end = |i: usize| v.get(i).and_then(Value::as_str).and_then(|n| n.parse().ok());
        return Some(Check::RangeDecimal { min: end(0), max: end(1) });
    }
    let part = |key: &str| text(json, key);
    let flag = |key: &str| json.get(key).is_some_and(|v| v == true);
    if let Some(check) = (part("prefix").map(Check::Prefix))
        .or_else(|| part("suffix").map(Check::Suffix))
        .or_else(|| part("contains").map(Check::Contains))
        .or_else(|| flag("ascii").then_some(Check::Ascii))
        .or_else(|| flag("not_blank").then_some(Check::NotBlank))
    {
        return Some(check);
    }
    each(json, "options", |o| o.as_str().map(str::to_owned)).filter(|o| !o.is_empty()).map(Check::Options)
}

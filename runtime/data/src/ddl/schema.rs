//! The schema as plain data, and how descriptors become one.

use super::names::{constraint_name, distinct_name};
use framewright_core::descriptor::{
    DefaultValue, FieldDescriptor, KeyDescriptor, OnDelete, ResourceDescriptor,
};
use framewright_core::rule::Rule;
use framewright_core::{Decimal, Kind, Value};
use std::collections::HashSet;

/// Tables, by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Schema {
    /// every table, in the order of their names
    pub tables: Vec<Table>,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// its name
    pub name: String,
    /// its columns, in the order of the struct
    pub columns: Vec<Column>,
    /// the column of the primary key
    pub key: String,
    /// unique keys, by name
    pub uniques: Vec<Key>,
    /// plain indexes, by name
    pub indexes: Vec<Key>,
    /// foreign keys, by name
    pub foreign_keys: Vec<ForeignKey>,
    /// the column that holds when a row was last changed
    pub updated_at: Option<String>,
    /// the column that counts the changes of a row
    pub version: Option<String>,
    /// the former name that the resource declares; never part of a snapshot
    pub renamed_from: Option<String>,
    /// why destructive changes of this table are approved; in a snapshot: why those up to there were
    pub breaking: Option<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// its name
    pub name: String,
    /// its storage class
    pub kind: Kind,
    /// whether NULL is a value
    pub nullable: bool,
    /// `varchar(n)`; `None` is unbounded, or no text
    pub max_length: Option<u32>,
    /// precision and scale, of a decimal
    pub decimal: Option<(u8, u8)>,
    /// what an absent value becomes
    pub default: Option<Default>,
    /// what every value has to satisfy
    pub checks: Vec<Check>,
    /// the former name that the field declares; never part of a snapshot
    pub renamed_from: Option<String>,
}

/// What an absent value becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// this constant
    Value(Value),
    /// the time of the write
    Now,
    /// a new UUIDv7
    NewId,
    /// the database counts
    Counted,
}

/// What a CHECK holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// characters of text, bytes of binary
    Length {
        /// at least
        min: Option<u32>,
        /// at most
        max: Option<u32>,
    },
    /// an integer, a decimal or money
    Range {
        /// at least
        min: Option<i64>,
        /// at most
        max: Option<i64>,
    },
    /// a double
    RangeF64 {
        /// at least
        min: Option<f64>,
        /// at most
        max: Option<f64>,
    },
    /// a decimal, with digits after the point
    RangeDecimal {
        /// at least
        min: Option<Decimal>,
        /// at most
        max: Option<Decimal>,
    },
    /// one of these texts
    Options(Vec<String>),
    /// text that begins with another
    Prefix(String),
    /// text that ends with another
    Suffix(String),
    /// text that contains another
    Contains(String),
    /// text of ASCII characters
    Ascii,
    /// text that is not only blanks
    NotBlank,
}

/// A unique key or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// its name
    pub name: String,
    /// its columns, in order
    pub columns: Vec<String>,
}

/// A foreign key of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// its name
    pub name: String,
    /// the column here
    pub column: String,
    /// the table it points to
    pub table: String,
    /// the column there
    pub target: String,
    /// what happens here when the record there goes
    pub on_delete: OnDelete,
}

impl Schema {
    /// The schema that resources declare.
    #[must_use]
    pub fn of(resources: &[&ResourceDescriptor]) -> Self {
        let mut tables: Vec<Table> = resources.iter().map(|r| Table::of(r)).collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        name_apart(&mut tables);
        Self { tables }
    }

    /// The table of this name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.name == name)
    }
}

impl Table {
    /// The table of a resource.
    #[must_use]
    pub fn of(resource: &ResourceDescriptor) -> Self {
        let mut table = Self {
            name: resource.table.to_owned(),
            columns: resource.fields.iter().map(Column::of).collect(),
            key: resource.key_field().column.to_owned(),
            uniques: keys("uq", resource, resource.uniques),
            indexes: keys("ix", resource, resource.indexes),
            foreign_keys: resource.fields.iter().filter_map(|f| foreign_key(resource, f)).collect(),
            updated_at: resource.kept.updated_at.map(|f| resource.field(f).column.to_owned()),
            version: resource.kept.version.map(|f| resource.field(f).column.to_owned()),
            renamed_from: resource.renamed_from.map(str::to_owned),
            breaking: resource.breaking.map(str::to_owned),
        };
        // Without an index here, deleting over there would read this whole table.
        for key in &table.foreign_keys {
            let led = |keys: &[Key]| keys.iter().any(|k| k.columns.first() == Some(&key.column));
            if table.key != key.column && !led(&table.uniques) && !led(&table.indexes) {
                let name = constraint_name("ix", &table.name, &[&key.column]);
                table.indexes.push(Key { name, columns: vec![key.column.clone()] });
            }
        }
        for keys in [&mut table.uniques, &mut table.indexes] {
            keys.sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
            keys.dedup();
        }
        table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
        table
    }

    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }
}

/// Gives every key a name of its own in the whole database: names are made of those of tables and columns, and two of
/// them may be spelled alike. The first in order keeps the plain one.
fn name_apart(tables: &mut [Table]) {
    let mut taken: HashSet<String> = HashSet::new();
    let mut own = |name: &mut String, table: &str, columns: &[String]| {
        if taken.contains(name.as_str()) {
            *name = distinct_name(name, table, columns);
        }
        taken.insert(name.clone());
    };
    for table in tables {
        for key in table.uniques.iter_mut().chain(&mut table.indexes) {
            own(&mut key.name, &table.name, &key.columns);
        }
        for key in &mut table.foreign_keys {
            own(&mut key.name, &table.name, std::slice::from_ref(&key.column));
        }
        table.uniques.sort_by(|a, b| a.name.cmp(&b.name));
        table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

fn keys(prefix: &str, resource: &ResourceDescriptor, keys: &[KeyDescriptor]) -> Vec<Key> {
    let of = |key: &KeyDescriptor| {
        let columns: Vec<&str> = key.fields.iter().map(|f| resource.field(*f).column).collect();
        Key {
            name: constraint_name(prefix, resource.table, &columns),
            columns: columns.into_iter().map(str::to_owned).collect(),
        }
    };
    keys.iter().map(of).collect()
}

fn foreign_key(resource: &ResourceDescriptor, field: &FieldDescriptor) -> Option<ForeignKey> {
    let target = field.facts.references?();
    // The key of a resource has the type `Id<Self>`; it does not point to itself.
    if field.column == resource.key_field().column && target.table == resource.table {
        return None;
    }
    Some(ForeignKey {
        name: constraint_name("fk", resource.table, &[field.column]),
        column: field.column.to_owned(),
        table: target.table.to_owned(),
        target: target.key_field().column.to_owned(),
        on_delete: field.on_delete,
    })
}

impl Column {
    /// The column of a field.
    #[must_use]
    pub fn of(field: &FieldDescriptor) -> Self {
        let kind = field.kind();
        let mut checks = Vec::new();
        if let Some(options) = field.facts.options {
            checks.push(Check::Options(options.iter().map(|o| (*o).to_owned()).collect()));
        }
        for rule in field.rules {
            match *rule {
                Rule::Length { min, max } if matches!(kind, Kind::Text | Kind::Bytes) => {
                    checks.push(Check::Length { min, max })
                }
                Rule::Range { min, max } => checks.push(Check::Range { min, max }),
                Rule::RangeDecimal { min, max } => checks.push(Check::RangeDecimal { min, max }),
                Rule::RangeF64 { min, max } => checks.push(Check::RangeF64 { min, max }),
                Rule::Prefix(part) => checks.push(Check::Prefix(part.to_owned())),
                Rule::Suffix(part) => checks.push(Check::Suffix(part.to_owned())),
                Rule::Contains(part) => checks.push(Check::Contains(part.to_owned())),
                Rule::Ascii => checks.push(Check::Ascii),
                Rule::NotBlank => checks.push(Check::NotBlank),
                // No three databases agree on these, or they have no such function.
                Rule::Email | Rule::Url | Rule::Pattern(_) | Rule::Alphanumeric | Rule::Length { .. } => {}
            }
        }
        Self {
            name: field.column.to_owned(),
            kind,
            nullable: field.facts.nullable,
            max_length: field.max_length.filter(|_| kind == Kind::Text),
            decimal: (kind == Kind::Decimal).then_some(field.decimal),
            default: field.default.map(|d| match d {
                DefaultValue::Value(value) => Default::Value(value()),
                DefaultValue::Now => Default::Now,
                DefaultValue::NewId => Default::NewId,
                DefaultValue::Counted => Default::Counted,
            }),
            checks,
            renamed_from: field.renamed_from.map(str::to_owned),
        }
    }

    /// Whether the database counts it.
    #[must_use]
    pub fn counted(&self) -> bool {
        self.default == Some(Default::Counted)
    }
}

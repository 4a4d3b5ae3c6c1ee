//! `drift --sql`: the statements that make a live database what the resources declare. What is there and not declared is
//! only named, in comments: it may be somebody's.

use super::alter::{drop_check, drop_foreign_key, drop_key};
use crate::ddl::column::{default, sql_type};
use crate::ddl::create::{add_foreign_key, add_unique, check, create_index, create_tables, definition};
use crate::ddl::{Column, Key, Schema, Table, list, quoted, trigger_name, triggers};
use crate::dialect::Dialect;
use crate::drift::{Difference, Drift};

/// What repairs a drift, in an order that works; comments stand where a person has to decide.
#[must_use]
pub fn repair(dialect: Dialect, schema: &Schema, drift: &Drift) -> Vec<String> {
    let missing = |t: &&Table| drift.differences.iter().any(|d| d.what == "table" && d.table == t.name);
    let missing: Vec<&Table> = schema.tables.iter().filter(missing).collect();
    let (mut out, late) = create_tables(dialect, &missing);
    let mut steps: Vec<(u8, String)> = Vec::new();
    for difference in &drift.differences {
        let one = One { dialect, name: bare(&difference.name), difference };
        match schema.table(&difference.table) {
            Some(table) => one.of(table, &mut steps),
            None => steps.push((9, format!("-- not declared: DROP TABLE {}", one.q(&difference.table)))),
        }
    }
    steps.sort();
    steps.dedup();
    out.extend(late);
    out.extend(steps.into_iter().map(|(_, statement)| statement));
    out
}

/// A name without what introspection adds to it: `ix_posts_title (invalid)`.
fn bare(name: &str) -> &str {
    name.split(" (").next().unwrap_or(name)
}

/// What goes for something else of its name; or, of a name that is not declared, only is mentioned.
fn gone(drop: String, declared: bool) -> (u8, String) {
    if declared { (2, drop) } else { (9, format!("-- not declared: {drop}")) }
}

struct One<'a> {
    dialect: Dialect,
    name: &'a str,
    difference: &'a Difference,
}

impl One<'_> {
    fn q(&self, name: &str) -> String {
        quoted(self.dialect, name)
    }

    fn of(&self, table: &Table, out: &mut Vec<(u8, String)>) {
        let d = self.difference;
        let (missing, extra) = (d.found.is_none(), d.expected.is_none());
        let column = table.column(self.name);
        match d.what {
            "column" if extra => {
                let (t, c) = (self.q(&table.name), self.q(self.name));
                out.push((9, format!("-- not declared: ALTER TABLE {t} DROP COLUMN {c}")));
            }
            "column" => out.extend(column.map(|c| (0, self.add_column(table, c)))),
            "type" | "null" | "default" => out.extend(column.map(|c| (1, self.change(table, c)))),
            "unique" => self.key(table, &table.uniques, true, out),
            "index" => self.key(table, &table.indexes, false, out),
            "foreign_key" | "check" if self.dialect == Dialect::Sqlite => out.push((9, self.by_hand(table))),
            "foreign_key" => {
                let declared = |name: &str| table.foreign_keys.iter().find(|k| k.name == name);
                if !missing {
                    let drop = drop_foreign_key(self.dialect, &table.name, self.name);
                    out.push(gone(drop, declared(self.name).is_some()));
                }
                let key = declared(&d.name);
                out.extend(key.map(|k| (5, add_foreign_key(self.dialect, &table.name, k))));
            }
            "check" => {
                let declared = |name: &str| {
                    let start = format!("CONSTRAINT {} ", self.q(name));
                    let mut all = table.columns.iter().filter_map(|c| check(self.dialect, &table.name, c));
                    all.find(|c| c.starts_with(&start))
                };
                if !missing {
                    let drop = drop_check(self.dialect, &table.name, self.name);
                    out.push(gone(drop, declared(self.name).is_some()));
                }
                let on = self.q(&table.name);
                out.extend(declared(&d.name).map(|c| (6, format!("ALTER TABLE {on} ADD {c}"))));
            }
            "trigger" => {
                if !missing && self.dialect == Dialect::Postgres {
                    out.push((2, format!("DROP TRIGGER {} ON {}", self.q(self.name), self.q(&table.name))));
                } else if !missing {
                    out.push((2, format!("DROP TRIGGER {}", self.q(self.name))));
                }
                if trigger_name(self.dialect, table).as_deref() == Some(&*d.name) {
                    let made = triggers(self.dialect, table);
                    out.extend((7..).zip(made).map(|(rank, statement)| (rank.min(8), statement)));
                }
            }
            "table" => {}
            _ => out.push((9, self.by_hand(table))),
        }
    }

    fn by_hand(&self, table: &Table) -> String {
        format!(
            "-- {}.{}: the {} has to be put right by hand, with a new table beside the old one",
            table.name,
            self.name,
            self.difference.what.replace('_', " ")
        )
    }

    fn add_column(&self, table: &Table, column: &Column) -> String {
        let on = self.q(&table.name);
        let filled = column.nullable || column.counted() || default(self.dialect, column).is_some();
        if filled {
            return format!("ALTER TABLE {on} ADD COLUMN {}", definition(self.dialect, table, column));
        }
        let open = Column { nullable: true, ..column.clone() };
        format!(
            "-- EDIT: fill it, then make it NOT NULL\nALTER TABLE {on} ADD COLUMN {}",
            definition(self.dialect, table, &open)
        )
    }

    fn change(&self, table: &Table, column: &Column) -> String {
        let (on, name) = (self.q(&table.name), self.q(&column.name));
        match (self.dialect, self.difference.what) {
            (Dialect::Sqlite, _) => self.by_hand(table),
            (Dialect::Mysql, _) => {
                format!("ALTER TABLE {on} MODIFY COLUMN {}", definition(self.dialect, table, column))
            }
            (Dialect::Postgres, "type") => {
                let ty = sql_type(self.dialect, column);
                format!("ALTER TABLE {on} ALTER COLUMN {name} TYPE {ty} USING {name}::{ty}")
            }
            (Dialect::Postgres, "null") => {
                let verb = if column.nullable { "DROP" } else { "SET" };
                format!("ALTER TABLE {on} ALTER COLUMN {name} {verb} NOT NULL")
            }
            (Dialect::Postgres, _) => {
                let action = default(self.dialect, column)
                    .map_or("DROP DEFAULT".to_owned(), |d| format!("SET DEFAULT {d}"));
                format!("ALTER TABLE {on} ALTER COLUMN {name} {action}")
            }
        }
    }

    fn key(&self, table: &Table, keys: &[Key], unique: bool, out: &mut Vec<(u8, String)>) {
        let d = self.difference;
        if d.found.is_some() {
            // What is no constraint on PostgreSQL, as a half-built index is not, goes as an index.
            let constraint = unique && d.name == self.name;
            let drop = drop_key(self.dialect, &table.name, self.name, constraint);
            out.push(gone(drop, keys.iter().any(|k| k.name == self.name)));
        }
        let Some(key) = keys.iter().find(|k| k.name == d.name) else { return };
        let statement = if unique {
            add_unique(self.dialect, &table.name, key)
        } else {
            create_index(self.dialect, table, key)
        };
        let note = if unique {
            format!("-- it fails where rows are equal in {}\n", list(self.dialect, &key.columns))
        } else {
            String::new()
        };
        out.push((4, format!("{note}{statement}")));
    }
}

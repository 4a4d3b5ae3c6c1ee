//! A plan as statements of PostgreSQL and MySQL, where `ALTER TABLE` can say everything.
//!
//! The order is what makes it work: names first, then what stands in the way of columns, then columns, then what
//! holds them again; an index that a foreign key needs is there before the one that it replaces goes.

use super::change::{Plan, TableChange};
use super::convert::{Conversion, conversion, fill};
use crate::ddl::column::{check, default, sql_type};
use crate::ddl::create::{add_foreign_key, add_unique, create_index, create_tables, definition, in_order};
use crate::ddl::{Column, ForeignKey, Key, Table, constraint_name, create, drop_trigger, quoted, triggers};
use crate::dialect::Dialect;

/// The statements of a plan, phase by phase.
#[derive(Default)]
struct Phases {
    names: Vec<String>,
    free: Vec<String>,
    columns: Vec<String>,
    create: Vec<String>,
    add_keys: Vec<String>,
    drop_keys: Vec<String>,
    drop_columns: Vec<String>,
    checks: Vec<String>,
    foreign_keys: Vec<String>,
    triggers: Vec<String>,
    drop_tables: Vec<String>,
}

/// The statements that carry a plan out.
pub(crate) fn statements(dialect: Dialect, plan: &Plan) -> Vec<String> {
    let mut phases = Phases::default();
    let created: Vec<&Table> =
        plan.changes.iter().filter(|c| c.old.is_none()).filter_map(|c| c.new.as_ref()).collect();
    let dropped: Vec<&Table> =
        plan.changes.iter().filter(|c| c.new.is_none()).filter_map(|c| c.old.as_ref()).collect();
    for change in &plan.changes {
        if let (Some(carried), Some(new)) = (&change.carried, &change.new) {
            Alter { dialect, change, old: carried, new, out: &mut phases }.all();
        }
    }
    let (create, late) = create_tables(dialect, &created);
    phases.create = create;
    phases.foreign_keys.extend(late);
    let mut gone: Vec<&Table> = Vec::new();
    for table in in_order(&dropped).into_iter().rev() {
        let blocked = |k: &&ForeignKey| gone.iter().any(|g| g.name == k.table);
        phases.free.extend(
            table
                .foreign_keys
                .iter()
                .filter(blocked)
                .map(|k| drop_foreign_key(dialect, &table.name, &k.name)),
        );
        phases.drop_tables.push(format!("DROP TABLE {}", quoted(dialect, &table.name)));
        gone.push(table);
    }
    let Phases {
        names,
        free,
        columns,
        create,
        add_keys,
        drop_keys,
        drop_columns,
        checks,
        foreign_keys,
        triggers,
        drop_tables,
    } = phases;
    [
        names,
        free,
        columns,
        create,
        add_keys,
        drop_keys,
        drop_columns,
        checks,
        foreign_keys,
        triggers,
        drop_tables,
    ]
    .concat()
}

pub(super) fn drop_foreign_key(dialect: Dialect, table: &str, name: &str) -> String {
    let what = if dialect == Dialect::Mysql { "FOREIGN KEY" } else { "CONSTRAINT" };
    format!("ALTER TABLE {} DROP {what} {}", quoted(dialect, table), quoted(dialect, name))
}

pub(super) fn drop_check(dialect: Dialect, table: &str, name: &str) -> String {
    format!("ALTER TABLE {} DROP CONSTRAINT {}", quoted(dialect, table), quoted(dialect, name))
}

pub(super) fn drop_key(dialect: Dialect, table: &str, name: &str, unique: bool) -> String {
    let name = quoted(dialect, name);
    match (dialect, unique) {
        (Dialect::Mysql, _) => format!("ALTER TABLE {} DROP INDEX {name}", quoted(dialect, table)),
        (Dialect::Postgres, true) => format!("ALTER TABLE {} DROP CONSTRAINT {name}", quoted(dialect, table)),
        _ => format!("DROP INDEX {name}"),
    }
}

struct Alter<'a> {
    dialect: Dialect,
    change: &'a TableChange,
    /// under the new names; its constraints still have the old ones
    old: &'a Table,
    new: &'a Table,
    out: &'a mut Phases,
}

impl Alter<'_> {
    fn all(mut self) {
        self.names();
        for column in &self.new.columns {
            match self.old.column(&column.name) {
                Some(old) => self.alter(old, column),
                None => self.add(column),
            }
        }
        for column in &self.old.columns {
            if self.new.column(&column.name).is_none() {
                self.drop_check(column);
                let statement = self.table(&format!("DROP COLUMN {}", self.quoted(&column.name)));
                self.out.drop_columns.push(statement);
            }
        }
        self.keys();
        self.foreign_keys();
        self.triggers();
    }

    fn triggers(&mut self) {
        let Some(old) = &self.change.old else { return };
        let alike = |name: &Option<String>| {
            let column = |table: &Table| {
                let column = table.column(name.as_deref()?)?;
                Some(definition(self.dialect, table, column))
            };
            column(self.old) == column(self.new)
        };
        let new = triggers(self.dialect, self.new);
        if triggers(self.dialect, old) != new || !alike(&self.new.updated_at) || !alike(&self.new.version) {
            self.out.free.extend(drop_trigger(self.dialect, old, &self.new.name));
            self.out.triggers.extend(new);
        }
    }

    /// MySQL would take a backfill for a change of the record.
    fn untouched(&self) -> String {
        let column = self.old.updated_at.as_ref().filter(|_| self.dialect == Dialect::Mysql);
        column.map(|c| format!(", {0} = {0}", self.quoted(c))).unwrap_or_default()
    }

    fn quoted(&self, name: &str) -> String {
        quoted(self.dialect, name)
    }

    fn table(&self, rest: &str) -> String {
        format!("ALTER TABLE {} {rest}", self.quoted(&self.new.name))
    }

    fn names(&mut self) {
        if let Some((old, new)) = self.change.renamed() {
            let (old, new) = (self.quoted(old), self.quoted(new));
            self.out.names.push(format!("ALTER TABLE {old} RENAME TO {new}"));
        }
        // Columns are renamed behind the checks that name them, which MySQL would not let go on.
        for (old, new) in self.change.renames() {
            let statement =
                self.table(&format!("RENAME COLUMN {} TO {}", self.quoted(old), self.quoted(new)));
            self.out.columns.push(statement);
        }
    }

    /// The check's condition as the old table has it, and its name there.
    fn old_check(&self, old: &Column) -> Option<(String, String)> {
        let table = self.change.old.as_ref().map_or(&*self.old.name, |t| &*t.name);
        let condition = check(self.dialect, old)?;
        Some((condition, constraint_name("ck", table, &[self.change.former(&old.name)])))
    }

    fn drop_check(&mut self, old: &Column) {
        let former = self.change.columns.iter().find(|(_, b)| *b == old.name).map_or(&*old.name, |(a, _)| a);
        let table = self.change.old.as_ref().map_or(&*self.old.name, |t| &*t.name);
        if check(self.dialect, old).is_some() {
            let name = constraint_name("ck", table, &[former]);
            self.out.free.push(drop_check(self.dialect, &self.new.name, &name));
        }
    }

    fn add_check(&mut self, new: &Column) {
        if let Some(check) = create::check(self.dialect, &self.new.name, new) {
            let statement = self.table(&format!("ADD {check}"));
            self.out.checks.push(statement);
        }
    }

    fn add(&mut self, column: &Column) {
        self.add_check(column);
        let filled = column.nullable || column.counted() || default(self.dialect, column).is_some();
        if filled {
            let statement = self.table(&format!("ADD COLUMN {}", definition(self.dialect, self.new, column)));
            self.out.columns.push(statement);
            return;
        }
        // A mandatory column of a filled table: expand, backfill, contract.
        let open = Column { nullable: true, ..column.clone() };
        let expand = self.table(&format!("ADD COLUMN {}", definition(self.dialect, self.new, &open)));
        let (name, table) = (self.quoted(&column.name), self.quoted(&self.new.name));
        let (value, declared) = fill(self.dialect, column);
        let note = if declared {
            String::new()
        } else {
            format!("-- EDIT: what `{}` is in rows that are there already\n", column.name)
        };
        let backfill = format!("{note}UPDATE {table} SET {name} = {value}{}", self.untouched());
        let contract = self.not_null(column);
        self.out.columns.extend([expand, backfill, contract]);
    }

    fn not_null(&self, column: &Column) -> String {
        match self.dialect {
            Dialect::Mysql => {
                self.table(&format!("MODIFY COLUMN {}", definition(self.dialect, self.new, column)))
            }
            _ => self.table(&format!("ALTER COLUMN {} SET NOT NULL", self.quoted(&column.name))),
        }
    }

    fn alter(&mut self, old: &Column, new: &Column) {
        let name = self.quoted(&new.name);
        let retyped = sql_type(self.dialect, old) != sql_type(self.dialect, new);
        let (was, is) = (default(self.dialect, old), default(self.dialect, new));
        let (old_check, new_check) = (self.old_check(old), check(self.dialect, new));
        let new_name = constraint_name("ck", &self.new.name, &[&new.name]);
        let renamed = self.change.former(&new.name) != new.name;
        let same = old_check.as_ref().map(|(c, _)| c) == new_check.as_ref() && !retyped;
        match &old_check {
            Some((_, old_name)) if same && self.dialect == Dialect::Postgres => {
                if *old_name != new_name {
                    let statement = self.rename_constraint(old_name, &new_name);
                    self.out.checks.push(statement);
                }
            }
            Some((_, old_name)) if same && *old_name == new_name && !renamed => {}
            _ => {
                self.drop_check(old);
                self.add_check(new);
            }
        }
        let tightened = old.nullable && !new.nullable;
        if tightened {
            let (value, declared) = fill(self.dialect, new);
            if declared {
                let table = self.quoted(&self.new.name);
                let untouched = if self.old.updated_at.as_ref() == Some(&new.name) {
                    String::new()
                } else {
                    self.untouched()
                };
                self.out
                    .columns
                    .push(format!("UPDATE {table} SET {name} = {value}{untouched} WHERE {name} IS NULL"));
            }
        }
        if self.dialect == Dialect::Mysql {
            let (before, after) =
                (definition(self.dialect, self.old, old), definition(self.dialect, self.new, new));
            if before != after {
                let statement = self.table(&format!("MODIFY COLUMN {after}"));
                self.out.columns.push(statement);
            }
            return;
        }
        if retyped {
            if was.is_some() {
                let statement = self.table(&format!("ALTER COLUMN {name} DROP DEFAULT"));
                self.out.columns.push(statement);
            }
            let using = match conversion(self.dialect, &name, old, new) {
                Conversion::By(expression) => format!(" USING {expression}"),
                _ => String::new(),
            };
            let statement =
                self.table(&format!("ALTER COLUMN {name} TYPE {}{using}", sql_type(self.dialect, new)));
            self.out.columns.push(statement);
        }
        if was != is || (retyped && is.is_some()) {
            let action = is.map_or("DROP DEFAULT".to_owned(), |d| format!("SET DEFAULT {d}"));
            if !(retyped && action == "DROP DEFAULT") {
                let statement = self.table(&format!("ALTER COLUMN {name} {action}"));
                self.out.columns.push(statement);
            }
        }
        if old.nullable != new.nullable {
            let action = if new.nullable { "DROP NOT NULL" } else { "SET NOT NULL" };
            let statement = self.table(&format!("ALTER COLUMN {name} {action}"));
            self.out.columns.push(statement);
        }
    }

    fn rename_constraint(&self, old: &str, new: &str) -> String {
        self.table(&format!("RENAME CONSTRAINT {} TO {}", self.quoted(old), self.quoted(new)))
    }

    fn keys(&mut self) {
        let rename = |me: &Self, old: &Key, new: &Key, unique: bool| match (me.dialect, unique) {
            (Dialect::Mysql, _) => {
                me.table(&format!("RENAME INDEX {} TO {}", me.quoted(&old.name), me.quoted(&new.name)))
            }
            (_, true) => me.rename_constraint(&old.name, &new.name),
            (_, false) => format!("ALTER INDEX {} RENAME TO {}", me.quoted(&old.name), me.quoted(&new.name)),
        };
        for (unique, olds, news) in
            [(true, &self.old.uniques, &self.new.uniques), (false, &self.old.indexes, &self.new.indexes)]
        {
            for old in olds {
                match news.iter().find(|n| n.columns == old.columns) {
                    Some(new) if new.name != old.name => {
                        let statement = rename(self, old, new, unique);
                        self.out.add_keys.push(statement);
                    }
                    Some(_) => {}
                    None => {
                        let statement = drop_key(self.dialect, &self.new.name, &old.name, unique);
                        self.out.drop_keys.push(statement);
                    }
                }
            }
            for new in news.iter().filter(|n| !olds.iter().any(|o| o.columns == n.columns)) {
                self.out.add_keys.push(if unique {
                    add_unique(self.dialect, &self.new.name, new)
                } else {
                    create_index(self.dialect, self.new, new)
                });
            }
        }
    }

    fn foreign_keys(&mut self) {
        // MySQL changes no column that a foreign key holds.
        let touched = |me: &Self, column: &str| {
            me.dialect == Dialect::Mysql
                && me.old.column(column).zip(me.new.column(column)).is_some_and(|(o, n)| {
                    definition(me.dialect, me.old, o) != definition(me.dialect, me.new, n)
                })
        };
        for old in &self.old.foreign_keys {
            let same = self
                .new
                .foreign_keys
                .iter()
                .find(|n| ForeignKey { name: old.name.clone(), ..(*n).clone() } == *old);
            match same {
                Some(new) if new.name == old.name && !touched(self, &old.column) => {}
                Some(new) if self.dialect == Dialect::Postgres => {
                    let statement = self.rename_constraint(&old.name, &new.name);
                    self.out.foreign_keys.push(statement);
                }
                other => {
                    self.out.free.push(drop_foreign_key(self.dialect, &self.new.name, &old.name));
                    self.out
                        .foreign_keys
                        .extend(other.map(|n| add_foreign_key(self.dialect, &self.new.name, n)));
                }
            }
        }
        for new in &self.new.foreign_keys {
            let there = self
                .old
                .foreign_keys
                .iter()
                .any(|o| ForeignKey { name: o.name.clone(), ..new.clone() } == *o);
            if !there {
                self.out.foreign_keys.push(add_foreign_key(self.dialect, &self.new.name, new));
            }
        }
    }
}

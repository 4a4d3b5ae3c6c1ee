//! What has to happen between two schemas, table by table, and the same backwards.

use crate::ddl::{ForeignKey, Key, Schema, Table};

/// Everything between two schemas.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// the tables that change, by their new names
    pub changes: Vec<TableChange>,
    /// tables that are renamed: before, after
    pub renames: Vec<(String, String)>,
    /// tables whose resource is `breaking` for this plan, and the reason: one that the old schema knows was given for an
    /// earlier plan
    pub approvals: Vec<(String, String)>,
}

/// What happens to a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableChange {
    /// how it was; `None`: it is created
    pub old: Option<Table>,
    /// how it will be; `None`: it is dropped
    pub new: Option<Table>,
    /// the columns that stay, renamed or not: before, after
    pub columns: Vec<(String, String)>,
    /// how it was, under all the new names: what is left of `old` once everything is renamed
    pub carried: Option<Table>,
}

impl Plan {
    /// What leads from one schema to another. Renames are those that the new one declares.
    #[must_use]
    pub fn between(old: &Schema, new: &Schema) -> Self {
        let (mut renames, mut approvals) = (Vec::new(), Vec::new());
        let mut pairs: Vec<(Option<&Table>, Option<&Table>, Vec<(String, String)>)> = Vec::new();
        for table in &new.tables {
            let former = old.table(&table.name).or_else(|| {
                let former = table.renamed_from.as_deref().filter(|f| new.table(f).is_none())?;
                old.table(former)
            });
            let columns = former.map(|f| kept(f, table)).unwrap_or_default();
            if let Some(former) = former.filter(|f| f.name != table.name) {
                renames.push((former.name.clone(), table.name.clone()));
            }
            let spent = former.and_then(|f| f.breaking.as_ref());
            let fresh = table.breaking.as_ref().filter(|reason| spent != Some(*reason));
            approvals.extend(fresh.map(|reason| (table.name.clone(), reason.clone())));
            pairs.push((former, Some(table), columns));
        }
        for table in &old.tables {
            if !pairs.iter().any(|(o, _, _)| o.is_some_and(|o| o.name == table.name)) {
                pairs.push((Some(table), None, Vec::new()));
            }
        }
        let plain = pairs.into_iter().map(|(o, n, c)| (o.map(plain), n.map(plain), c)).collect();
        Self { approvals, ..Self::of(renames, plain) }
    }

    fn of(
        renames: Vec<(String, String)>,
        pairs: Vec<(Option<Table>, Option<Table>, Vec<(String, String)>)>,
    ) -> Self {
        let targets: Vec<(String, Vec<(String, String)>)> =
            pairs.iter().filter_map(|(o, _, c)| Some((o.as_ref()?.name.clone(), c.clone()))).collect();
        let carry = |old: &Table, new: &Table, columns: &[(String, String)]| {
            let here = |name: &String| renamed(columns, name);
            let keys = |keys: &[Key]| -> Vec<Key> {
                keys.iter()
                    .map(|k| Key { name: k.name.clone(), columns: k.columns.iter().map(here).collect() })
                    .collect()
            };
            let mut carried = old.clone();
            carried.name.clone_from(&new.name);
            carried.key = here(&old.key);
            carried.updated_at = old.updated_at.as_ref().map(here);
            carried.version = old.version.as_ref().map(here);
            carried.columns.iter_mut().for_each(|c| c.name = here(&c.name));
            carried.uniques = keys(&old.uniques);
            carried.indexes = keys(&old.indexes);
            let there = |k: &ForeignKey| {
                targets
                    .iter()
                    .find(|(t, _)| *t == k.table)
                    .map_or(k.target.clone(), |(_, c)| renamed(c, &k.target))
            };
            for key in &mut carried.foreign_keys {
                key.target = there(key);
                key.column = here(&key.column);
                key.table = renamed(&renames, &key.table);
            }
            carried
        };
        let changes = pairs
            .iter()
            .map(|(old, new, columns)| TableChange {
                carried: old.as_ref().zip(new.as_ref()).map(|(o, n)| carry(o, n, columns)),
                old: old.clone(),
                new: new.clone(),
                columns: columns.clone(),
            })
            .filter(|c| {
                let left = c.carried.as_ref().map(in_order) != c.new.as_ref().map(in_order);
                left || c.carried.is_none() || c.renames().next().is_some() || c.renamed().is_some()
            })
            .collect();
        Self { changes, renames, approvals: Vec::new() }
    }

    /// The way back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let swap = |pairs: &[(String, String)]| pairs.iter().map(|(a, b)| (b.clone(), a.clone())).collect();
        let pairs = self.changes.iter().map(|c| (c.new.clone(), c.old.clone(), swap(&c.columns))).collect();
        Self::of(swap(&self.renames), pairs)
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What it does, a line per table: `posts: adds slug, drops body`.
    #[must_use]
    pub fn summary(&self) -> Vec<String> {
        self.changes.iter().map(TableChange::summary).collect()
    }

    /// A name for the migration: `create_posts`, `add_slug_to_posts`, `change_posts`.
    #[must_use]
    pub fn name(&self) -> String {
        let first = match self.changes.first() {
            Some(change) => change.title(),
            None => return "nothing".to_owned(),
        };
        match self.changes.len() {
            1 => first,
            2 => {
                let second = self.changes.get(1).map(TableChange::title).unwrap_or_default();
                let both = first.starts_with("create_").then(|| second.strip_prefix("create_")).flatten();
                format!("{first}_and_{}", both.unwrap_or(&second))
            }
            n if self.changes.iter().all(|c| c.old.is_none()) => format!("{first}_and_{}_more", n - 1),
            n => format!("{first}_and_{}_changes", n - 1),
        }
    }
}

impl TableChange {
    /// The columns that get another name: before, after.
    pub fn renames(&self) -> impl Iterator<Item = &(String, String)> {
        self.columns.iter().filter(|(a, b)| a != b)
    }

    /// The table's names before and after, when they differ.
    #[must_use]
    pub fn renamed(&self) -> Option<(&str, &str)> {
        let (old, new) = (self.old.as_ref()?, self.new.as_ref()?);
        (old.name != new.name).then_some((&*old.name, &*new.name))
    }

    /// The name that a column had, by the name it gets.
    #[must_use]
    pub fn former<'c>(&'c self, column: &'c str) -> &'c str {
        self.columns.iter().find(|(_, b)| b == column).map_or(column, |(a, _)| a)
    }

    fn title(&self) -> String {
        match (&self.old, &self.new) {
            (None, Some(new)) => format!("create_{}", new.name),
            (Some(old), None) => format!("drop_{}", old.name),
            (Some(old), Some(new)) => {
                if let Some((old, new)) = self.renamed() {
                    return format!("rename_{old}_to_{new}");
                }
                let added: Vec<&str> = new
                    .columns
                    .iter()
                    .map(|c| &*c.name)
                    .filter(|c| !self.columns.iter().any(|(_, b)| b == c))
                    .collect();
                let dropped: Vec<&str> = old
                    .columns
                    .iter()
                    .map(|c| &*c.name)
                    .filter(|c| !self.columns.iter().any(|(a, _)| a == c))
                    .collect();
                match (added.as_slice(), dropped.as_slice(), self.renames().next()) {
                    ([one], [], None) => format!("add_{one}_to_{}", new.name),
                    ([], [one], None) => format!("drop_{one}_from_{}", new.name),
                    ([], [], Some((a, b))) => format!("rename_{a}_to_{b}_in_{}", new.name),
                    _ => format!("change_{}", new.name),
                }
            }
            (None, None) => String::new(),
        }
    }

    fn summary(&self) -> String {
        let (old, new) = match (&self.carried, &self.old, &self.new) {
            (Some(carried), _, Some(new)) => (carried, new),
            (_, Some(old), None) => return format!("{}: is dropped", old.name),
            (_, _, Some(new)) => return format!("{}: is created", new.name),
            _ => return String::new(),
        };
        let mut what = Vec::new();
        what.extend(self.renamed().map(|(old, _)| format!("was {old}")));
        what.extend(self.renames().map(|(a, b)| format!("renames {a} to {b}")));
        what.extend(
            new.columns.iter().filter(|c| old.column(&c.name).is_none()).map(|c| format!("adds {}", c.name)),
        );
        what.extend(
            new.columns
                .iter()
                .filter(|c| old.column(&c.name).is_some_and(|o| o != *c))
                .map(|c| format!("changes {}", c.name)),
        );
        what.extend(
            old.columns.iter().filter(|c| new.column(&c.name).is_none()).map(|c| format!("drops {}", c.name)),
        );
        for (a, b) in [(&old.uniques, &new.uniques), (&old.indexes, &new.indexes)] {
            what.extend(
                b.iter()
                    .filter(|k| !a.iter().any(|o| o.columns == k.columns))
                    .map(|k| format!("adds {}", k.name)),
            );
            what.extend(
                a.iter()
                    .filter(|k| !b.iter().any(|n| n.columns == k.columns))
                    .map(|k| format!("drops {}", k.name)),
            );
        }
        if old.foreign_keys != new.foreign_keys {
            what.push("changes foreign keys".to_owned());
        }
        if (&old.updated_at, &old.version) != (&new.updated_at, &new.version) {
            what.push("changes what keeps track of updates".to_owned());
        }
        format!("{}: {}", new.name, what.join(", "))
    }
}

fn renamed(pairs: &[(String, String)], name: &str) -> String {
    pairs.iter().find(|(a, _)| a == name).map_or_else(|| name.to_owned(), |(_, b)| b.clone())
}

/// The columns of a table that stay, with the names that they had.
fn kept(old: &Table, new: &Table) -> Vec<(String, String)> {
    let former = |c: &crate::ddl::Column| {
        if old.column(&c.name).is_some() {
            return Some(c.name.clone());
        }
        let former = c.renamed_from.as_deref().filter(|f| new.column(f).is_none())?;
        old.column(former).map(|o| o.name.clone())
    };
    new.columns.iter().filter_map(|c| Some((former(c)?, c.name.clone()))).collect()
}

/// The table with its columns by name: moving a field in the struct is no change.
fn in_order(table: &Table) -> Table {
    let mut table = table.clone();
    table.columns.sort_by(|a, b| a.name.cmp(&b.name));
    table
}

/// A table without what only matters while a plan is made.
fn plain(table: &Table) -> Table {
    let mut table = table.clone();
    table.renamed_from = None;
    table.breaking = None;
    table.columns.iter_mut().for_each(|c| c.renamed_from = None);
    table
}

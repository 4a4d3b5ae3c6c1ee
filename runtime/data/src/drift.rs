//! `drift`: what a live database has against what the resources declare.

use crate::database::{Admin, Database};
use crate::ddl::Schema;
use crate::introspect::{LiveTable, expected, introspect, live};
use framewright_core::{ResourceDescriptor, Result};
use serde_json::{Value, json};

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// the table
    pub table: String,
    /// `table`, `column`, `type`, `null`, `default`, `key`, `unique`, `index`, `foreign_key`, `check` or `trigger`
    pub what: &'static str,
    /// the column, key, index, check or trigger; empty for the table itself
    pub name: String,
    /// as declared; `None`: it should not be there
    pub expected: Option<String>,
    /// as it is; `None`: it is not there
    pub found: Option<String>,
}

/// Every difference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drift {
    /// in the order of the tables
    pub differences: Vec<Difference>,
}

impl Drift {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// The report for machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "drift": !self.is_empty(), "differences": self.list() })
    }

    /// Every difference, for machines.
    #[must_use]
    pub fn list(&self) -> Value {
        self.differences.iter().map(Difference::to_json).collect()
    }

    /// The report for people, a line per difference.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.differences.iter().map(Difference::line).collect()
    }

    /// What would have to change, a line per difference, in the words of [`crate::migrate::Plan::summary`].
    #[must_use]
    pub fn changes(&self) -> Vec<String> {
        self.differences.iter().map(Difference::change).collect()
    }
}

impl Difference {
    /// The difference for machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let Self { table, what, name, expected, found } = self;
        json!({ "table": table, "what": what, "name": name, "expected": expected, "found": found })
    }

    /// What would have to change so that it is gone: `posts: adds index ix_posts_n (n)`.
    #[must_use]
    pub fn change(&self) -> String {
        let Self { table, what, name, .. } = self;
        if *what == "table" {
            return format!("{table}: is {}", if self.found.is_none() { "created" } else { "dropped" });
        }
        let thing = match *what {
            "key" => "the primary key".to_owned(),
            "type" | "null" | "default" => format!("the {what} of {name}"),
            _ => format!("{} {name}", what.replace('_', " ")),
        };
        match (&self.expected, &self.found) {
            (Some(expected), Some(found)) => {
                format!("{table}: changes {thing} from `{found}` to `{expected}`")
            }
            (Some(_), None) if *what == "trigger" => format!("{table}: adds {thing}"),
            (Some(expected), None) => format!("{table}: adds {thing} ({expected})"),
            (None, _) => format!("{table}: drops {thing}"),
        }
    }

    fn line(&self) -> String {
        let Self { table, what, name, .. } = self;
        let place = if name.is_empty() { table.clone() } else { format!("{table}.{name}") };
        let what = what.replace('_', " ");
        match (&self.expected, &self.found) {
            (Some(expected), Some(found)) => {
                format!("{place}: the {what} is `{found}`, declared is `{expected}`")
            }
            (Some(_), None) => format!("{place}: the {what} is missing"),
            (None, _) => format!("{place}: the {what} is there, and not declared"),
        }
    }
}

/// Compares the live database with the resources.
///
/// # Errors
/// Those of the database.
pub async fn drift(database: &Database, resources: &[&ResourceDescriptor]) -> Result<Drift> {
    drift_from(database, &Schema::of(resources)).await
}

/// [`drift`], for a schema.
///
/// # Errors
/// Those of the database.
pub async fn drift_from(database: &Database, schema: &Schema) -> Result<Drift> {
    let live = live(database).await?;
    Ok(Drift { differences: compare(&expected(database.dialect(), schema), &live) })
}

/// [`drift_from`], on a connection that is there.
pub(crate) async fn drift_on(admin: &mut Admin, schema: &Schema) -> Result<Drift> {
    let live = introspect(admin).await?;
    Ok(Drift { differences: compare(&expected(admin.dialect(), schema), &live) })
}

/// The differences between the tables that should be and those that are.
#[must_use]
pub fn compare(expected: &[LiveTable], found: &[LiveTable]) -> Vec<Difference> {
    let mut out = Vec::new();
    for table in expected {
        match found.iter().find(|f| f.name == table.name) {
            Some(live) => tables(table, live, &mut out),
            None => out.push(whole(&table.name, true)),
        }
    }
    out.extend(
        found.iter().filter(|f| !expected.iter().any(|e| e.name == f.name)).map(|f| whole(&f.name, false)),
    );
    out.sort_by(|a, b| (&a.table, a.what, &a.name).cmp(&(&b.table, b.what, &b.name)));
    out
}

fn whole(table: &str, missing: bool) -> Difference {
    let there = Some(table.to_owned());
    let (expected, found) = if missing { (there, None) } else { (None, there) };
    Difference { table: table.to_owned(), what: "table", name: String::new(), expected, found }
}

fn tables(expected: &LiveTable, found: &LiveTable, out: &mut Vec<Difference>) {
    let table = &expected.name;
    let mut differ = |what, name: &str, expected: Option<String>, found: Option<String>| {
        if expected != found {
            out.push(Difference { table: table.clone(), what, name: name.to_owned(), expected, found });
        }
    };
    let null = |nullable: bool| Some(if nullable { "null" } else { "not null" }.to_owned());
    for column in &expected.columns {
        let Some(live) = found.columns.iter().find(|c| c.name == column.name) else {
            differ("column", &column.name, Some(column.sql_type.clone()), None);
            continue;
        };
        let counted = |c: &crate::introspect::LiveColumn| {
            Some(if c.counted { format!("{} counted", c.sql_type) } else { c.sql_type.clone() })
        };
        differ("type", &column.name, counted(column), counted(live));
        differ("null", &column.name, null(column.nullable), null(live.nullable));
        differ("default", &column.name, column.default.clone(), live.default.clone());
    }
    for live in found.columns.iter().filter(|l| !expected.columns.iter().any(|c| c.name == l.name)) {
        differ("column", &live.name, None, Some(live.sql_type.clone()));
    }
    differ("key", "", Some(expected.key.join(", ")), Some(found.key.join(", ")));
    let keys = |keys: &[crate::introspect::LiveKey]| -> Vec<(String, String)> {
        keys.iter().map(|k| (k.name.clone(), k.columns.join(", "))).collect()
    };
    let foreign = |t: &LiveTable| -> Vec<(String, String)> {
        let one = |k: &crate::introspect::LiveForeignKey| {
            let (here, there) = (k.columns.join(", "), k.targets.join(", "));
            (k.name.clone(), format!("{here} to {}({there}) on delete {}", k.table, k.on_delete))
        };
        t.foreign_keys.iter().map(one).collect()
    };
    let checks = |t: &LiveTable| -> Vec<(String, String)> {
        t.checks.iter().map(|c| (c.name.clone(), c.condition.clone())).collect()
    };
    let triggers = |names: &[String]| -> Vec<(String, String)> {
        names.iter().map(|name| (name.clone(), "there".to_owned())).collect()
    };
    // A trigger of somebody else is none of a resource's business, as long as ours are there.
    let ours = |name: &&String| {
        expected.triggers.contains(name) || name.starts_with("tr_") && name.contains("_touch")
    };
    let ours: Vec<String> = found.triggers.iter().filter(ours).cloned().collect();
    for (what, expected, found) in [
        ("unique", keys(&expected.uniques), keys(&found.uniques)),
        ("index", keys(&expected.indexes), keys(&found.indexes)),
        ("foreign_key", foreign(expected), foreign(found)),
        ("check", checks(expected), checks(found)),
        ("trigger", triggers(&expected.triggers), triggers(&ours)),
    ] {
        let by_name = |list: &[(String, String)], name: &str| {
            list.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone())
        };
        for (name, value) in &expected {
            differ(what, name, Some(value.clone()), by_name(&found, name));
        }
        for (name, value) in found.iter().filter(|(n, _)| by_name(&expected, n).is_none()) {
            differ(what, name, None, Some(value.clone()));
        }
    }
}

//! `schema …`: the tables that the database has, beside those that the resources declare.

use super::inspect;
use super::migrate::{migrator, pretended};
use crate::cli::output::table;
use crate::cli::report::Report;
use crate::cli::spec::Invocation;
use crate::schema;
use crate::session::Session;
use framewright_core::{ResourceDescriptor, Result};
use framewright_data::ddl::Schema;
use framewright_data::introspect::{self, LiveKey, LiveTable};
use framewright_data::migrate::{Pretended, repair};
use framewright_data::{Database, drift};
use serde_json::{Value, json};

pub(crate) async fn diff(session: &mut Session, call: &Invocation) -> Result<Report> {
    let declared = Schema::of(&session.resources()?);
    let database = session.database().await?;
    let drift = drift::drift_from(&database, &declared).await?;
    let mut json =
        json!({"clean": drift.is_empty(), "differences": drift.list(), "changes": drift.changes()});
    let text = if call.has("sql") && !drift.is_empty() {
        // What is recorded of the database says more than what it shows: how a column was called, say.
        let runner = schema::migrator(&database, session.root())?.production(false, true);
        match runner.pretend_apply_to(&declared).await {
            Ok(list) => list.iter().map(Pretended::script).collect(),
            Err(_) => {
                repair(database.dialect(), &declared, &drift).iter().map(|s| format!("{s};\n")).collect()
            }
        }
    } else if drift.is_empty() {
        "the database is what the resources say\n".to_owned()
    } else {
        format!(
            "{}\n\n`schema apply` makes it so; what nobody has declared or recorded it leaves, and `schema delete` drops a table\n",
            drift.changes().join("\n")
        )
    };
    if let (true, Some(map)) = (call.has("sql"), json.as_object_mut()) {
        let sql = if drift.is_empty() { "" } else { &*text };
        map.insert("sql".to_owned(), sql.into());
    }
    Ok(Report::check(drift.is_empty(), json, text))
}

pub(crate) async fn get(session: &mut Session) -> Result<Report> {
    let resources = session.resources()?;
    let database = session.database().await?;
    let tables = live(&database, &resources).await?;
    let names = |keys: &[LiveKey]| keys.iter().map(|k| k.name.as_str()).collect::<Vec<_>>().join(", ");
    let rows: Vec<Vec<String>> = tables
        .iter()
        .map(|t| {
            let to = t.foreign_keys.iter().map(|k| k.table.as_str()).collect::<Vec<_>>().join(", ");
            vec![
                t.name.clone(),
                owner(t, &resources).map_or("-", |d| d.name).to_owned(),
                t.columns.len().to_string(),
                t.key.join(", "),
                names(&t.uniques),
                names(&t.indexes),
                to,
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        "the database has no tables yet: `schema apply` makes them\n".to_owned()
    } else {
        table(&["table", "resource", "columns", "key", "unique", "indexes", "points to"], &rows)
    };
    let list: Vec<Value> = tables.iter().map(|t| described(t, &resources)).collect();
    Ok(Report::done(json!({"dialect": database.dialect().name(), "tables": list}), text))
}

pub(crate) async fn describe(session: &mut Session, call: &Invocation) -> Result<Report> {
    let resources = session.resources()?;
    let database = session.database().await?;
    let tables = live(&database, &resources).await?;
    let name = call.arg(0).unwrap_or_default();
    let there = tables.iter().any(|t| t.name == name);
    // By the name of its resource too, as `inspect` takes either.
    let resource = inspect::named(&resources, name).ok().filter(|_| !there);
    let found =
        introspect::table(&tables, resource.map_or(name, |d| d.table)).map_err(|e| match resource {
            Some(d) => e.hint(format!("`{}` declares it, and `schema apply` makes it", d.name)),
            None => e,
        })?;
    Ok(Report::done(described(found, &resources), text_of(found, &resources)))
}

pub(crate) async fn apply(session: &mut Session, call: &Invocation) -> Result<Report> {
    let resources = session.resources()?;
    let runner = migrator(session, call).await?;
    if call.has("pretend") {
        return Ok(pretended(&runner.pretend_apply(&resources).await?));
    }
    let applied = runner.apply(&resources).await?;
    let mut text = match (applied.changes.as_slice(), applied.left.is_empty()) {
        ([], true) => "nothing to do: the database is what the resources say\n".to_owned(),
        ([], false) => "nothing was changed\n".to_owned(),
        (changes, _) => format!("changed:\n  {}\n", changes.join("\n  ")),
    };
    if !applied.left.is_empty() {
        text.push_str(&format!("\nleft as it is:\n  {}\n", applied.left.lines().join("\n  ")));
    }
    if !applied.is_complete() {
        text.push_str("\n`schema diff --sql` prints what is left to do; a type changes under rows with `--force` only\n");
    }
    Ok(Report::check(applied.is_complete(), applied.to_json(), text))
}

pub(crate) async fn delete(session: &mut Session, call: &Invocation) -> Result<Report> {
    let resources = session.resources()?;
    let runner = migrator(session, call).await?;
    let name = call.arg(0).unwrap_or_default();
    if call.has("pretend") {
        return Ok(pretended(&runner.pretend_delete(name, &resources).await?));
    }
    runner.delete(name, &resources).await?;
    Ok(Report::done(json!({"deleted": name}), format!("deleted {name}\n")))
}

/// The tables of the database, their columns in the order of the resource.
async fn live(database: &Database, resources: &[&ResourceDescriptor]) -> Result<Vec<LiveTable>> {
    let mut tables = introspect::live(database).await?;
    for table in &mut tables {
        if let Some(d) = owner(table, resources) {
            let place = |name: &str| d.fields.iter().position(|f| f.column == name).unwrap_or(usize::MAX);
            table.columns.sort_by_key(|c| place(&c.name));
        }
    }
    Ok(tables)
}

/// The resource that a table belongs to.
fn owner<'r>(table: &LiveTable, resources: &[&'r ResourceDescriptor]) -> Option<&'r ResourceDescriptor> {
    resources.iter().find(|d| d.table == table.name).copied()
}

fn described(table: &LiveTable, resources: &[&ResourceDescriptor]) -> Value {
    let mut json = table.to_json();
    if let Some(map) = json.as_object_mut() {
        map.insert("resource".to_owned(), owner(table, resources).map(|d| d.name).into());
    }
    json
}

fn text_of(t: &LiveTable, resources: &[&ResourceDescriptor]) -> String {
    let belongs = match owner(t, resources) {
        Some(d) => format!("{} ({} {}:{})", t.name, d.name, d.source.file, d.source.line),
        None => format!("{} (no resource declares it)", t.name),
    };
    let columns: Vec<Vec<String>> = t
        .columns
        .iter()
        .map(|c| {
            let counted = c.counted.then(|| "counted".to_owned());
            vec![
                c.name.clone(),
                c.sql_type.clone(),
                if c.nullable { "null" } else { "not null" }.to_owned(),
                counted.or_else(|| c.default.clone()).unwrap_or_default(),
            ]
        })
        .collect();
    let row = |what: &str, name: &str, says: String| vec![what.to_owned(), name.to_owned(), says];
    let mut rows = vec![row("key", "", t.key.join(", "))];
    rows.extend(t.uniques.iter().map(|k| row("unique", &k.name, k.columns.join(", "))));
    rows.extend(t.indexes.iter().map(|k| row("index", &k.name, k.columns.join(", "))));
    rows.extend(t.foreign_keys.iter().map(|k| {
        let (here, there) = (k.columns.join(", "), k.targets.join(", "));
        row("foreign key", &k.name, format!("{here} to {}({there}), on delete {}", k.table, k.on_delete))
    }));
    rows.extend(t.checks.iter().map(|c| row("check", &c.name, c.condition.clone())));
    rows.extend(t.triggers.iter().map(|name| row("trigger", name, String::new())));
    format!(
        "{belongs}\n\n{}\n{}",
        table(&["column", "type", "null", "default"], &columns),
        table(&["what", "name", "holds"], &rows)
    )
}

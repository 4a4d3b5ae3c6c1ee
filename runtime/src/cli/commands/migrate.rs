//! `migrate …`, `db reset`, `seed` and `drift`: the functions of the data layer, with their answers printed.

use crate::cli::output::{Progress, table};
use crate::cli::report::{Report, refused, usage};
use crate::cli::spec::Invocation;
use crate::schema;
use crate::session::Session;
use crate::settings::DatabaseSettings;
use framewright_core::config::{ConfigSection, Environment};
use framewright_core::{Result, registry};
use framewright_data::ddl::Schema;
use framewright_data::migrate::{
    Event, MakeOptions, MigrationFiles, Migrator, Pretended, make as make_migration, repair,
};
use framewright_data::{Dialect, drift, seed};
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::sync::{Arc, Mutex};

/// A runner that says what it does while it does it, where somebody watches.
pub(super) async fn migrator(session: &mut Session, call: &Invocation) -> Result<Migrator> {
    let production = session.config()?.env() == Environment::Production;
    let database = session.database().await?;
    let runner = schema::migrator(&database, session.root())?
        .production(production, call.has("force"))
        .accept_edits(call.has("accept-edits"));
    if call.has("json") || !std::io::stderr().is_terminal() {
        return Ok(runner);
    }
    Ok(runner.watch(Arc::new(|event| match event {
        Event::Waiting => eprintln!("another process is migrating; waiting for it"),
        Event::Up { name } => eprintln!("running {name}"),
        Event::Down { name } => eprintln!("undoing {name}"),
        Event::Adopted { name } => eprintln!("{name} is applied by development already; recorded"),
        Event::Developing { .. } => {}
    })))
}

pub(crate) async fn make(session: &mut Session, call: &Invocation) -> Result<Report> {
    let resources = session.resources()?;
    let directory = session.root().join("migrations");
    let options = MakeOptions {
        name: call.arg(0).map(str::to_owned),
        approve: call.values("approve").map(str::to_owned).collect(),
        pretend: call.has("pretend"),
    };
    let made = make_migration(&directory, &resources, &options)?;
    let files: Vec<String> = made.files.iter().map(|f| f.display().to_string()).collect();
    let mut text = match &made.name {
        None => "nothing to do: the migrations lead to what the resources say\n".to_owned(),
        Some(name) if options.pretend => {
            let config = session.config()?;
            let url = DatabaseSettings::read(&config)?.database(session.root());
            let dialect = url.dialect()?.name();
            let sql = made.sql.iter().find(|(d, _)| *d == dialect).map_or("", |(_, sql)| sql);
            format!("{name} would be written:\n  {}\n\nfor {dialect}:\n\n{sql}", made.summary.join("\n  "))
        }
        Some(name) => format!(
            "{name} is written:\n  {}\n\nfiles:\n  {}\n\nread them, commit them, and run `migrate up`\n",
            made.summary.join("\n  "),
            files.join("\n  ")
        ),
    };
    let spent =
        made.approved.iter().any(|d| d.approved.as_ref().is_some_and(|a| !a.starts_with("--approve ")));
    if spent && !options.pretend {
        text.push_str(
            "take `breaking = \"…\"` out of the struct now: it approved this migration, and no other\n",
        );
    }
    let embedded = MigrationFiles::embedded(Dialect::Sqlite).lock.is_some();
    if !embedded {
        text.push_str(
            "this program carries no migrations yet: put this line beside `main`, and it needs no files where it runs\n\n    \
             framewright::embed_migrations!();\n",
        );
    }
    let sql: serde_json::Map<String, Value> =
        made.sql.iter().map(|(dialect, sql)| ((*dialect).to_owned(), sql.as_str().into())).collect();
    let approved: Vec<Value> = made.approved.iter().map(framewright_data::migrate::Danger::to_json).collect();
    Ok(Report::done(
        json!({"name": made.name, "summary": made.summary, "files": files, "approved": approved, "pretend": options.pretend, "sql": sql, "embedded": embedded}),
        text,
    ))
}

pub(crate) async fn up(session: &mut Session, call: &Invocation) -> Result<Report> {
    let (runner, limit) = (required(session, call).await?, number(call, "limit")?);
    if call.has("pretend") {
        return Ok(pretended(&runner.pretend_up(limit).await?));
    }
    done("run", runner.up(limit).await?)
}

pub(crate) async fn down(session: &mut Session, call: &Invocation) -> Result<Report> {
    let (runner, steps) = (migrator(session, call).await?, number(call, "steps")?.unwrap_or(1));
    if call.has("pretend") {
        return Ok(pretended(&runner.pretend_down(steps).await?));
    }
    done("undone", runner.down(steps).await?)
}

pub(crate) async fn redo(session: &mut Session, call: &Invocation) -> Result<Report> {
    let (runner, steps) = (migrator(session, call).await?, number(call, "steps")?.unwrap_or(1));
    if call.has("pretend") {
        return Ok(pretended(&runner.pretend_redo(steps).await?));
    }
    done("run again", runner.redo(steps).await?)
}

pub(crate) async fn fresh(session: &mut Session, call: &Invocation) -> Result<Report> {
    let runner = required(session, call).await?;
    if call.has("pretend") {
        return Ok(pretended(&runner.pretend_fresh().await?));
    }
    confirm(session, call)?;
    done("run", runner.fresh().await?)
}

/// A runner that has something to run.
async fn required(session: &mut Session, call: &Invocation) -> Result<Migrator> {
    let runner = migrator(session, call).await?;
    runner.required(&registry::resources())?;
    Ok(runner)
}

pub(super) fn pretended(list: &[Pretended]) -> Report {
    let text = match list {
        [] => "nothing to do\n".to_owned(),
        list => list.iter().map(Pretended::script).collect(),
    };
    let list: Vec<Value> = list.iter().map(Pretended::to_json).collect();
    Report::done(json!({"pretend": true, "migrations": list}), text)
}

fn done(verb: &str, names: Vec<String>) -> Result<Report> {
    let text = match names.as_slice() {
        [] => "nothing to do\n".to_owned(),
        names => format!("{verb}:\n  {}\n", names.join("\n  ")),
    };
    Ok(Report::done(json!({"migrations": names}), text))
}

fn number(call: &Invocation, flag: &str) -> Result<Option<usize>> {
    let Some(text) = call.value(flag) else { return Ok(None) };
    let number = text.parse().ok().filter(|n| *n > 0);
    number
        .map(Some)
        .ok_or_else(|| usage(format!("`--{flag}` takes a number from 1, not `{text}`"), call.command.name))
}

pub(crate) async fn status(session: &mut Session, call: &Invocation) -> Result<Report> {
    let status = required(session, call).await?.status().await?;
    let rows: Vec<Vec<String>> = status
        .migrations
        .iter()
        .map(|m| {
            let progress = m.progress.map(|(done, all)| format!(" {done}/{all}")).unwrap_or_default();
            vec![
                m.name.clone(),
                format!("{}{progress}", m.state),
                m.at.clone().unwrap_or_default(),
                m.error.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        "there are no resources, and no migrations\n".to_owned()
    } else {
        table(&["migration", "state", "at", "error"], &rows)
    };
    Ok(Report::check(status.is_clean(), status.to_json(), text))
}

/// The seeds that were asked for, or all.
pub(crate) async fn seed(session: &mut Session, call: &Invocation) -> Result<Report> {
    if call.has("fresh") {
        wipe(session, call).await?;
    }
    let ran = run_seeds(session, call).await?;
    let text = if ran.is_empty() {
        "there are no seeds: write one with `#[seed]`\n".to_owned()
    } else {
        format!("seeded: {}\n", ran.join(", "))
    };
    Ok(Report::done(json!({"seeds": ran}), text))
}

async fn run_seeds(session: &mut Session, call: &Invocation) -> Result<Vec<&'static str>> {
    let cx = session.start().await?;
    let only: Vec<&str> = call.args.iter().map(String::as_str).collect();
    let all = u64::try_from(if only.is_empty() { seed::seeds().len() } else { only.len() }).ok();
    let progress = Mutex::new(Progress::new("seeding", all, call.has("json")));
    let tell = |p: seed::SeedProgress| {
        if let Ok(mut progress) = progress.lock() {
            progress.at(p.at as u64);
        }
    };
    seed::seed(&cx, &only, &tell).await
}

/// Asks whoever sits there before everything is deleted; production asks for `--force` instead.
fn confirm(session: &mut Session, call: &Invocation) -> Result<()> {
    let production = session.config()?.env() == Environment::Production;
    if production || call.has("force") || call.has("json") || !std::io::stdin().is_terminal() {
        return Ok(());
    }
    eprint!("this deletes every record in the database; go on? [y/N] ");
    let mut word = String::new();
    let _ = std::io::stdin().read_line(&mut word);
    match word.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(refused("refused.not_confirmed", "nothing was deleted", "answer y, or add `--force`")),
    }
}

async fn wipe(session: &mut Session, call: &Invocation) -> Result<Vec<String>> {
    confirm(session, call)?;
    let resources = session.resources()?;
    let production = session.config()?.env() == Environment::Production;
    let runner = migrator(session, call).await?;
    runner.guard("db reset")?;
    if production {
        // What no migration contains is not made there.
        runner.required(&resources)?;
        return runner.fresh().await;
    }
    runner.develop_fresh(&resources).await
}

pub(crate) async fn reset(session: &mut Session, call: &Invocation) -> Result<Report> {
    let changes = wipe(session, call).await?;
    let seeds = if call.has("skip-seed") { Vec::new() } else { run_seeds(session, call).await? };
    let text = format!(
        "the database is new:\n  {}\n{}",
        changes.join("\n  "),
        if seeds.is_empty() { String::new() } else { format!("seeded: {}\n", seeds.join(", ")) }
    );
    Ok(Report::done(json!({"schema": changes, "seeds": seeds}), text))
}

pub(crate) async fn drift(session: &mut Session, call: &Invocation) -> Result<Report> {
    let database = session.database().await?;
    let schema = Schema::of(&registry::resources());
    let drift = drift::drift_from(&database, &schema).await?;
    let sql: String = repair(database.dialect(), &schema, &drift).iter().map(|s| format!("{s};\n")).collect();
    let text = match (drift.is_empty(), call.has("sql")) {
        (true, _) => "the database is what the resources say\n".to_owned(),
        (false, true) => sql.clone(),
        (false, false) => format!(
            "{}\n\nwhat is pending, `migrate up` runs; of what somebody else changed `drift --sql` prints the repair\n",
            drift.lines().join("\n")
        ),
    };
    let mut json = drift.to_json();
    if let (true, Some(map)) = (call.has("sql"), json.as_object_mut()) {
        map.insert("sql".to_owned(), sql.into());
    }
    Ok(Report::check(drift.is_empty(), json, text))
}

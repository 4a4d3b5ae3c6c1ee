//! `migrate …`, `db reset`, `seed` and `drift`: the functions of the data layer, with their answers printed.

use crate::cli::output::{Progress, table};
use crate::cli::report::{Report, refused, usage};
use crate::cli::spec::Invocation;
use crate::schema;
use crate::session::Session;
use framewright_core::config::Environment;
use framewright_core::{Result, registry};
use framewright_data::migrate::{Event, MakeOptions, Migrator, make as make_migration};
use framewright_data::{drift, seed};
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::sync::{Arc, Mutex};

/// A runner that says what it does while it does it, where somebody watches.
async fn migrator(session: &mut Session, call: &Invocation) -> Result<Migrator> {
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
    let text = match &made.name {
        None => "nothing to do: the migrations lead to what the resources say\n".to_owned(),
        Some(name) => {
            let verb = if options.pretend { "would be" } else { "is" };
            format!(
                "{name} {verb} written:\n  {}\n\nfiles:\n  {}\n\nread them, commit them, and run `migrate up`\n",
                made.summary.join("\n  "),
                files.join("\n  ")
            )
        }
    };
    let approved: Vec<Value> = made.approved.iter().map(framewright_data::migrate::Danger::to_json).collect();
    Ok(Report::done(
        json!({"name": made.name, "summary": made.summary, "files": files, "approved": approved, "pretend": options.pretend}),
        text,
    ))
}

pub(crate) async fn up(session: &mut Session, call: &Invocation) -> Result<Report> {
    let runner = migrator(session, call).await?;
    if call.has("pretend") {
        let pending = runner.pretend().await?;
        let names: Vec<&str> = pending.iter().map(|m| m.name.as_str()).collect();
        let sql: String = pending.iter().map(|m| format!("-- {}\n{}\n", m.name, m.up.trim_end())).collect();
        let text = if pending.is_empty() { "nothing is pending\n".to_owned() } else { sql.clone() };
        return Ok(Report::done(json!({"pending": names, "sql": sql}), text));
    }
    done("run", runner.up(number(call, "limit")?).await?)
}

pub(crate) async fn down(session: &mut Session, call: &Invocation) -> Result<Report> {
    let steps = number(call, "steps")?.unwrap_or(1);
    done("undone", migrator(session, call).await?.down(steps).await?)
}

pub(crate) async fn redo(session: &mut Session, call: &Invocation) -> Result<Report> {
    let steps = number(call, "steps")?.unwrap_or(1);
    done("run again", migrator(session, call).await?.redo(steps).await?)
}

pub(crate) async fn fresh(session: &mut Session, call: &Invocation) -> Result<Report> {
    done("run", migrator(session, call).await?.fresh().await?)
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
    let status = migrator(session, call).await?.status().await?;
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
        "there are no migrations: `migrate make` writes one\n".to_owned()
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

async fn wipe(session: &mut Session, call: &Invocation) -> Result<Vec<String>> {
    let production = session.config()?.env() == Environment::Production;
    if !production && !call.has("force") && !call.has("json") && std::io::stdin().is_terminal() {
        eprint!("this deletes every record in the database; go on? [y/N] ");
        let mut word = String::new();
        let _ = std::io::stdin().read_line(&mut word);
        if !matches!(word.trim(), "y" | "Y" | "yes") {
            return Err(refused(
                "refused.not_confirmed",
                "nothing was deleted",
                "answer y, or add `--force`",
            ));
        }
    }
    let resources = session.resources()?;
    migrator(session, call).await?.develop_fresh(&resources).await
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

pub(crate) async fn drift(session: &mut Session) -> Result<Report> {
    let database = session.database().await?;
    let drift = drift::drift(&database, &registry::resources()).await?;
    let text = if drift.is_empty() {
        "the database is what the resources say\n".to_owned()
    } else {
        format!(
            "{}\n\n`migrate make` writes what is missing; what should not be there is yours to drop\n",
            drift.lines().join("\n")
        )
    };
    Ok(Report::check(drift.is_empty(), drift.to_json(), text))
}

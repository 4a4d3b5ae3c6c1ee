//! `status`, `doctor` and `verify`: lists of checks, each with what to do when it fails.

use crate::cli::output::table;
use crate::cli::report::Report;
use crate::cli::spec::Invocation;
use crate::schema;
use crate::session::Session;
use crate::settings::rules;
use framewright_core::config::Config;
use framewright_core::{Error, Result};
use framewright_data::ddl::Schema as Tables;
use framewright_data::{drift, migrate};
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// One check: its name, and what came out.
struct Check {
    name: &'static str,
    /// `None` was not asked
    outcome: Option<Result<String, (String, String)>>,
}

fn failed(error: &Error) -> (String, String) {
    let cause = std::error::Error::source(error).map(|c| format!(": {c}")).unwrap_or_default();
    (format!("{}{cause}", error.message()), error.hint_text().unwrap_or("see the message").to_owned())
}

fn report(checks: Vec<Check>) -> Report {
    let (mut rows, mut list, mut hints) = (Vec::new(), Vec::new(), String::new());
    let mut ok = true;
    for check in checks {
        let (state, message, hint) = match check.outcome {
            None => ("skipped", String::new(), None),
            Some(Ok(message)) => ("ok", message, None),
            Some(Err((message, hint))) => ("failed", message, Some(hint)),
        };
        ok &= state != "failed";
        let first = message.lines().next().unwrap_or_default().to_owned();
        rows.push(vec![check.name.to_owned(), state.to_owned(), first.clone()]);
        if let Some(hint) = &hint {
            let rest: String = message.lines().skip(1).map(|l| format!("  {l}\n")).collect();
            hints.push_str(&format!("\n{}: {first}\n{rest}  help: {hint}\n", check.name));
        }
        list.push(json!({"name": check.name, "state": state, "message": message, "hint": hint}));
    }
    let text = format!("{}{hints}", table(&["check", "state", "found"], &rows));
    Report::check(ok, json!({"ok": ok, "checks": list}), text)
}

/// Whether what is derived is up to date: the lock, the migrations, the live schema, what is committed.
pub(crate) async fn status(session: &mut Session) -> Result<Report> {
    let resources = session.resources();
    let outcome = resources.as_ref().map(|r| format!("{} resources", r.len())).map_err(failed);
    let mut checks = vec![Check { name: "resources", outcome: Some(outcome) }];
    checks.push(Check { name: "lock", outcome: Some(lock(session)) });
    checks.push(Check { name: "committed", outcome: committed(session.root()) });
    let pending = pending(session).await;
    checks.push(Check { name: "migrations", outcome: Some(pending) });
    checks.push(Check { name: "drift", outcome: Some(drifted(session).await) });
    Ok(report(checks))
}

type Outcome = Result<String, (String, String)>;

/// Whether `schema.lock` says what the resources say.
fn lock(session: &Session) -> Outcome {
    let resources = session.resources().map_err(|e| failed(&e))?;
    let directory = session.root().join("migrations");
    let snapshot = migrate::snapshot(&directory).map_err(|e| failed(&e))?;
    let new = Tables::of(&resources);
    if snapshot.fingerprint() == new.fingerprint() {
        return Ok("the migrations lead to what the resources say".to_owned());
    }
    if !directory.exists() {
        return Ok("there are no migrations yet".to_owned());
    }
    let changes = migrate::Plan::between(&snapshot, &new).summary().join("\n");
    Err((
        format!("the resources have changed since the last migration\n{changes}"),
        "`migrate make` writes the migration".to_owned(),
    ))
}

/// Whether the migrations are under version control; nothing to say where there is none.
fn committed(root: &Path) -> Option<Outcome> {
    let out = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["status", "--porcelain", "--", "migrations"])
        .output()
        .ok()?;
    if !out.status.success() {
        return None;
    }
    let open = String::from_utf8_lossy(&out.stdout).trim_end().to_owned();
    Some(if open.is_empty() {
        Ok("migrations are committed".to_owned())
    } else {
        Err((
            format!("migrations are not committed\n{open}"),
            "`git add migrations` and commit: others run the same ones".to_owned(),
        ))
    })
}

async fn pending(session: &mut Session) -> Outcome {
    let runner = match session.database().await {
        Ok(database) => schema::migrator(&database, session.root()),
        Err(e) => Err(e),
    };
    let resources = session.resources().map_err(|e| failed(&e))?;
    let status = match runner {
        Ok(runner) => match runner.required(&resources) {
            Ok(()) => runner.status().await,
            Err(e) => Err(e),
        },
        Err(e) => Err(e),
    };
    let status = status.map_err(|e| failed(&e))?;
    let open: Vec<String> = status
        .migrations
        .iter()
        .filter(|m| m.state != "applied")
        .map(|m| format!("{} is {}", m.name, m.state))
        .collect();
    if open.is_empty() {
        return Ok(format!("{} applied", status.migrations.len()));
    }
    Err((
        format!("{} migrations are not applied\n{}", open.len(), open.join("\n")),
        "`migrate up` runs them, `migrate status` says more".to_owned(),
    ))
}

async fn drifted(session: &mut Session) -> Outcome {
    let resources = session.resources().map_err(|e| failed(&e))?;
    let drift = match session.database().await {
        Ok(database) => drift::drift(&database, &resources).await,
        Err(e) => Err(e),
    };
    let drift = drift.map_err(|e| failed(&e))?;
    if drift.is_empty() {
        return Ok("the database is what the resources say".to_owned());
    }
    let lines = drift.lines();
    Err((
        format!("{} differences\n{}", lines.len(), lines.join("\n")),
        "what is pending, `migrate up` runs; of what somebody else changed `drift --sql` prints the repair"
            .to_owned(),
    ))
}

/// Whether the surroundings are in order: toolchain, configuration, database, port.
pub(crate) async fn doctor(session: &mut Session) -> Result<Report> {
    let mut checks = vec![Check { name: "toolchain", outcome: toolchain(session.root()) }];
    let config = session.config();
    let outcome = config
        .as_ref()
        .map(|c| format!("{} settings ({})", c.settings().len(), c.env().name()))
        .map_err(failed);
    checks.push(Check { name: "config", outcome: Some(outcome) });
    let secret = config.as_ref().ok().map(|c| secret(c));
    checks.push(Check { name: "secret", outcome: secret });
    let resources =
        session.resources().map(|r| format!("{} resources fit together", r.len())).map_err(|e| failed(&e));
    checks.push(Check { name: "resources", outcome: Some(resources) });
    let left_out = crate::linked::unlinked_crates(session.root());
    let outcome = if left_out.is_empty() {
        Ok("every crate of the project is linked".to_owned())
    } else {
        Err((left_out.join("\n"), "the line to add is in the message".to_owned()))
    };
    checks.push(Check { name: "crates", outcome: Some(outcome) });
    let database = match config.is_ok() {
        true => Some(reachable(session).await),
        false => None,
    };
    checks.push(Check { name: "database", outcome: database });
    let port = config.ok().map(|_| port(session));
    checks.push(Check { name: "port", outcome: port });
    Ok(report(checks))
}

/// Whether cursors outlive a start, and in production whether there may be one at all.
fn secret(config: &Config) -> Outcome {
    let mut missing = rules::to_serve(config).into_iter();
    if let Some(problem) = missing.next() {
        return Err((problem.message, problem.hint.unwrap_or_default()));
    }
    let given = config.section::<crate::settings::AppSettings>().is_ok_and(|app| app.secret.is_some());
    Ok(if given { "`app.secret` is set" } else { "none: each start makes its own" }.to_owned())
}

async fn reachable(session: &mut Session) -> Outcome {
    let database = session.database().await.map_err(|e| failed(&e))?;
    schema::reachable(session.cx()).await.map_err(|e| failed(&e))?;
    Ok(format!("{} answers", database.dialect().name()))
}

fn port(session: &mut Session) -> Outcome {
    let config = session.config().map_err(|e| failed(&e))?;
    let server = config
        .section::<crate::settings::ServerSettings>()
        .and_then(|s| s.server())
        .map_err(|e| failed(&e))?;
    match std::net::TcpListener::bind(server.addr) {
        Ok(_) => Ok(format!("{} is free", server.addr)),
        Err(e) => Err((
            format!("{} can't be listened on: {e}", server.addr),
            "stop the program that listens there, or set another port: `PORT=9000`".to_owned(),
        )),
    }
}

/// In production there need be no toolchain; where there is a project there has to be one.
fn toolchain(root: &Path) -> Option<Outcome> {
    if !root.join("Cargo.toml").exists() {
        return None;
    }
    let out = Command::new("cargo").arg("--version").current_dir(root).output();
    Some(match out {
        Ok(out) if out.status.success() => Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned()),
        _ => Err(("cargo can't be run".to_owned(), "install Rust with rustup: https://rustup.rs".to_owned())),
    })
}

/// Everything that has to hold before a change goes out; stops at the first failure unless told otherwise.
pub(crate) async fn verify(session: &mut Session, call: &Invocation) -> Result<Report> {
    const CARGO: [(&str, &[&str]); 4] = [
        ("fmt", &["fmt", "--check"]),
        ("clippy", &["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"]),
        ("build", &["build", "--quiet"]),
        ("test", &["test", "--quiet"]),
    ];
    let keep_going = call.has("keep-going");
    let project = session.root().join("Cargo.toml").exists() && !call.has("quick");
    let mut checks: Vec<Check> = Vec::new();
    let mut stopped = false;
    // What is looked at must not be changed first: the application starts without migrating.
    session.migrates = false;
    for name in ["config", "lock", "drift", "routes"] {
        let outcome = if stopped {
            None
        } else {
            Some(match name {
                "config" => session
                    .config()
                    .map(|c| format!("{} settings", c.settings().len()))
                    .map_err(|e| failed(&e)),
                "lock" => lock(session),
                "routes" => {
                    session.edge().await.map(|_| "routes can be mounted".to_owned()).map_err(|e| failed(&e))
                }
                _ => drifted(session).await,
            })
        };
        stopped |= matches!(outcome, Some(Err(_))) && !keep_going;
        checks.push(Check { name, outcome });
    }
    for (name, args) in CARGO {
        let outcome = (project && !stopped).then(|| cargo(session.root(), args));
        stopped |= matches!(outcome, Some(Err(_))) && !keep_going;
        checks.push(Check { name, outcome });
    }
    Ok(report(checks))
}

fn cargo(root: &Path, args: &[&str]) -> Outcome {
    let command = format!("cargo {}", args.join(" "));
    let out = Command::new("cargo").args(args).current_dir(root).output();
    let out = out.map_err(|e| {
        (format!("`{command}` can't be run: {e}"), "install Rust with rustup: https://rustup.rs".to_owned())
    })?;
    if out.status.success() {
        return Ok(command);
    }
    let said =
        String::from_utf8_lossy(if out.stderr.is_empty() { &out.stdout } else { &out.stderr }).into_owned();
    let end: Vec<&str> = said.lines().rev().take(30).collect();
    let end: Vec<&str> = end.into_iter().rev().collect();
    Err((
        format!("`{command}` failed\n{}", end.join("\n")),
        format!("run `{command}` and correct what it says"),
    ))
}

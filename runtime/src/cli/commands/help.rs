//! `help` and `version`.

use crate::cli::output::{bold, table};
use crate::cli::report::{Exit, Report, usage};
use crate::cli::spec::{Arg, COMMON, Command, Flag, Invocation};
use crate::cli::table::COMMANDS;
use crate::session::Session;
use framewright_core::Result;
use framewright_core::suggest::nearest;
use serde_json::{Value, json};
use std::fmt::Write as _;

pub(crate) async fn help(call: &Invocation) -> Result<Report> {
    if call.has("markdown") {
        return Ok(Report::done(json!({"markdown": markdown()}), markdown()));
    }
    let name = call.args.join(" ");
    if name.is_empty() {
        return Ok(all());
    }
    if let Some(command) = COMMANDS.iter().find(|c| c.name == name) {
        return Ok(of(command));
    }
    let group: Vec<&Command> = COMMANDS.iter().filter(|c| c.name.split(' ').next() == Some(&name)).collect();
    if group.is_empty() {
        let error = usage(format!("there is no command `{name}`"), "");
        return Err(match nearest(&name, COMMANDS.iter().map(|c| c.name)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        });
    }
    let json = group.iter().map(|c| described(c)).collect::<Vec<_>>();
    Ok(Report::done(json!({"commands": json}), listing(&group)))
}

fn all() -> Report {
    let commands: Vec<&Command> = COMMANDS.iter().collect();
    let mut text = format!("{} [COMMAND] [OPTIONS]\n\n{}", program(), listing(&commands));
    text.push_str("\nEvery command takes --json and --help; `help COMMAND` says the rest.\n");
    let codes: Vec<Value> =
        Exit::MEANINGS.iter().map(|(e, m)| json!({"code": *e as u8, "means": m})).collect();
    Report::done(
        json!({"commands": commands.iter().map(|c| described(c)).collect::<Vec<_>>(), "exit_codes": codes}),
        text,
    )
}

fn listing(commands: &[&Command]) -> String {
    let rows: Vec<Vec<String>> = commands.iter().map(|c| vec![call(c), c.about.to_owned()]).collect();
    table(&["command", "what it does"], &rows)
}

/// What one command takes.
pub(crate) fn of(command: &'static Command) -> Report {
    let mut text = format!("{} {}\n\n{}\n", program(), call(command), command.about);
    let row = |name: String, about: &str| vec![format!("  {name}"), about.to_owned()];
    let args: Vec<_> = command.args.iter().map(|a| row(shape(a), a.about)).collect();
    let flags: Vec<_> = command.flags.iter().chain(COMMON).map(|f| row(option(f), f.about)).collect();
    for (title, rows) in [("takes", args), ("options", flags)] {
        if !rows.is_empty() {
            let _ = write!(text, "\n{}", table(&[&bold(title), ""], &rows));
        }
    }
    Report::done(described(command), text)
}

fn described(command: &Command) -> Value {
    let args: Vec<Value> = command
        .args
        .iter()
        .map(|a| json!({"name": a.name, "required": a.required, "rest": a.rest, "about": a.about}))
        .collect();
    let flags: Vec<Value> = command
        .flags
        .iter()
        .chain(COMMON)
        .map(|f| json!({"name": f.name, "value": f.value, "about": f.about}))
        .collect();
    json!({"name": command.name, "about": command.about, "args": args, "options": flags})
}

fn call(command: &Command) -> String {
    let mut out = command.name.to_owned();
    for arg in command.args {
        let _ = write!(out, " {}", shape(arg));
    }
    out
}

fn shape(arg: &Arg) -> String {
    match (arg.rest, arg.required) {
        (true, _) => format!("[{}…]", arg.name),
        (false, true) => format!("<{}>", arg.name),
        (false, false) => format!("[{}]", arg.name),
    }
}

fn option(flag: &Flag) -> String {
    flag.value.map_or_else(|| format!("--{}", flag.name), |v| format!("--{} <{v}>", flag.name))
}

fn program() -> String {
    crate::project::program()
}

/// The whole reference as Markdown.
pub(crate) fn markdown() -> String {
    let mut out = String::from("| command | what it does |\n|---|---|\n");
    for command in COMMANDS {
        let _ = writeln!(out, "| `{}` | {} |", call(command), command.about);
    }
    for command in COMMANDS.iter().filter(|c| !c.flags.is_empty() || !c.args.is_empty()) {
        let _ = writeln!(out, "\n### `{}`\n\n{}.\n", call(command), command.about);
        for arg in command.args {
            let _ = writeln!(out, "* `{}`: {}", shape(arg), arg.about);
        }
        for flag in command.flags {
            let _ = writeln!(out, "* `{}`: {}", option(flag), flag.about);
        }
    }
    out.push_str("\n### Exit codes\n\n| code | meaning |\n|---|---|\n");
    for (exit, meaning) in Exit::MEANINGS {
        let _ = writeln!(out, "| {} | {meaning} |", *exit as u8);
    }
    // not ours to choose: what Rust ends a program with that has panicked
    out.push_str("| 101 | the program itself has panicked: a mistake in its code, or in ours |\n");
    out
}

pub(crate) async fn version(session: &mut Session) -> Result<Report> {
    let env = session.config()?.env().name();
    let (program, framework) = (program(), env!("CARGO_PKG_VERSION"));
    let version = session.version();
    let json = json!({"program": program, "version": version, "framewright": framework, "environment": env});
    let shown = version.map(|v| format!(" {v}")).unwrap_or_default();
    Ok(Report::done(json, format!("{program}{shown}, built with framewright {framework}\n")))
}

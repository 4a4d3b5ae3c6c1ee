//! The command line of an application: its own binary is its tool, in development and in production.

mod commands;
pub(crate) mod output;
mod parse;
pub(crate) mod report;
mod spec;
mod table;
mod yaml;

use crate::session::Session;
use framewright_core::{Error, Result};
use report::{Exit, Report, error_json, error_text, usage};
use std::io::Write;
use std::process::ExitCode;

/// Does what these words say.
pub(crate) async fn run(session: &mut Session, words: &[String]) -> Result<Report> {
    let call = parse::parse(table::COMMANDS, words)?;
    if call.has("help") {
        return Ok(commands::help::of(call.command));
    }
    (call.command.run)(session, &call).await
}

/// Prints what came out, and says it with the exit code too.
pub(crate) fn end(outcome: Result<Report>, json: bool) -> ExitCode {
    let (text, exit, failed) = match outcome {
        Ok(report) if json => (lines(&report.json), report.exit, false),
        Ok(report) => (report.text, report.exit, false),
        Err(error) if json => (lines(&error_json(&error)), Exit::of(&error), false),
        Err(error) => (error_text(&error), Exit::of(&error), true),
    };
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    // a reader that went away (`| head`) is no failure of the command
    let _ = if failed {
        write!(std::io::stderr(), "{text}{end}")
    } else {
        write!(std::io::stdout(), "{text}{end}")
    };
    ExitCode::from(exit as u8)
}

fn lines(json: &serde_json::Value) -> String {
    // what was printed already (a server's first line) is not printed again
    if json.is_null() { String::new() } else { format!("{json:#}") }
}

/// The error of a command line that is no text.
pub(crate) fn not_unicode() -> Error {
    usage("the command line is not UTF-8".to_owned(), "")
}

/// The reference of every command as Markdown: what the book shows.
#[must_use]
pub fn reference() -> String {
    commands::help::markdown()
}

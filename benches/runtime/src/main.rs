//! Derived endpoints against hand-written ones, on the same tables, in interleaved rounds of one run.
//!
//! `compare` runs everything and prints the bars; `hand <database> <url> <port>` is the yardstick.

mod compare;
mod hand;
mod load;
mod server;
mod tables;

use hand::Fail;
use std::process::ExitCode;

const USAGE: &str =
    "usage: compare [--json] [--rounds N] [--seconds N] [--only NAME] | hand <database> <url> <port>";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["hand", database, url, port] => {
            port.parse().map_err(Into::into).and_then(|port| hand::serve(database, url, port)).map(|()| true)
        }
        ["compare", rest @ ..] => compare(rest),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(e) => {
            eprintln!("bench: {e}");
            ExitCode::from(2)
        }
    }
}

fn compare(args: &[&str]) -> Result<bool, Fail> {
    let mut plan = compare::Plan { rounds: 4, seconds: 3, only: None };
    let mut json = false;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().copied().ok_or(USAGE);
        match *arg {
            "--json" => json = true,
            "--no-install" => {}
            "--rounds" => plan.rounds = value()?.parse()?,
            "--seconds" => plan.seconds = value()?.parse()?,
            "--only" => plan.only = Some(value()?.to_owned()),
            _ => return Err(USAGE.into()),
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let bars = runtime.block_on(compare::run(&plan))?;
    Ok(framewright_bench_report::print(&bars, json))
}

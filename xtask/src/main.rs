//! The project's own tool. `cargo xtask` alone lists what it does.

mod alone;
mod bench;
mod bench_testing;
mod bless;
mod ci;
mod codegen;
mod fuzz;
mod process;
mod services;
mod test;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <command>

  test [--no-install] [filter …]   starts private databases, runs every test on them, stops them
  ci [--no-install]                what the gate runs: format, tidy, clippy, crates alone, pages, book, tests
  tidy                             the project's own rules: layers, file lengths, docs, names, pages
  services start|stop|list         private PostgreSQL, MariaDB and Redis, to keep while working
  bless [family]                   accepts changed error fixtures and expansion snapshots, prints what changed
  codegen [--check]                writes the reference pages of the book from the option tables
  fuzz [--minutes N]               throws new cases at everything that reads input, ten minutes long
  bench compile|runtime|testing [--json]
                                   measures the quality bars; exit code 1 when one is missed
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.as_slice() {
        ["test", rest @ ..] => test::run(rest),
        ["ci", rest @ ..] => ci::run(rest),
        ["tidy"] => tidy::run(),
        ["services", rest @ ..] => services::command(rest),
        ["bless", rest @ ..] => bless::run(rest),
        ["codegen", rest @ ..] => codegen::run(rest),
        ["fuzz", rest @ ..] => fuzz::run(rest),
        ["bench", rest @ ..] => bench::run(rest),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        [other, ..] => Err(format!("there is no command `{other}`\n\n{USAGE}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nxtask: {message}");
            ExitCode::FAILURE
        }
    }
}

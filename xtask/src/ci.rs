//! `cargo xtask ci`: everything that the gate runs, in order, the quickest first and the tests last.

use crate::process::{self, cargo, root, works};
use crate::{alone, codegen, test, tidy};
use std::process::Command;
use std::time::Instant;

/// Runs every step; the first that fails ends it.
fn run_step(name: &str, step: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let start = Instant::now();
    step().map_err(|e| format!("{name}: {e}"))?;
    eprintln!("{name}: well, {:.0} s", start.elapsed().as_secs_f32());
    Ok(())
}

/// `cargo xtask ci [--no-install]`
pub(crate) fn run(args: &[&str]) -> Result<(), String> {
    run_step("format", || process::run(&mut cargo(&["fmt", "--all", "--check"])))?;
    run_step("tidy", tidy::run)?;
    run_step("clippy", clippy)?;
    run_step("crates alone", alone::run)?;
    run_step("generated pages", || codegen::run(&["--check"]))?;
    let mut built = true;
    run_step("book", || book().map(|is| built = is))?;
    run_step("tests", || test::run(args))?;
    if !built {
        // last, where it is read
        eprintln!(
            "\nTHIS RUN SAYS NOTHING ABOUT THE BOOK: it was not built. `cargo install mdbook` makes that possible."
        );
    }
    Ok(())
}

/// The lints of the workspace, every one of them an error here.
fn clippy() -> Result<(), String> {
    process::run(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]))
}

/// Builds the book, where there is something to build it with; whether it was built.
fn book() -> Result<bool, String> {
    if works(Command::new("mdbook").arg("--version")) {
        let target = process::target_dir().join("book");
        return process::run(
            Command::new("mdbook").current_dir(root()).args(["build", "book", "-d"]).arg(target),
        )
        .map(|()| true);
    }
    eprintln!(
        "NOT BUILT: mdbook is not installed (`cargo install mdbook`); the pages and their links are checked by tidy"
    );
    Ok(false)
}

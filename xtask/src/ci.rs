//! `cargo xtask ci`: everything that the gate runs, in order, the quickest first and the tests last.

use crate::process::{self, cargo, root, works};
use crate::{codegen, test, tidy};
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
    run_step("generated pages", || codegen::run(&["--check"]))?;
    run_step("book", book)?;
    run_step("tests", || test::run(args))
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

fn book() -> Result<(), String> {
    if works(Command::new("mdbook").arg("--version")) {
        let target = process::target_dir().join("book");
        return process::run(
            Command::new("mdbook").current_dir(root()).args(["build", "book", "-d"]).arg(target),
        );
    }
    eprintln!("mdbook is not installed: the pages are checked, but not built (`cargo install mdbook`)");
    Ok(())
}

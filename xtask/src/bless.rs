//! `cargo xtask bless`: takes what the macros say now as what they should say, and shows the difference.

use crate::process::{self, cargo, root};
use std::process::Command;

/// Blesses all fixtures and snapshots, or those whose test has one of the words in its name.
pub(crate) fn run(args: &[&str]) -> Result<(), String> {
    let mut tests = cargo(&["test", "-p", "framewright-derive-tests", "--no-fail-fast", "--"]);
    tests.args(args).env("TRYBUILD", "overwrite").env("INSTA_UPDATE", "always");
    let result = process::run(&mut tests);
    process::run(Command::new("git").current_dir(root()).args([
        "--no-pager",
        "diff",
        "--stat",
        "--",
        "derive-tests",
    ]))?;
    process::run(Command::new("git").current_dir(root()).args(["status", "--short", "--", "derive-tests"]))?;
    result.map_err(|e| {
        format!("{e}\nwhat is listed above was blessed; the tests that still fail are not of this kind")
    })
}

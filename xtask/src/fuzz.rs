//! `cargo xtask fuzz`: the property tests of everything that reads what others send or write, with new cases in every
//! round until the time is up: request heads and bodies, JSON, filters, sorts, cursors, paths, and the attributes.

use crate::process::{self, cargo};
use std::time::{Duration, Instant};

/// The tests that throw anything at a reader.
const TARGETS: &str = "binary(=salvage) | (package(framewright-core) & test(/panic|soup::/)) \
                       | (package(framewright-http) & test(/no_input_panics|no_chunked_body_panics/))";
const PACKAGES: [&str; 3] = ["framewright-core", "framewright-http", "framewright-derive-tests"];
/// Cases of each test in a round: a round takes two to four minutes.
const CASES: &str = "20000";

/// `cargo xtask fuzz [--minutes N]`
pub(crate) fn run(args: &[&str]) -> Result<(), String> {
    let minutes: u64 = match args {
        [] => 10,
        ["--minutes", n] => n.parse().map_err(|_| format!("`{n}` is no number of minutes"))?,
        _ => return Err("usage: cargo xtask fuzz [--minutes N]".to_owned()),
    };
    let (start, span) = (Instant::now(), Duration::from_secs(minutes * 60));
    let mut rounds = 0;
    while rounds == 0 || start.elapsed() < span {
        round()?;
        rounds += 1;
    }
    let seconds = start.elapsed().as_secs();
    println!("{rounds} rounds of {CASES} cases for each test in {seconds} s: nothing found");
    Ok(())
}

fn round() -> Result<(), String> {
    let mut tests = cargo(&["nextest", "run", "--no-fail-fast", "--no-tests", "fail", "-E", TARGETS]);
    for package in PACKAGES {
        tests.args(["--package", package]);
    }
    process::run(tests.env("PROPTEST_CASES", CASES))
}

//! `cargo xtask bench`: measures the quality bars. The figures are published, never asserted by a test.

use crate::bench_testing;
use crate::process::{cargo, target_dir};
use crate::services::{self, Durability, Services};
use std::process::Command;

/// `bench compile|runtime [--json]`
pub(crate) fn run(args: &[&str]) -> Result<(), String> {
    match args {
        ["compile", rest @ ..] => {
            measure(cargo(&["run", "--quiet", "--package", "framewright-bench-compile", "--"]).args(rest))
        }
        ["runtime", rest @ ..] => {
            for absent in services::provide(!rest.contains(&"--no-install")) {
                eprintln!("not measured, because it is not installed: {}", absent.name());
            }
            let services = Services::start(Durability::Full)?;
            let bench = |command: &str| {
                let mut bench =
                    cargo(&[command, "--quiet", "--release", "--package", "framewright-bench-runtime"]);
                // SQLite without the two global locks of its default build: what the book tells production to set.
                bench
                    .env("LIBSQLITE3_FLAGS", SQLITE_FLAGS)
                    .env("CARGO_TARGET_DIR", target_dir().join("bench"));
                bench
            };
            // `run` builds the one program that it runs, and the servers under measurement are two others.
            measure(bench("build").arg("--bins"))?;
            let mut bench = bench("run");
            for (service, url) in &services.urls {
                bench.env(service.variable(), url);
            }
            measure(bench.args(["--", "compare"]).args(rest))
        }
        ["testing", rest @ ..] => bench_testing::run(rest),
        _ => Err("usage: cargo xtask bench compile|runtime|testing [--json]".to_owned()),
    }
}

const SQLITE_FLAGS: &str =
    "-USQLITE_ENABLE_MEMORY_MANAGEMENT -USQLITE_ENABLE_API_ARMOR -DSQLITE_DEFAULT_MEMSTATUS=0";

/// Runs a measurement, whose exit code says whether its bars are met.
pub(crate) fn measure(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) if status.code() == Some(1) => Err("a bar was missed".to_owned()),
        Ok(status) => Err(format!("the measurement failed: {status}")),
        Err(e) => Err(format!("the measurement can't be started: {e}")),
    }
}

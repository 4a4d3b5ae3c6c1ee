//! `cargo xtask bench testing`: how long 200 tests side by side take, each with an application and a database of its own.

use crate::bench::measure;
use crate::process::cargo;
use crate::services::{self, Durability, Services};

/// `[--json] [--no-install]`
pub(crate) fn run(args: &[&str]) -> Result<(), String> {
    for absent in services::provide(!args.contains(&"--no-install")) {
        eprintln!("not measured, because it is not installed: {}", absent.name());
    }
    let services = Services::start(Durability::None)?;
    let mut bench = cargo(&["run", "--quiet", "--package", "framewright-bench-testing", "--"]);
    for (service, url) in &services.urls {
        bench.env(service.variable(), url);
    }
    measure(bench.args(args.iter().filter(|a| **a != "--no-install")))
}

//! `cargo xtask codegen`: the pages of the book that say what the code says.

use crate::process::{cargo, root, run as run_command};

/// Writes the pages, or, with `--check`, says which ones are stale.
pub(crate) fn run(args: &[&str]) -> Result<(), String> {
    if !root().join("xtask/codegen/Cargo.toml").exists() {
        return Ok(());
    }
    run_command(cargo(&["run", "--quiet", "--package", "xtask-codegen", "--"]).args(args))
}

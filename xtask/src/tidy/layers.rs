//! Which crate may know which: the direction of ARCHITECTURE.md, read from what cargo resolves.

use super::File;
use crate::process::{cargo, output};

/// Per crate, the crates of ours that it may use outside its tests. A new crate has to be added here, which is where
/// its place in the layers is decided.
const LAYERS: [(&str, &[&str]); 8] = [
    ("framewright-macros-core", &[]),
    ("framewright-macros", &["framewright-macros-core"]),
    ("framewright-core", &[]),
    ("framewright-data", &["framewright-core"]),
    ("framewright-http", &["framewright-core", "framewright-data"]),
    ("framewright-testing", &["framewright-core", "framewright-data", "framewright-http"]),
    (
        "framewright",
        &[
            "framewright-core",
            "framewright-data",
            "framewright-http",
            "framewright-macros",
            "framewright-testing",
        ],
    ),
    ("xtask", &[]),
];

/// Checks the direction of dependencies, and that every crate takes the lints of the workspace.
pub(crate) fn check(files: &[File], found: &mut Vec<String>) -> Result<(), String> {
    for (name, allowed) in LAYERS {
        let args = ["tree", "--package", name, "--depth", "1", "--edges", "normal", "--all-features"];
        let tree = output(cargo(&args).args(["--prefix", "none", "--format", "{p}", "--offline"]))?;
        for line in tree.lines().skip(1) {
            let other = line.split(' ').next().unwrap_or_default();
            if other.starts_with("framewright") && !allowed.contains(&other) {
                found.push(format!("{name}: may not depend on {other}: see \"Layers\" in ARCHITECTURE.md"));
            }
        }
    }
    for file in files.iter().filter(|f| f.path.ends_with("Cargo.toml") && f.path != "Cargo.toml") {
        let ours = ["runtime", "macros", "xtask", "benches"].iter().any(|p| file.path.starts_with(p));
        if ours && !file.text.contains("[lints]\nworkspace = true") {
            found.push(format!("{}: `[lints] workspace = true` is missing", file.path));
        }
        let name = file.text.lines().find_map(|l| l.strip_prefix("name = ")).unwrap_or_default();
        let name = name.trim_matches('"');
        let layered = file.path.starts_with("runtime/") || file.path.starts_with("macros/");
        if layered && !LAYERS.iter().any(|(n, _)| *n == name) {
            found.push(format!(
                "{}: `{name}` has no place in the layers of xtask/src/tidy/layers.rs",
                file.path
            ));
        }
    }
    Ok(())
}

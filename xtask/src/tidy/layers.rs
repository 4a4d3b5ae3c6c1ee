//! Which crate may know which: the direction of ARCHITECTURE.md, read from what cargo resolves; and that an error gets
//! its status in one place.

use super::File;
use crate::process::{cargo, output};

/// Per crate, the crates of ours that it may use outside its tests. A new crate has to be added here, which is where
/// its place in the layers is decided.
const LAYERS: [(&str, &[&str]); 9] = [
    ("framewright-macros-core", &[]),
    ("framewright-macros", &["framewright-macros-core"]),
    ("framewright-core", &[]),
    ("framewright-data", &["framewright-core"]),
    ("framewright-http", &["framewright-core", "framewright-data"]),
    ("framewright-factory", &["framewright-core", "framewright-data"]),
    (
        "framewright-testing",
        &["framewright-core", "framewright-data", "framewright-factory", "framewright-http"],
    ),
    (
        "framewright",
        &[
            "framewright-core",
            "framewright-data",
            "framewright-factory",
            "framewright-http",
            "framewright-macros",
            "framewright-testing",
        ],
    ),
    ("xtask", &[]),
];

/// Crates of others that would let a layer do another one's work: a handler that speaks to a database itself, a
/// repository that reads requests.
const FOREIGN: [(&str, &[&str]); 4] = [
    (
        "framewright-core",
        &["diesel", "diesel-async", "hyper", "axum", "tokio", "tokio-postgres", "mysql_async"],
    ),
    ("framewright-data", &["http", "http-body", "hyper", "axum", "axum-core", "tower"]),
    ("framewright-factory", &["http", "hyper", "axum", "diesel", "tokio-postgres", "mysql_async"]),
    (
        "framewright-http",
        &["diesel", "diesel-async", "libsqlite3-sys", "tokio-postgres", "mysql_async", "deadpool"],
    ),
];

/// Checks the direction of dependencies, and that every crate takes the lints of the workspace.
pub(crate) fn check(files: &[File], found: &mut Vec<String>) -> Result<(), String> {
    for (name, _) in LAYERS {
        let args = ["tree", "--package", name, "--depth", "1", "--edges", "normal", "--all-features"];
        let tree = output(cargo(&args).args(["--prefix", "none", "--format", "{p}", "--offline"]))?;
        edges(name, &tree, found);
    }
    manifests(files, found);
    statuses(files, found);
    Ok(())
}

/// What a crate uses, as `cargo tree` lists it: itself first.
fn edges(name: &str, tree: &str, found: &mut Vec<String>) {
    let of = |table: &[(&str, &'static [&'static str])]| {
        table.iter().find(|(n, _)| *n == name).map_or(&[][..], |(_, others)| others)
    };
    let (allowed, foreign) = (of(&LAYERS), of(&FOREIGN));
    for other in tree.lines().skip(1).filter_map(|line| line.split(' ').next()) {
        if other.starts_with("framewright") && !allowed.contains(&other) {
            found.push(format!("{name}: may not depend on {other}: see \"Layers\" in ARCHITECTURE.md"));
        }
        if foreign.contains(&other) {
            found.push(format!("{name}: may not use {other}: that is the work of another layer"));
        }
    }
}

fn manifests(files: &[File], found: &mut Vec<String>) {
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
}

/// Where an error becomes an answer, and a kind a status: each in one place, whatever else is written.
const ONCE: [(&str, &str); 2] = [
    ("impl IntoResponse for Error", "runtime/core/src/http.rs"),
    ("pub const fn status(self) -> u16", "runtime/core/src/error.rs"),
];

fn statuses(files: &[File], found: &mut Vec<String>) {
    let runtime = |f: &&File| f.is_rust() && f.path.starts_with("runtime/") && f.path.contains("/src/");
    for (what, place) in ONCE {
        let mut there = false;
        for (path, line) in files.iter().filter(runtime).flat_map(lines).filter(|(_, l)| l.contains(what)) {
            there |= path == place;
            if path != place {
                found.push(format!("{path}: `{}` stands in {place} already", line.trim()));
            }
        }
        if !there {
            found.push(format!("{place}: `{what}` is not there"));
        }
    }
    // a `match` over kinds that gives numbers is a second table
    for (path, line) in files.iter().filter(runtime).flat_map(lines) {
        let arm = line.trim_start().strip_prefix("ErrorKind::").and_then(|l| l.split_once("=> "));
        let number = arm.is_some_and(|(_, to)| to.starts_with("StatusCode") || to.starts_with(['4', '5']));
        if number {
            found.push(format!("{path}: `{}`: only `ErrorKind::status` chooses a status", line.trim()));
        }
    }
}

/// The lines of a file before its tests.
fn lines(file: &File) -> impl Iterator<Item = (&str, &str)> {
    let code = file.text.lines().take_while(|l| !l.starts_with("#[cfg(test)]"));
    code.map(|line| (file.path.as_str(), line))
}

#[cfg(test)]
mod tests {
    use super::{File, edges, manifests, statuses};

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    fn said(check: impl FnOnce(&mut Vec<String>)) -> Vec<String> {
        let mut found = Vec::new();
        check(&mut found);
        found
    }

    #[test]
    fn a_layer_that_knows_one_above_it_is_named() {
        let tree = "framewright-data v0.1.0 (x)\nframewright-core v0.1.0 (x)\nframewright-http v0.1.0 (x)\nserde v1\n";
        assert_eq!(
            said(|f| edges("framewright-data", tree, f)),
            ["framewright-data: may not depend on framewright-http: see \"Layers\" in ARCHITECTURE.md"]
        );
        assert!(said(|f| edges("framewright-http", &tree.replace("-http", "-data"), f)).is_empty());
    }

    #[test]
    fn a_handler_with_a_driver_and_a_repository_with_requests_are_named() {
        let found =
            said(|f| edges("framewright-http", "framewright-http v0\ntokio-postgres v0.7\nhttp v1\n", f));
        assert_eq!(
            found,
            ["framewright-http: may not use tokio-postgres: that is the work of another layer"]
        );
        let found =
            said(|f| edges("framewright-data", "framewright-data v0\nhttp v1\ntokio-postgres v0.7\n", f));
        assert_eq!(found, ["framewright-data: may not use http: that is the work of another layer"]);
    }

    #[test]
    fn a_crate_without_a_place_or_without_lints_is_named() {
        let found = said(|f| manifests(&[file("runtime/new/Cargo.toml", "name = \"framewright-new\"\n")], f));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("`framewright-new` has no place"), "{found:?}");
    }

    #[test]
    fn a_second_place_that_chooses_a_status_is_named() {
        let one = file("runtime/core/src/http.rs", "impl IntoResponse for Error {\n");
        let two = file("runtime/core/src/error.rs", "    pub const fn status(self) -> u16 {\n");
        assert!(said(|f| statuses(&[one, two], f)).is_empty());
        let found = said(|f| {
            let third = "impl IntoResponse for ErrorPage {}\nErrorKind::NotFound => StatusCode::NOT_FOUND,\n";
            let one = file("runtime/core/src/http.rs", "impl IntoResponse for Error {\n");
            statuses(&[one, file("runtime/http/src/page.rs", third)], f);
        });
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found[0].starts_with("runtime/http/src/page.rs: `impl IntoResponse for ErrorPage"),
            "{found:?}"
        );
        assert!(found[1].contains("`pub const fn status(self) -> u16` is not there"), "{found:?}");
        assert!(found[2].contains("only `ErrorKind::status` chooses a status"), "{found:?}");
    }
}

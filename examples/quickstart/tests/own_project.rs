//! The project that the book begins with, outside of the workspace and without a network: its `Cargo.toml`, its program and
//! its test are the files that the page includes.

mod support;

use std::fs;

#[test]
fn the_project_of_the_book_builds_and_its_test_passes() {
    let root = support::root();
    let own = root.join("book/own");
    let page = fs::read_to_string(root.join("book/src/tutorial/own.md")).expect("the page");
    let wanted = fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
    let rust =
        wanted.lines().find_map(|l| l.strip_prefix("rust-version = ")).expect("a version").trim_matches('"');
    assert!(page.contains(&format!("Rust {rust} or later")), "the page says which Rust is needed: {rust}");
    for file in ["Cargo.toml", "src/main.rs"] {
        assert!(page.contains(&format!("{{{{#include ../../own/{file}}}}}")), "{file} is on the page");
    }

    let folder = support::project("own", &own.join("Cargo.toml"), "../framewright/runtime");
    fs::copy(own.join("src/main.rs"), folder.join("src/main.rs")).expect("copied");
    let mut cargo = support::cargo(&folder, "test");
    for name in ["DATABASE_URL", "FW_ENV", "FW_ROOT", "TEST_DATABASE", "CARGO_MANIFEST_DIR"] {
        cargo.env_remove(name);
    }
    let out = cargo.output().expect("cargo");
    let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    let _ = fs::remove_dir_all(&folder);
    assert!(out.status.success() && said.contains("1 passed"), "{said}");
}

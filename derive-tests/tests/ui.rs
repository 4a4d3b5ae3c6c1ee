//! What the compiler prints for each kind of mistake. A fixture is a sentence; its `.stderr` is reviewed.
//! `TRYBUILD=overwrite cargo test -p framewright-derive-tests --test ui` rewrites them, and an argument after `--`
//! (`-- ui trybuild=relation`) runs one family. What has to compile is in `pass/`: without such cases here, all
//! fixtures are checked in one go.

#[test]
fn ui() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}

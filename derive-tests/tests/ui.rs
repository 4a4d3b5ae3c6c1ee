//! What the compiler prints for each kind of mistake, and what has to compile. A fixture is a sentence; its
//! `.stderr` is reviewed. `TRYBUILD=overwrite cargo test -p framewright-derive-tests --test ui` rewrites them, and
//! an argument after `--` (`-- ui relation`) runs one family.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    for family in [
        "shape", "option", "field", "rule", "key", "relation", "route", "policy", "db_enum", "cascade",
        "span", "query", "service", "config", "seed",
    ] {
        cases.compile_fail(format!("tests/ui/{family}/*.rs"));
    }
    cases.pass("tests/ui/pass/*.rs");
}

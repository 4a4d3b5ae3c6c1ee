//! What the compiler prints for a query with a mistake in its types. `TRYBUILD=overwrite cargo test -p
//! framewright-derive-tests --test query_ui` rewrites the `.stderr` files, which are then read.

#[test]
fn ui() {
    trybuild::TestCases::new().compile_fail("tests/ui/query/*.rs");
}

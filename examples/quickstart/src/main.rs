//! Two resources with a relation, and nothing else.
fn main() {}

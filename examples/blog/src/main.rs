//! A blog: every field type and every kind of relation.
fn main() {}

//! A blog: every field type and every kind of relation.

use blog as _;

fn main() {}

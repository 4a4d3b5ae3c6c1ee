//! A tuple struct has no names for columns.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Pair(i64, String);

fn main() {}

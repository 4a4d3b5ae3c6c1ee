//! The attribute slipped to the item below.

use framewright::prelude::*;

#[resource(policy = public)]
fn index() {}

fn main() {}

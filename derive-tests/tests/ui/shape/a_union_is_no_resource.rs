//! The keyword is what has to change.

use framewright::prelude::*;

#[resource(policy = public)]
pub union Bits {
    pub a: i32,
    pub b: i32,
}

fn main() {}

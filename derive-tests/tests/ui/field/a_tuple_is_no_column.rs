//! Tuples have no one column.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub place: (f64, f64),
}

fn main() {}

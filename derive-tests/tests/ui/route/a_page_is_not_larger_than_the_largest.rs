//! Swapped numbers.

use framewright::prelude::*;

#[resource(policy = public, page(default = 200, max = 50))]
pub struct Post {
    pub title: String,
}

fn main() {}

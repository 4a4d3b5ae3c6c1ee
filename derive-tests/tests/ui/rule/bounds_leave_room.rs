//! Swapped bounds refuse everything.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(range(min = 10, max = 5))]
    pub stars: i32,
}

fn main() {}

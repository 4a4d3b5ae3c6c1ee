//! `length` has `min` and `max` only.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(length(maximum = 80))]
    pub title: String,
}

fn main() {}

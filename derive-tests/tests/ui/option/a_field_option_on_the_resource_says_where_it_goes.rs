//! `length` is right, in the wrong place.

use framewright::prelude::*;

#[resource(policy = public, length(max = 3))]
pub struct Post {
    pub title: String,
}

fn main() {}

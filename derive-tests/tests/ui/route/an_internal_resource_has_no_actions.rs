//! It has no routes at all.

use framewright::prelude::*;

#[resource(internal, only(list))]
pub struct Post {
    pub title: String,
}

fn main() {}

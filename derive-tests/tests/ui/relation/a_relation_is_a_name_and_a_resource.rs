//! Half typed.

use framewright::prelude::*;

#[resource(policy = public, has_many(Comment))]
pub struct Post {
    pub title: String,
}

fn main() {}

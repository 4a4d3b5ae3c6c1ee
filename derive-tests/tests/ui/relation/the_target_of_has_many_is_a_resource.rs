//! The same for the other side.

use framewright::prelude::*;

#[derive(Clone)]
pub struct Tag;

#[resource(policy = public, has_many(tags: Tag))]
pub struct Post {
    pub title: String,
}

fn main() {}

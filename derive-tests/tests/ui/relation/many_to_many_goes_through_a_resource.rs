//! The table in between is a resource like any other.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Tag {
    pub name: String,
}

#[resource(policy = public, many_to_many(tags: Tag))]
pub struct Post {
    pub title: String,
}

fn main() {}

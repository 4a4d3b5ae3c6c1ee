//! The note says what to add.

use framewright::prelude::*;

#[derive(Clone)]
pub struct Tag;

#[resource(policy = public)]
pub struct Post {
    pub tag_id: Id<Tag>,
}

fn main() {}

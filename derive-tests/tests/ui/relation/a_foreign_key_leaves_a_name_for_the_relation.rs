//! `author` is the key, so the relation needs another name.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct User {
    pub name: String,
}

#[resource(policy = public)]
pub struct Post {
    pub author: Id<User>,
}

fn main() {}

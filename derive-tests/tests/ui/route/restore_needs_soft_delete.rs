//! There is nothing to restore.

use framewright::prelude::*;

#[resource(policy = public, only(list, restore))]
pub struct Post {
    pub title: String,
}

fn main() {}

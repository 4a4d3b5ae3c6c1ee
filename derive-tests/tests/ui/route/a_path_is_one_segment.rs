//! The prefix belongs to the configuration.

use framewright::prelude::*;

#[resource(policy = public, path = "/api/posts")]
pub struct Post {
    pub title: String,
}

fn main() {}

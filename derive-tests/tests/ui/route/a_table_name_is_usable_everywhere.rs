//! Hyphens need quotes.

use framewright::prelude::*;

#[resource(policy = public, table = "blog-posts")]
pub struct Post {
    pub title: String,
}

fn main() {}

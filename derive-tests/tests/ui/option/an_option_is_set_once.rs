//! The second one would win silently.

use framewright::prelude::*;

#[resource(
    policy = public,
    table = "posts",
    table = "articles",
)]
pub struct Post {
    pub title: String,
}

fn main() {}

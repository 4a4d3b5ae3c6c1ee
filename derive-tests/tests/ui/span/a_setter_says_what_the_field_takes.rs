//! The value is underlined, not the attribute.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: String,
    pub stars: i32,
}

fn main() {
    let _ = CreatePost::new("a", "b");
}

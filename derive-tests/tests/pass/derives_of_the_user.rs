//! Derives below the attribute see the whole struct.

use framewright::prelude::*;

#[resource(policy = public)]
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    pub title: String,
    pub score: f64,
}

#[resource(policy = public)]
#[derive(PartialEq, Eq, Hash)]
pub struct Tag {
    pub name: String,
}

pub fn main() {
    let posts: Vec<Post> = Vec::new();
    assert_eq!(posts.clone(), posts);
    println!("{posts:?}");
}

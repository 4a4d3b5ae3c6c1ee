//! A field of another name has a suggestion.

use framewright::prelude::*;

#[resource(policy = public, unique(titel))]
pub struct Post {
    pub title: String,
}

fn main() {}

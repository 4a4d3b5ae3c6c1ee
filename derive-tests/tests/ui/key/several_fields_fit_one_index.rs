//! Each alone would fit.

use framewright::prelude::*;

#[resource(policy = public, unique(title, subtitle, author))]
pub struct Post {
    pub title: String,
    pub subtitle: String,
    pub author: String,
}

fn main() {}

//! Half typed, too.

use framewright::prelude::*;

#[resource(policy = public, index())]
pub struct Post {
    pub title: String,
}

fn main() {}

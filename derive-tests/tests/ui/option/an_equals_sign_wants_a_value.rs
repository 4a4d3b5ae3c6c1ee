//! Half typed.

use framewright::prelude::*;

#[resource(policy = public, table =)]
pub struct Post {
    pub title: String,
}

fn main() {}

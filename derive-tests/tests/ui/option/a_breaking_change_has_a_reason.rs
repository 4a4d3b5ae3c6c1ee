//! An empty reason is none.

use framewright::prelude::*;

#[resource(policy = public, breaking = "")]
pub struct Post {
    pub title: String,
}

fn main() {}

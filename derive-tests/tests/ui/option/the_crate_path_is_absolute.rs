//! A relative path means something else in each module.

use framewright::prelude::*;

#[resource(policy = public, crate = framewright)]
pub struct Post {
    pub title: String,
}

fn main() {}

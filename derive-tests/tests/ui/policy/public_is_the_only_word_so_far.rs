//! A policy type is not known yet.

use framewright::prelude::*;

#[resource(policy = publick)]
pub struct Post {
    pub title: String,
}

fn main() {}

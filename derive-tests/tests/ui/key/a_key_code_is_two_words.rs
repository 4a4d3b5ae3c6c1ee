//! Machines read it.

use framewright::prelude::*;

#[resource(policy = public, unique(title, code = "Title taken!"))]
pub struct Post {
    pub title: String,
}

fn main() {}

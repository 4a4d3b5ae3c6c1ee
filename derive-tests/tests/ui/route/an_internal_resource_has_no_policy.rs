//! One of the two is a mistake.

use framewright::prelude::*;

#[resource(internal, policy = public)]
pub struct Post {
    pub title: String,
}

fn main() {}

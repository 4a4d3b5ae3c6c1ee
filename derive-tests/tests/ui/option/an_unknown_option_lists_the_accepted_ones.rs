//! Nothing is near, so the list has to help.

use framewright::prelude::*;

#[resource(policy = public, quantum)]
pub struct Post {
    pub title: String,
}

fn main() {}

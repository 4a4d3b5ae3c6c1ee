//! Two options run together.

use framewright::prelude::*;

#[resource(policy = public, soft_delete versioned)]
pub struct Post {
    pub title: String,
}

fn main() {}

//! Swapped letters are the most frequent mistake.

use framewright::prelude::*;

#[resource(policy = public, soft_delte)]
pub struct Post {
    pub title: String,
}

fn main() {}

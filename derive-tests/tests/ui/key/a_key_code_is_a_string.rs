//! Codes are part of the API.

use framewright::prelude::*;

#[resource(policy = public, unique(title, code = taken))]
pub struct Post {
    pub title: String,
}

fn main() {}

//! Twice is a typing error for another field.

use framewright::prelude::*;

#[resource(policy = public, index(title, title))]
pub struct Post {
    pub title: String,
}

fn main() {}

//! Zero would loop for ever.

use framewright::prelude::*;

#[resource(policy = public, page(default = 0))]
pub struct Post {
    pub title: String,
}

fn main() {}

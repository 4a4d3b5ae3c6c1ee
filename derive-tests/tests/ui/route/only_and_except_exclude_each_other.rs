//! Which one would win?

use framewright::prelude::*;

#[resource(policy = public, only(list), except(delete))]
pub struct Post {
    pub title: String,
}

fn main() {}

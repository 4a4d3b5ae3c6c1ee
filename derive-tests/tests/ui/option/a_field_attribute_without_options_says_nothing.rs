//! It does nothing, so it can't stay.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field]
    pub title: String,
}

fn main() {}

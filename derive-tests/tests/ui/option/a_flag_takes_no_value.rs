//! Booleans of other frameworks.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(filter = true)]
    pub title: String,
}

fn main() {}

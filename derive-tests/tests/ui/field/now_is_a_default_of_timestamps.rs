//! `now` of text is nothing.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(default = now)]
    pub title: String,
}

fn main() {}

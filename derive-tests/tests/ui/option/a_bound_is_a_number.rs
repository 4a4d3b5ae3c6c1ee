//! Quotes around numbers.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(length(max = "80"))]
    pub title: String,
}

fn main() {}

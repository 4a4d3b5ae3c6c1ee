//! Options of a field may be spread over attributes.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(column = "headline")]
    #[field(column = "header")]
    pub title: String,
}

fn main() {}

//! It stands in no documentation.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(hidden, example = "42")]
    pub score: Option<i64>,
}

fn main() {}

//! And the other way round.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(range(max = 3))]
    pub title: String,
}

fn main() {}

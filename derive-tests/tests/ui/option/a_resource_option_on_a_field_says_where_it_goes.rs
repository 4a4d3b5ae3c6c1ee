//! And the other way round.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(soft_delete)]
    pub title: String,
}

fn main() {}

//! The way out is `range`.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(length(max = 3))]
    pub views: i64,
}

fn main() {}

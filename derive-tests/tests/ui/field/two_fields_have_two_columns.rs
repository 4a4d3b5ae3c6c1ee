//! One would overwrite the other.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(column = "name")]
    pub title: String,
    #[field(column = "name")]
    pub slug: String,
}

fn main() {}

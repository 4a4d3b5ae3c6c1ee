//! Found at compile time, with its position.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(pattern = "[a-")]
    pub slug: String,
}

fn main() {}

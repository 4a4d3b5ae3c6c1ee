//! No create could ever succeed.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(readonly)]
    pub slug: String,
}

fn main() {}

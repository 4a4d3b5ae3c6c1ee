//! Then there would be none.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(id, skip)]
    pub code: String,
}

fn main() {}

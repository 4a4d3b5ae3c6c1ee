//! A number is no long text.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(text)]
    pub stars: i32,
}

fn main() {}

//! A number is no address.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(email)]
    pub stars: i32,
}

fn main() {}

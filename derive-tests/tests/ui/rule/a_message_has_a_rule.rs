//! A message for nothing is never shown.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(message = "no")]
    pub title: String,
}

fn main() {}

//! The migration, or a write a year later, would fail on two of three databases.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(unique, length(max = 4000))]
    pub title: String,
}

fn main() {}

//! Lists in a column are the second try of everybody.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub tags: Vec<String>,
}

fn main() {}

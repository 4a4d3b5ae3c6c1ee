//! Two attributes would make every item twice.

use framewright::prelude::*;

#[resource(policy = public)]
#[resource(soft_delete)]
pub struct Post {
    pub title: String,
}

fn main() {}

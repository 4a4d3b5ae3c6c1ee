//! A key that may be null finds nothing.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub id: Option<i64>,
}

fn main() {}

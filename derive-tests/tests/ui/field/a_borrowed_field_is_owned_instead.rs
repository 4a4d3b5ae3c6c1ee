//! A row lives longer than any borrow.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: &str,
}

fn main() {}

//! A filter would tell what the field holds.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct User {
    #[field(hidden, filter)]
    pub score: Option<i64>,
}

fn main() {}

//! Capitals need quotes in PostgreSQL and none in MySQL.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(column = "Title")]
    pub title: String,
}

fn main() {}

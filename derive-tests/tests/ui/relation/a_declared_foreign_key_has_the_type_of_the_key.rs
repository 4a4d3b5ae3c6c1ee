//! A text can't point to a number.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct User {
    pub id: i64,
}

#[resource(policy = public)]
pub struct Post {
    #[field(references = User)]
    pub user_id: String,
}

fn main() {}

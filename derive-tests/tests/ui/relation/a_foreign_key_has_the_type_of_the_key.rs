//! An `Id` can't point to a number.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct User {
    pub id: i64,
}

#[resource(policy = public)]
pub struct Post {
    pub user_id: Id<User>,
}

fn main() {}

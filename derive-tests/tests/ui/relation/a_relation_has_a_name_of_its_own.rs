//! `post::title` is a column already.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct User {
    pub name: String,
}

#[resource(policy = public)]
pub struct Post {
    pub title: String,
    #[field(relation = title)]
    pub user_id: Id<User>,
}

fn main() {}

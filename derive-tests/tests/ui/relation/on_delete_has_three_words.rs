//! With the nearest one.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct User {
    pub name: String,
}

#[resource(policy = public)]
pub struct Post {
    #[field(on_delete = cascde)]
    pub user_id: Id<User>,
}

fn main() {}

//! The column could not be null.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct User {
    pub name: String,
}

#[resource(policy = public)]
pub struct Post {
    #[field(on_delete = set_null)]
    pub user_id: Id<User>,
}

fn main() {}

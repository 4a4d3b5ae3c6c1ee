//! Passwords are not the only secrets.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: String,
    pub reset_token: Option<String>,
}

fn main() {}

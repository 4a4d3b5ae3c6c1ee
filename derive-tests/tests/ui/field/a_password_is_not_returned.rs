//! The most expensive default there is.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct User {
    pub password: String,
}

fn main() {}

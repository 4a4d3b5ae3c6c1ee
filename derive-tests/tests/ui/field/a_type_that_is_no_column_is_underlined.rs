//! Whatever the type is, the error is on it, once.

use framewright::prelude::*;

#[derive(Clone)]
pub struct Cash;

#[resource(policy = public)]
pub struct Post {
    pub price: Cash,
}

fn main() {}

//! `Option` is not what has to change.

use framewright::prelude::*;

#[derive(Clone)]
pub struct Cash;

#[resource(policy = public)]
pub struct Post {
    pub price: Option<Cash>,
}

fn main() {}

//! A cent is no float; the message says what is.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: String,
    pub unit_price: f64,
}

fn main() {}

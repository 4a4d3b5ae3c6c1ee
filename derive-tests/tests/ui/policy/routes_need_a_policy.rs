//! Nobody serves data to everybody by accident.

use framewright::prelude::*;

#[resource]
pub struct Post {
    pub title: String,
}

fn main() {}

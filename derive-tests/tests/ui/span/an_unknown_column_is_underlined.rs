//! At the use, with the name.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: String,
}

fn main() {
    let _ = post::titel;
}

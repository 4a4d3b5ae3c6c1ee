//! A word that says nothing makes the ones that do less credible.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(exposed)]
    pub title: String,
}

fn main() {}

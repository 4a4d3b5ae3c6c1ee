//! The schema is the same for every build.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[cfg(test)]
    pub title: String,
    pub body: String,
}

fn main() {}

//! An identifier looks natural here.

use framewright::prelude::*;

#[resource(policy = public, table = posts)]
pub struct Post {
    pub title: String,
}

fn main() {}

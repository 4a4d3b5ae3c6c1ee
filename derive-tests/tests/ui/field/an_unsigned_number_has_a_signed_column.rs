//! No database has `u32` on all three.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub views: u32,
}

fn main() {}

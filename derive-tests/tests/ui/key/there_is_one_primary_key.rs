//! Two marks, so the second is the mistake.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(id)]
    pub a: i64,
    #[field(id)]
    pub b: i64,
}

fn main() {}

//! The framework writes `created_at`.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub created_at: String,
}

fn main() {}

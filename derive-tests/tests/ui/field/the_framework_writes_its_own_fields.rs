//! The default would never be used.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: String,
    #[field(default = now)]
    pub created_at: Timestamp,
}

fn main() {}

//! No two databases agree what it would be.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(index)]
    pub data: Json<Vec<String>>,
}

fn main() {}

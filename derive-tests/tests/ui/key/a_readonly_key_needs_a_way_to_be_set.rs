//! Clients would have to send what they may not send.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(id, readonly)]
    pub code: String,
}

fn main() {}

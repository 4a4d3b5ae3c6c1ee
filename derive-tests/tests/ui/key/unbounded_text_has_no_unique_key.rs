//! MySQL can't index it whole.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(text, unique)]
    pub body: String,
}

fn main() {}

//! The option would be ignored in silence.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(skip, filter)]
    pub seen: Vec<String>,
}

fn main() {}

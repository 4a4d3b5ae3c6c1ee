//! The same on a field.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(lenght(max = 80))]
    pub title: String,
}

fn main() {}

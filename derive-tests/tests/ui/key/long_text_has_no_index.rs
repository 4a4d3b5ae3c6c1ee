//! One database refuses the table, another the first long text.

use framewright::prelude::*;

#[resource(policy = public, index(title, slug))]
pub struct Post {
    #[field(length(max = 600))]
    pub title: String,
    #[field(length(max = 601))]
    pub slug: String,
}

fn main() {}

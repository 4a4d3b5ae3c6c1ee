//! Everything at once, each on its own word.

use framewright::prelude::*;

#[resource(policy = public, tabel = "posts", index(titel), soft_delete, soft_delete)]
pub struct Post {
    #[field(lenght(max = 3))]
    pub title: String,
    #[field(length(max = 3))]
    pub views: i64,
    #[field(pattern = "[a-")]
    pub slug: String,
}

fn main() {}

//! The call is underlined.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: String,
    pub body: String,
}

fn main() {
    let _ = CreatePost::new("a");
}

//! `show` is Rails, `read` is ours.

use framewright::prelude::*;

#[resource(policy = public, only(list, raed))]
pub struct Post {
    pub title: String,
}

fn main() {}

//! Quoted options of other frameworks.

use framewright::prelude::*;

#[resource(policy = public, "soft_delete")]
pub struct Post {
    pub title: String,
}

fn main() {}

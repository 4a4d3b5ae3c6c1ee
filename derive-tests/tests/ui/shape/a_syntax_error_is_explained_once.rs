//! rustc explains the syntax; ours says why the names of `Post` are missing.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title String,
}

fn main() {}

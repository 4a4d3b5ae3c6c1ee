//! A column is null or not.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub note: Option<Option<String>>,
}

fn main() {}

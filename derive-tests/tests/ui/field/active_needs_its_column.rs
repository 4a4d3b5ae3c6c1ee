//! A field that is skipped holds nothing that a record could be switched off by.

use framewright::prelude::*;

#[resource(policy = public, active)]
pub struct Post {
    pub title: String,
    #[field(skip)]
    pub is_active: bool,
}

fn main() {}

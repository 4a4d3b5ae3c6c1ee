//! The function is at fault, not the macro.

use framewright::prelude::*;

fn short(_: &i64) -> std::result::Result<(), String> {
    Ok(())
}

#[resource(policy = public)]
pub struct Post {
    #[field(custom = short)]
    pub title: String,
}

fn main() {}

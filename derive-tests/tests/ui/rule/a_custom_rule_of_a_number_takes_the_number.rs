//! The function is at fault, not the macro.

use framewright::prelude::*;

fn even(_: &str) -> std::result::Result<(), String> {
    Ok(())
}

#[resource(policy = public)]
pub struct Post {
    #[field(custom = even)]
    pub count: i32,
}

fn main() {}

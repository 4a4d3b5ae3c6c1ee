//! The function is at fault, not the macro.

use framewright::prelude::*;

fn in_order(_: &Post) -> Result<()> {
    Ok(())
}

#[resource(policy = public, check = in_order)]
pub struct Post {
    pub starts: i32,
    pub ends: i32,
}

fn main() {}

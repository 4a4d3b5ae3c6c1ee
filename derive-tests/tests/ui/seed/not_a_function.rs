use framewright::prelude::*;

#[seed(order = "first")]
pub struct Roles;

fn main() {}

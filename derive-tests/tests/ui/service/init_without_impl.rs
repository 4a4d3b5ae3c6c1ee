use framewright::prelude::*;

#[service(init)]
pub struct Billing {}

fn main() {}

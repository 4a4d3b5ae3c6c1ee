use framewright::prelude::*;

#[service]
pub struct Billing {
    attempts: u32,
}

fn main() {}

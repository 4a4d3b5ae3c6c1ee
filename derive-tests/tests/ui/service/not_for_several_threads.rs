use framewright::prelude::*;
use std::cell::Cell;

#[service]
pub struct Billing {
    #[service(default)]
    attempts: Cell<u32>,
}

fn main() {}

use framewright::prelude::*;

#[service]
pub struct Billing {
    again: Inject<Billing>,
}

fn main() {}

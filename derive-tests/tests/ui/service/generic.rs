use framewright::prelude::*;

#[service]
pub struct Billing<T> {
    gateway: Inject<T>,
}

fn main() {}

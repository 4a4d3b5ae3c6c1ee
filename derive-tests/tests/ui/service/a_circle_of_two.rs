use framewright::prelude::*;

#[service]
pub struct Billing {
    invoices: Inject<Invoices>,
}

#[service]
pub struct Invoices {
    billing: Inject<Billing>,
}

fn main() {}

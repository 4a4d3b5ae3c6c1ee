use framewright::prelude::*;

pub trait Gateway: Send + Sync {}

#[service]
pub struct Billing {
    gateway: Inject<dyn Gateway>,
}

#[service]
pub struct Ledger {
    billing: Inject<Billing>,
}

#[service(provides = dyn Gateway)]
pub struct Stripe {
    ledger: Inject<Ledger>,
}
impl Gateway for Stripe {}

fn main() {}

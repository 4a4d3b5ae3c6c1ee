use framewright::prelude::*;

#[service]
pub enum Billing {
    Stripe,
}

fn main() {}

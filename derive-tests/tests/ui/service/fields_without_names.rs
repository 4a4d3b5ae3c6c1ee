use framewright::prelude::*;

#[service]
pub struct Clock {}

#[service]
pub struct Billing(Inject<Clock>);

fn main() {}

use framewright::prelude::*;

pub trait Gateway: Send + Sync {}

#[service]
pub struct Billing {
    gateway: Inject<dyn Gateway>,
}

fn main() {}

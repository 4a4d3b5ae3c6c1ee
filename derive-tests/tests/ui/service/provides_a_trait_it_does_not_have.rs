use framewright::prelude::*;

pub trait Gateway: Send + Sync {}

#[service(provides = dyn Gateway)]
pub struct Stripe {}

fn main() {}

use framewright::prelude::*;

pub trait Gateway: Send + Sync {}

#[service(provides = Gateway)]
pub struct Stripe {}
impl Gateway for Stripe {}

fn main() {}

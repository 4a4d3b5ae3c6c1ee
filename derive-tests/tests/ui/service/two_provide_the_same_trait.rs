use framewright::prelude::*;

pub trait Gateway: Send + Sync {}

#[service(provides = dyn Gateway)]
pub struct Stripe {}
impl Gateway for Stripe {}

#[service(provides = dyn Gateway)]
pub struct Adyen {}
impl Gateway for Adyen {}

fn main() {}

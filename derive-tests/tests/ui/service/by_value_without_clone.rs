use framewright::prelude::*;

#[service]
pub struct Mailer {}

#[service]
pub struct Billing {
    mailer: Mailer,
}

fn main() {}

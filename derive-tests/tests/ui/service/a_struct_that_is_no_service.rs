use framewright::prelude::*;

pub struct Mailer;

#[service]
pub struct Billing {
    mailer: Inject<Mailer>,
}

fn main() {}

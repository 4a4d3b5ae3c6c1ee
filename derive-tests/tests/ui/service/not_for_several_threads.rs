use framewright::prelude::*;
use std::rc::Rc;

#[service]
pub struct Billing {
    #[service(default)]
    attempts: Rc<u32>,
}

fn main() {}

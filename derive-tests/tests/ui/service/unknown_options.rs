use framewright::prelude::*;

#[service(provide = dyn Send, init, init)]
pub struct Billing {
    #[service(defualt)]
    attempts: u32,
}

fn main() {}

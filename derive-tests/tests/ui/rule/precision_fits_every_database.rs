//! Twenty-eight digits are exact on all three.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(precision(30, 2))]
    pub price: Decimal,
}

fn main() {}

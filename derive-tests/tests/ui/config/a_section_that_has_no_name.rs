use framewright::prelude::*;

#[config(section = "My Shop")]
pub struct ShopConfig {
    attempts: u32,
}

fn main() {}

use framewright::prelude::*;

#[config]
pub struct ShopConfig {
    #[setting(default = 3 + 4)]
    attempts: u32,
}

fn main() {}

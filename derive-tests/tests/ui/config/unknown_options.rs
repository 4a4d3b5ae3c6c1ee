use framewright::prelude::*;

#[config(sektion = "shop")]
pub struct ShopConfig {
    #[setting(defualt = 3, env = 4)]
    attempts: u32,
}

fn main() {}

use framewright::prelude::*;

pub struct Colour;

#[config]
pub struct ShopConfig {
    colour: Colour,
}

fn main() {}

//! `crate =` finds the framework under another name.

extern crate framewright as backend;

mod shop {
    use crate::backend::prelude::{DbEnum, resource};

    #[derive(DbEnum)]
    #[db_enum(crate = ::backend)]
    pub enum Size {
        Small,
    }

    #[resource(policy = public, crate = crate::backend)]
    pub struct Shirt {
        pub size: Size,
    }
}

fn main() {
    let _ = shop::CreateShirt::new(shop::Size::Small);
}

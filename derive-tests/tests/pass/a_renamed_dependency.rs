//! `crate =` finds the framework under another name.

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

pub fn main() {
    let _ = shop::CreateShirt::new(shop::Size::Small);
}

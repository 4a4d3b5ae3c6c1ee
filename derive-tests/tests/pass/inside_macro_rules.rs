//! Every fragment may come from a macro.

use framewright::prelude::*;

macro_rules! resources {
    ($($(#[$meta:meta])* $vis:vis $name:ident { $($field:ident: $ty:ty = $default:expr),* })*) => {$(
        $(#[$meta])*
        #[resource(policy = public)]
        $vis struct $name {
            $(#[field(default = $default)] pub $field: $ty,)*
        }
    )*};
}

resources! {
    /// A first.
    pub First { stars: i64 = 1 + 1, name: String = "x".to_owned() }
    Second { on: bool = true }
}

pub fn main() {
    let _ = (CreateFirst::new().stars(3), first::stars, CreateSecond::new().on);
}

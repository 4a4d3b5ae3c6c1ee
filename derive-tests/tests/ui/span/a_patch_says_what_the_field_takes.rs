//! The same for an update.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub stars: i32,
}

fn main() {
    let _ = UpdatePost::default().stars(true);
}

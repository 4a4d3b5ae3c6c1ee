//! The trait says which option is missing.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: String,
}

fn restore<T: framewright::record::SoftDelete>(_: T) {}

fn main() {
    restore(None::<Post>.unwrap());
}

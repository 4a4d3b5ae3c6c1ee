//! Rows never leave the process by accident.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: String,
}

fn send<T: serde::Serialize>(_: T) {}

fn main() {
    send(None::<Post>);
}

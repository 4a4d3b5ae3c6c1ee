//! One resource is one table, whatever `T` is.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Wrapper<T> {
    pub inner: T,
}

fn main() {}

//! A column holds the name alone.

use framewright::prelude::*;

#[derive(DbEnum)]
pub enum Status {
    Draft,
    Published(i64),
}

fn main() {}

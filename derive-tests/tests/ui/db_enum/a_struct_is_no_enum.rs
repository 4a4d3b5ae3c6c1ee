//! The way out is `Json`.

use framewright::prelude::*;

#[derive(DbEnum)]
pub struct Status {
    pub name: String,
}

fn main() {}

//! No record could have a value.

use framewright::prelude::*;

#[derive(DbEnum)]
pub enum Status {}

fn main() {}

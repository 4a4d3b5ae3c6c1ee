//! darling's suggestion in our words.

use framewright::prelude::*;

#[derive(DbEnum)]
pub enum Status {
    #[db_enum(nmae = "d")]
    Draft,
}

fn main() {}

//! Reading one back could give the other.

use framewright::prelude::*;

#[derive(DbEnum)]
pub enum Status {
    Draft,
    #[db_enum(name = "draft")]
    Unfinished,
}

fn main() {}

//! People first try it on the enum of a status.

use framewright::prelude::*;

#[resource(policy = public)]
pub enum Status {
    Draft,
    Published,
}

fn main() {}

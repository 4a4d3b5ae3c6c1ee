//! Nothing in an expansion relies on names of the prelude.

#![no_implicit_prelude]

use ::framewright::prelude::{DbEnum, Id, resource};
use ::std::option::Option;
use ::std::string::String;

#[derive(DbEnum)]
pub enum Status {
    Draft,
}

#[resource(policy = public, soft_delete, versioned, audit_columns, index(title))]
pub struct Post {
    #[field(
        length(min = 1, max = 3),
        pattern = "a",
        filter,
        unique(code = "a.b"),
        default = "x",
        example = "y"
    )]
    pub title: String,
    pub parent_id: Option<Id<Self>>,
    #[field(default = Status::Draft)]
    pub status: Status,
}

pub fn main() {}

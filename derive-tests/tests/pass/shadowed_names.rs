//! Types of the user's may be called anything.

pub struct Some;
pub struct None;
pub struct Ok;
pub struct Err;
pub struct Result;
pub struct Values;
pub struct Value;
pub struct Record;
pub struct Box;
pub struct Vec;
pub struct Default;
#[allow(non_camel_case_types)]
pub struct u16;
pub trait Into {}
pub trait From {}
pub const DESCRIPTOR: i32 = 7;
pub fn value() -> i32 {
    7
}

use framewright::prelude::{Id, resource};

#[resource(policy = public)]
pub struct Post {
    pub title: String,
    #[field(default = DESCRIPTOR)]
    pub stars: i32,
    #[field(default = value())]
    pub points: i32,
    pub author_id: std::option::Option<Id<Self>>,
}

pub struct Option;

pub fn main() {}

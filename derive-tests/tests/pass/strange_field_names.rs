//! Fields may be called what the expansion calls its own things.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub self_: String,
    pub r#type: String,
    pub value: String,
    pub values: i64,
    pub index: Option<i32>,
    pub record: Option<String>,
    #[field(default = 1)]
    pub update: i64,
    #[field(default = false)]
    pub new_: bool,
    pub f: f64,
    pub state: String,
}

#[resource(policy = public)]
pub struct Type {
    pub r#match: String,
}

pub fn main() {
    let _ = (post::r#type, r#type::r#match);
    assert_eq!(Post::DESCRIPTOR.fields[2].name, "type");
}

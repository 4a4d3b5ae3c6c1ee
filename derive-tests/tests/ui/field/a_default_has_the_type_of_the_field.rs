//! rustc's own error, on the value.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(default = "abc")]
    pub views: i64,
}

fn main() {}

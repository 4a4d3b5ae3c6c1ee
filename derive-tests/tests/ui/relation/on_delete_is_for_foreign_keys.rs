//! A title points nowhere.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    #[field(on_delete = cascade)]
    pub title: String,
}

fn main() {}

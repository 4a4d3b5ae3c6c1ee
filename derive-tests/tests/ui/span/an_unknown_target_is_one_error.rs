//! rustc's own error, once.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub author_id: Id<Auhtor>,
}

fn main() {}

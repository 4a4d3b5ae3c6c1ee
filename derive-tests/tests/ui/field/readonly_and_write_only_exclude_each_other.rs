//! Then nobody could use the field.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct User {
    #[field(readonly, write_only)]
    pub pin: Option<String>,
}

fn main() {}

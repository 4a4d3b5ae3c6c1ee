use framewright::factory::Factory;
use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: String,
}
impl Factory for Post {}

fn main() {}

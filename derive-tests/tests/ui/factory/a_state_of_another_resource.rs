use framewright::factory::Factory;
use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: String,
}
#[resource(policy = public)]
pub struct Tag {
    pub name: String,
}
impl Factory for Post {}
framewright::factories!(Post);

fn named(tag: CreateTag) -> CreateTag {
    tag
}

fn main() {
    let _ = Post::factory().state(named).make();
}

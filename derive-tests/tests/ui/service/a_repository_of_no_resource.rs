use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: String,
}

#[service]
pub struct Editor {
    posts: Inject<dyn Repository<Comment>>,
}

pub struct Comment;

fn main() {}

use framewright::factory::Factory;
use framewright::prelude::*;

#[resource(policy = public)]
pub struct Post {
    pub title: String,
}
impl Factory for Post {}
framewright::factories!(Post);
impl Post {
    fn shouted(post: CreatePost) -> CreatePost {
        CreatePost { title: post.title.to_uppercase() }
    }
}

fn main() {
    let _ = Post::factory().state(Post::shouted).make();
    let _ = Post::factory().state(Post::shuoted).make();
}

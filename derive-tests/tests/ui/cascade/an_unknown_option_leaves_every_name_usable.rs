//! One mistake, much use of the generated names: exactly one error.

use framewright::prelude::*;

#[resource(internal)]
pub struct User {
    pub name: String,
}

#[resource(policy = public, serach(title))]
pub struct Post {
    pub title: String,
    pub author_id: Option<Id<User>>,
}

fn main() {
    let create: CreatePost = CreatePost::new("Hello");
    let update = UpdatePost::default().title("x");
    let _ = (post::title, post::author, create.descriptor(), update.descriptor(), Post::DESCRIPTOR);
    let _: Option<<Post as Resource>::Key> = None;
    println!("{create:?} {update:?}");
}

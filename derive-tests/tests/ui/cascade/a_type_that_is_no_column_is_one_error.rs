//! The type system says it, once, although seven items need it.

use framewright::prelude::*;

#[derive(Clone)]
pub struct Cash;

#[resource(internal)]
pub struct User {
    pub name: String,
}

#[resource(policy = public)]
pub struct Post {
    pub title: String,
    pub author_id: Option<Id<User>>,
    #[field(default = Cash)]
    pub price: Cash,
}

fn main() {
    let create: CreatePost = CreatePost::new("Hello");
    let update = UpdatePost::default().title("x");
    let _ = (post::title, post::author, create.descriptor(), update.descriptor(), Post::DESCRIPTOR);
    let _: Option<<Post as Resource>::Key> = None;
    println!("{create:?} {update:?}");
}

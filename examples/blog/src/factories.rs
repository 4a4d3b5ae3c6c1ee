//! Records made up for tests and for development.

use crate::resources::{Category, Comment, CreatePost, CreateUser, Membership, Post, Status, Tag, User};
use framewright::testing::{Factory, Faker};

// ANCHOR: factories
// Every required field gets a value that fits its name, its type and its rules …
impl Factory for Category {}
impl Factory for Comment {}
impl Factory for Membership {}
impl Factory for Tag {}

// … and what should read better is written down. A foreign key is made before the record that holds it.
impl Factory for User {
    fn define(fake: &mut Faker) -> CreateUser {
        CreateUser::new(fake.email(), fake.name())
    }
}

impl Factory for Post {
    fn define(fake: &mut Faker) -> CreatePost {
        CreatePost::new(fake.title(), fake.slug(), fake.paragraph(), fake.id::<User>())
    }
}

impl Post {
    /// A state: `Post::factory().state(Post::public)`.
    pub fn public(post: CreatePost) -> CreatePost {
        post.status(Status::Published)
    }
}
// ANCHOR_END: factories

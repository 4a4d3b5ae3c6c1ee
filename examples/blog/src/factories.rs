//! Records made up, for the seeds and for the tests.

use crate::resources::{Category, Comment, CreatePost, CreateUser, Membership, Post, Status, Tag, User};
use framewright::factory::{Factory, Faker};

// ANCHOR: factories
// Every required field gets a value that fits its name, its type and its rules …
impl Factory for Category {}
impl Factory for Comment {}
impl Factory for Membership {}
impl Factory for Tag {}

// … and what should read better is written down. The user is made before the post, by the factory of users.
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

// A factory in the list is found by those whose records need one of its own.
framewright::factories!(Category, Comment, Membership, Post, Tag, User);

impl Post {
    /// A state: `Post::factory().state(Post::public)`.
    pub fn public(post: CreatePost) -> CreatePost {
        post.status(Status::Published)
    }
}
// ANCHOR_END: factories

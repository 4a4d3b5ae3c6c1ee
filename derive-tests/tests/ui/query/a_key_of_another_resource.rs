//! A post isn't found by the key of a user.

use framewright::prelude::*;

#[resource(policy = public, has_many(posts: Post))]
pub struct User {
    pub email: String,
}

#[resource(policy = public)]
pub struct Post {
    pub title: String,
    pub views: i64,
    pub hot: Option<bool>,
    pub author_id: Id<User>,
}

async fn find(cx: &Cx, id: Id<User>) -> Result<Post> {
    Post::find(cx, id).await
}

fn main() {}

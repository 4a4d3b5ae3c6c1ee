//! A query takes predicates over its own resource.

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

async fn list(cx: &Cx) -> Result<Vec<Post>> {
    Post::query().filter(user::email.eq("a")).all(cx).await
}

fn main() {}

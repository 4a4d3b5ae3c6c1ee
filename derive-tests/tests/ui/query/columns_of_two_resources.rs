//! A selection is of one resource.

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

async fn columns(cx: &Cx) -> Result<Vec<(String, String)>> {
    Post::query().select((post::title, user::email)).all(cx).await
}

fn main() {}

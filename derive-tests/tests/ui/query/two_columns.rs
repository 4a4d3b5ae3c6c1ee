//! A column is compared with a value, not with a column of another table.

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
    Post::query().filter(post::title.eq(user::email)).all(cx).await
}

fn main() {}

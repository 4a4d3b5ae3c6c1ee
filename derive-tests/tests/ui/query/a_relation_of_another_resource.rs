//! A query loads relations of its own resource.

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

async fn load(cx: &Cx) -> Result<()> {
    Post::query().with(user::posts).all(cx).await?;
    Ok(())
}

fn main() {}

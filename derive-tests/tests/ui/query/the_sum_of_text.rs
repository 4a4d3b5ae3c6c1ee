//! Text has no sum.

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

async fn sum(cx: &Cx) -> Result<()> {
    Post::query().aggregate(cx, post::title.sum()).await?;
    Ok(())
}

fn main() {}

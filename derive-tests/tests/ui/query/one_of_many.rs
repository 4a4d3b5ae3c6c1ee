//! A relation to many has no one record.

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
    let users = User::query().with(user::posts).all(cx).await?;
    users[0].one(user::posts)?;
    Ok(())
}

fn main() {}

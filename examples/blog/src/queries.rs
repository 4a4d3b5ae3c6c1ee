//! Typed queries: what custom code asks.

use crate::resources::{Category, Post, Status, User, comment, post, user};
use framewright::prelude::*;
use serde::Serialize;

// ANCHOR: latest
/// The newest posts that are published.
pub async fn latest(cx: &Cx, limit: u32) -> Result<Vec<Post>> {
    Post::query()
        .filter(post::status.eq(Status::Published))
        .sort(post::published_at.desc())
        .limit(limit)
        .all(cx)
        .await
}
// ANCHOR_END: latest

// ANCHOR: grouped
/// Posts that have a word in the title or stand in a category, of one author.
pub async fn about(cx: &Cx, author: Id<User>, word: &str, shelf: Id<Category>) -> Result<Vec<Post>> {
    Post::query()
        .filter(post::author_id.eq(author))
        .filter(post::title.contains(word) | post::category_id.eq(shelf))
        .sort(post::title.asc())
        .all(cx)
        .await
}
// ANCHOR_END: grouped

// ANCHOR: related
/// People whose posts have a comment with five stars: a predicate over two relations.
pub async fn loved(cx: &Cx) -> Result<Vec<User>> {
    User::query()
        .filter(user::posts.any(post::comments.any(comment::stars.eq(5))))
        .sort(user::name.asc())
        .all(cx)
        .await
}
// ANCHOR_END: related

// ANCHOR: aggregate
/// How many posts there are of each status.
#[derive(Debug, PartialEq, Serialize)]
pub struct PerStatus {
    /// the status
    pub status: Status,
    /// how many
    pub posts: i64,
}

/// Posts per status.
pub async fn per_status(cx: &Cx) -> Result<Vec<PerStatus>> {
    let groups = Post::query().group_by(post::status).aggregate(post::id.count()).all(cx).await?;
    Ok(groups.into_iter().map(|(status, posts)| PerStatus { status, posts }).collect())
}
// ANCHOR_END: aggregate

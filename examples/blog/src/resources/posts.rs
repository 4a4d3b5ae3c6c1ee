//! Posts.

use super::{Category, Comment, PostTag, Tag, User};
use framewright::prelude::*;

// ANCHOR: status
/// Where a post is on its way.
#[derive(DbEnum)]
pub enum Status {
    /// being written
    Draft,
    /// to be read
    Published,
}
// ANCHOR_END: status

// ANCHOR: post
/// A blog post.
#[resource(
    policy = public,
    soft_delete,
    versioned,
    has_many(comments: Comment),
    many_to_many(tags: Tag through PostTag),
    unique(author_id, slug),
    index(status, published_at),
)]
pub struct Post {
    /// The headline.
    #[field(length(min = 3, max = 120), filter, sort, example = "Hello, world")]
    pub title: String,
    /// The last part of its address, unique per author.
    #[field(
        length(min = 1, max = 80),
        pattern = "^[a-z0-9]+(-[a-z0-9]+)*$",
        filter,
        example = "hello-world"
    )]
    pub slug: String,
    /// What there is to read.
    #[field(text)]
    pub body: String,
    /// Who wrote it.
    #[field(filter, on_delete = cascade)]
    pub author_id: Id<User>,
    /// The shelf on which it stands.
    #[field(filter, on_delete = set_null)]
    pub category_id: Option<Id<Category>>,
    /// Where it is on its way.
    #[field(filter, default = Status::Draft)]
    pub status: Status,
    /// How often it was read.
    #[field(readonly, sort, default = 0)]
    pub views: i64,
    /// How good the readers find it, from 0 to 1.
    #[field(readonly, sort)]
    pub score: Option<f64>,
    /// When it was published.
    #[field(readonly, filter, sort)]
    pub published_at: Option<Timestamp>,
}
// ANCHOR_END: post

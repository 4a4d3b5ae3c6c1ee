//! Tags, and the table that ties them to posts.

use super::Post;
use framewright::prelude::*;

// ANCHOR: tag
/// A word that posts have in common.
#[resource(policy = public, many_to_many(posts: Post through PostTag))]
pub struct Tag {
    /// The word, in lower case.
    #[field(length(min = 1, max = 40), pattern = "^[a-z0-9-]+$", unique, filter, sort, example = "rust")]
    pub name: String,
}

/// A post has a tag. A resource like any other, without routes of its own.
#[resource(internal, unique(post_id, tag_id))]
pub struct PostTag {
    /// The post.
    #[field(on_delete = cascade)]
    pub post_id: Id<Post>,
    /// The tag.
    #[field(on_delete = cascade)]
    pub tag_id: Id<Tag>,
}
// ANCHOR_END: tag

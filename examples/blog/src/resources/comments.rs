//! Comments.

use super::{Post, User};
use framewright::prelude::*;

// ANCHOR: comment
/// What somebody says about a post.
#[resource(policy = public, soft_delete, audit_columns, page(default = 50, max = 200), index(post_id, created_at))]
pub struct Comment {
    /// The post.
    #[field(filter, on_delete = cascade)]
    pub post_id: Id<Post>,
    /// Who says it; `include=writer` brings the person along.
    #[field(filter, relation = writer, on_delete = set_null)]
    pub user_id: Option<Id<User>>,
    /// The words.
    #[field(text, length(min = 1, max = 5000), custom = no_shouting)]
    pub body: String,
    /// From one to five.
    #[field(range(min = 1, max = 5), filter, sort)]
    pub stars: Option<i16>,
}

/// A rule of our own: it is checked wherever a comment is written, and its words are the answer.
fn no_shouting(text: &str) -> Result<(), &'static str> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    if letters > 10 && capitals * 2 > letters { Err("please do not shout") } else { Ok(()) }
}
// ANCHOR_END: comment

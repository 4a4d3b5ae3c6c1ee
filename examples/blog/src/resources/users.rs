//! The people who write and comment.

use super::{Comment, Membership, Post};
use framewright::prelude::*;
use serde::{Deserialize, Serialize};

/// How somebody wants the blog to look: any type that serde knows can be a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// the colours
    pub theme: String,
    /// how many posts a page has
    pub per_page: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self { theme: "light".to_owned(), per_page: 20 }
    }
}

// ANCHOR: user
/// A person who writes or comments.
#[resource(
    policy = public,
    has_many(posts: Post),
    has_many(comments: Comment),
    has_one(membership: Membership),
)]
pub struct User {
    /// Where mail goes; no two people share one.
    #[field(
        email,
        length(max = 254),
        unique(code = "user.email_taken"),
        filter,
        example = "ann@example.org"
    )]
    pub email: String,
    /// The name that others see.
    #[field(length(min = 2, max = 60), not_blank, filter, sort, example = "Ann")]
    pub name: String,
    /// A few words about them.
    #[field(text, length(max = 2000))]
    pub bio: Option<String>,
    /// Their page elsewhere.
    #[field(url)]
    pub homepage: Option<String>,
    /// A small picture.
    #[field(length(max = 65_536))]
    pub avatar: Option<Vec<u8>>,
    /// How the blog looks to them.
    #[field(default = Json(Settings::default()))]
    pub settings: Json<Settings>,
    /// Whether they may come in.
    #[field(filter, default = true)]
    pub active: bool,
}
// ANCHOR_END: user

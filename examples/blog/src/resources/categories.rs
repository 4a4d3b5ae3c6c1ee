//! Categories: a tree, so a resource that points to itself.

use super::Post;
use framewright::prelude::*;

// ANCHOR: category
/// A shelf for posts; shelves stand in shelves.
#[resource(
    policy = public,
    table = "blog_categories",
    path = "categories",
    has_many(children: Category by parent_id),
    has_many(posts: Post),
    unique(parent_id, name),
)]
pub struct Category {
    /// What it is called, unique among its siblings.
    #[field(length(min = 1, max = 60), filter, sort)]
    pub name: String,
    /// The shelf in which it stands.
    #[field(filter, on_delete = restrict)]
    pub parent_id: Option<Id<Category>>,
    /// Its place among its siblings.
    #[field(sort, default = 0)]
    pub position: i32,
}
// ANCHOR_END: category

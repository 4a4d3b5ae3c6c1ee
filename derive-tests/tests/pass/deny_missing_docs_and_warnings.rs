//! Generated items are documented and used, or say why not.

#![deny(missing_docs, warnings, unused, clippy::pedantic, missing_debug_implementations)]

use framewright::prelude::*;

/// Where it is.
#[derive(DbEnum)]
pub enum Status {
    /// not yet
    Draft,
}

/// A post.
#[resource(policy = public, soft_delete, versioned, audit_columns, has_many(replies: Post))]
pub struct Post {
    /// The title.
    #[field(filter, sort, length(max = 3))]
    pub title: String,
    /// The one before.
    pub parent_id: Option<Id<Self>>,
    /// Where it is.
    #[field(default = Status::Draft)]
    pub status: Status,
    /// Not public.
    inner: Option<String>,
}

mod private {
    use framewright::prelude::*;
    #[resource(internal)]
    pub(super) struct Hidden {
        pub(super) name: String,
    }
}

/// Runs it.
pub fn main() {
    let _ = private::CreateHidden::new("x").name;
}

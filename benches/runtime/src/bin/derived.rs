//! The derived side: the same table as the hand-written servers use, and nothing else.

use framewright::prelude::*;

/// Where a post is on its way.
#[derive(DbEnum)]
pub enum Status {
    /// being written
    Draft,
    /// to be read
    Published,
}

/// Who writes.
#[resource(policy = public)]
pub struct Author {
    /// The name.
    #[field(length(max = 80))]
    pub name: String,
}

/// A post.
#[resource(policy = public, index(created_at, id))]
pub struct Post {
    /// The headline.
    #[field(length(min = 3, max = 120), filter, sort)]
    pub title: String,
    /// What there is to read.
    #[field(text, filter)]
    pub body: String,
    /// Who wrote it.
    #[field(filter)]
    pub author_id: Id<Author>,
    /// Where it is on its way.
    #[field(filter, default = Status::Draft)]
    pub status: Status,
    /// How often it was read.
    #[field(default = 0)]
    pub views: i64,
    /// When it was published.
    #[field(sort)]
    pub published_at: Option<Timestamp>,
}

fn main() -> std::process::ExitCode {
    framewright::App::new().run()
}

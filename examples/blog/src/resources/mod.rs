//! The resources, one file each. A new one is a file and its line here.

pub mod category;
pub mod comment;
pub mod membership;
pub mod post;
pub mod tag;
pub mod user;

pub use category::Category;
pub use comment::Comment;
pub use membership::{Level, Membership};
pub use post::{Post, Status};
pub use tag::{PostTag, Tag};
pub use user::{Settings, User};

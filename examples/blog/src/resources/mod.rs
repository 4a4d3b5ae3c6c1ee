//! The resources, one file each. A new one is a file and its two lines here.

mod categories;
mod comments;
mod memberships;
mod posts;
mod tags;
mod users;

pub use categories::*;
pub use comments::*;
pub use memberships::*;
pub use posts::*;
pub use tags::*;
pub use users::*;

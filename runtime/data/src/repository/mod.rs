//! The typed side of writes: `CreatePost::new("x").save(cx)`, `post.patch().title("y").save(cx)`, `post.delete(cx)`,
//! and a repository per resource that use cases can be tested with, without a database.
//!
//! Thin shells over [`write`](crate::write): the types end here, every rule is held there.

mod changes;
mod contract;
mod create;
mod link;
mod memory;
mod record;
mod truth;

pub use changes::{Change, Changes};
pub use contract::{DatabaseRepository, Repository};
pub use create::{Save, UniqueKey};
pub use link::{Link, Synced};
pub use memory::MemoryRepository;
pub use record::{AddsTo, RestoreRecord, WriteRecord};

use crate::typed::drifted;
use framewright_core::{Resource, Result, Values};

/// The record of its values.
fn built<R: Resource>(mut values: Values) -> Result<R> {
    R::build(&mut values).map_err(|_| drifted(R::DESCRIPTOR))
}

//! A repository per resource: what use cases ask for when they do not want to know of a database.

use super::built;
use super::create::Save;
use crate::typed::Find;
use crate::write::{self, Expected};
use framewright_core::{Column, Cx, Record, Resource, Result};
use futures_util::future::BoxFuture;
use std::marker::PhantomData;

/// The records of a resource, wherever they are: [`DatabaseRepository`] in the application,
/// [`MemoryRepository`](super::MemoryRepository) in the tests of its use cases. Both hold the same rules.
///
/// ```ignore
/// struct Publish { posts: Arc<dyn Repository<Post>> }
/// self.posts.update(cx, id, UpdatePost::default().title("x"), Expected::Version(post.version)).await?;
/// ```
pub trait Repository<R: Resource>: Send + Sync {
    /// Creates a record.
    fn create<'a>(&'a self, cx: &'a Cx, body: R::Create) -> BoxFuture<'a, Result<R>>;
    /// The record with this key; `post.not_found` when there is none.
    fn find<'a>(&'a self, cx: &'a Cx, key: R::Key) -> BoxFuture<'a, Result<R>>;
    /// A page of the records in the order of their keys, from 1, and how many there are on all pages.
    fn list<'a>(&'a self, cx: &'a Cx, page: u32, per_page: u16) -> BoxFuture<'a, Result<(Vec<R>, u64)>>;
    /// Changes a record; 412 `conflict.version` when it has another version than the one that is expected.
    fn update<'a>(
        &'a self,
        cx: &'a Cx,
        key: R::Key,
        changes: R::Update,
        expected: Expected,
    ) -> BoxFuture<'a, Result<R>>;
    /// Deletes a record of the expected version; with `soft_delete` it is marked.
    fn delete<'a>(&'a self, cx: &'a Cx, key: R::Key, expected: Expected) -> BoxFuture<'a, Result<()>>;
}

/// The records in the database of `cx`.
pub struct DatabaseRepository<R>(PhantomData<fn() -> R>);

impl<R> DatabaseRepository<R> {
    /// The repository; it holds nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}
impl<R> Default for DatabaseRepository<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R: Resource> Repository<R> for DatabaseRepository<R> {
    fn create<'a>(&'a self, cx: &'a Cx, body: R::Create) -> BoxFuture<'a, Result<R>> {
        Box::pin(body.save(cx))
    }
    fn find<'a>(&'a self, cx: &'a Cx, key: R::Key) -> BoxFuture<'a, Result<R>> {
        Box::pin(<R as Find>::find(cx, key))
    }
    fn list<'a>(&'a self, cx: &'a Cx, page: u32, per_page: u16) -> BoxFuture<'a, Result<(Vec<R>, u64)>> {
        Box::pin(async move {
            let found = R::query().page_number(cx, page.max(1), per_page).await?;
            Ok((found.items, found.total))
        })
    }
    fn update<'a>(
        &'a self,
        cx: &'a Cx,
        key: R::Key,
        changes: R::Update,
        expected: Expected,
    ) -> BoxFuture<'a, Result<R>> {
        let (key, values) = (key.value(), changes.values());
        Box::pin(async move { built(write::update(cx, R::DESCRIPTOR, key, values, expected).await?) })
    }
    fn delete<'a>(&'a self, cx: &'a Cx, key: R::Key, expected: Expected) -> BoxFuture<'a, Result<()>> {
        Box::pin(write::delete(cx, R::DESCRIPTOR, key.value(), expected))
    }
}

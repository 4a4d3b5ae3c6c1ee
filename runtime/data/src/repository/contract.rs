//! A repository per resource: what use cases ask for when they do not want to know of a database.

use super::built;
use super::changes::Changes;
use super::create::Save;
use crate::typed::{Find, Query};
use crate::write::{self, Expected};
use framewright_core::{Column, Cx, Record, Resource, Result};
use futures_util::future::BoxFuture;
use std::marker::PhantomData;

/// The records of a resource, wherever they are: [`DatabaseRepository`] in the application,
/// [`MemoryRepository`](super::MemoryRepository) in the tests of its use cases. Both hold the same rules.
///
/// Every resource has one that can be injected; a test puts another in its place.
///
/// ```ignore
/// #[service]
/// struct Editor { posts: Inject<dyn Repository<Post>> }
///
/// self.posts.update(cx, id, UpdatePost::default().title("x"), Expected::Version(post.version)).await?;
/// ```
pub trait Repository<R: Resource>: Send + Sync {
    /// Creates a record.
    fn create<'a>(&'a self, cx: &'a Cx, body: R::Create) -> BoxFuture<'a, Result<R>>;
    /// The record with this key; `post.not_found` when there is none.
    fn find<'a>(&'a self, cx: &'a Cx, key: R::Key) -> BoxFuture<'a, Result<R>>;
    /// The records of a query, in its order.
    fn all<'a>(&'a self, cx: &'a Cx, query: Query<R>) -> BoxFuture<'a, Result<Vec<R>>>;
    /// The first record of a query, if there is one.
    fn first<'a>(&'a self, cx: &'a Cx, query: Query<R>) -> BoxFuture<'a, Result<Option<R>>> {
        Box::pin(async move { Ok(self.all(cx, query.limit(1)).await?.into_iter().next()) })
    }
    /// How many records a query has, whatever its limit.
    fn count<'a>(&'a self, cx: &'a Cx, query: Query<R>) -> BoxFuture<'a, Result<u64>>;
    /// A page of the records in the order of their keys, from 1, and how many there are on all pages.
    fn list<'a>(&'a self, cx: &'a Cx, page: u32, per_page: u16) -> BoxFuture<'a, Result<(Vec<R>, u64)>>;
    /// Saves what `record.patch()` began: only what differs, and a `versioned` record has to be the one that was read.
    fn save<'a>(&'a self, cx: &'a Cx, changes: R::Update) -> BoxFuture<'a, Result<R>>;
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
    fn all<'a>(&'a self, cx: &'a Cx, query: Query<R>) -> BoxFuture<'a, Result<Vec<R>>> {
        Box::pin(query.all(cx))
    }
    fn count<'a>(&'a self, cx: &'a Cx, query: Query<R>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(query.count(cx))
    }
    fn list<'a>(&'a self, cx: &'a Cx, page: u32, per_page: u16) -> BoxFuture<'a, Result<(Vec<R>, u64)>> {
        Box::pin(async move {
            let found = R::query().page_number(cx, page.max(1), per_page).await?;
            Ok((found.items, found.total))
        })
    }
    fn save<'a>(&'a self, cx: &'a Cx, changes: R::Update) -> BoxFuture<'a, Result<R>> {
        Box::pin(Changes::save(changes, cx))
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

//! Records with their relations: what `.with(post::author)` asks for, and what comes of it.

use super::typed::{Many, One, Rel};
use crate::column::Mismatch;
use crate::descriptor::RelationDescriptor;
use crate::error::{Error, Result};
use crate::record::{Resource, Values};
use std::any::Any;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// What was loaded along with a record: per relation a `Vec<Loaded<S>>`, shared by all the records that it belongs to.
pub type Related = Vec<(&'static RelationDescriptor, Arc<dyn Any + Send + Sync>)>;

/// A relation to load, without its types; the store walks these.
#[derive(Clone)]
pub struct LoadNode {
    /// the relation
    pub relation: &'static RelationDescriptor,
    /// relations of the other side
    pub nested: Vec<LoadNode>,
    /// the records of the other side → a `Vec<Loaded<S>>`
    pub build: fn(Vec<(Values, Related)>) -> Result<Arc<dyn Any + Send + Sync>, Mismatch>,
}

/// What to load along with records of `R`: a relation, and relations of its other side.
#[must_use]
pub struct Load<R> {
    node: LoadNode,
    of: PhantomData<fn() -> R>,
}

impl<R> Load<R> {
    pub(super) fn nested<S: Resource, M>(rel: Rel<R, S, M>, load: Load<S>) -> Self {
        let mut here = rel.load();
        here.node.nested.push(load.node);
        here
    }

    /// Without its type.
    #[must_use]
    pub fn into_node(self) -> LoadNode {
        self.node
    }
}

/// What `with` takes: a relation of the resource, or one with relations of its other side.
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't a relation of `{R}`",
    label = "not a relation of `{R}`",
    note = "load a relation of `{R}`, or one of the other side inside of it: `.with(post::comments.with(comment::author))`"
)]
pub trait Loads<R> {
    /// The load.
    fn load(self) -> Load<R>;
}

impl<R> Loads<R> for Load<R> {
    fn load(self) -> Self {
        self
    }
}

impl<R, S: Resource, M> Loads<R> for Rel<R, S, M> {
    fn load(self) -> Load<R> {
        let build = |rows: Vec<(Values, Related)>| {
            let all = rows
                .into_iter()
                .map(|(mut values, related)| Ok(Loaded { record: S::build(&mut values)?, related }));
            let all: Vec<Loaded<S>> = all.collect::<Result<_, Mismatch>>()?;
            Ok(Arc::new(all) as Arc<dyn Any + Send + Sync>)
        };
        Load { node: LoadNode { relation: self.descriptor(), nested: Vec::new(), build }, of: PhantomData }
    }
}

impl LoadNode {
    /// Adds a relation to those that are loaded; one that is there already gets what is nested in the new one.
    pub fn merge(all: &mut Vec<Self>, new: Self) {
        match all.iter_mut().find(|n| std::ptr::eq(n.relation, new.relation)) {
            Some(same) => new.nested.into_iter().for_each(|n| Self::merge(&mut same.nested, n)),
            None => all.push(new),
        }
    }
}

/// A record with the relations that were loaded along; it dereferences to the record.
///
/// ```ignore
/// let posts = Post::query().with(post::author).with(post::comments.with(comment::author)).all(cx).await?;
/// let name = &posts[0].one(post::author)?.map(|author| author.name.clone());
/// ```
#[derive(Clone)]
pub struct Loaded<R> {
    record: R,
    related: Related,
}

impl<R> Loaded<R> {
    /// A record and what was loaded along.
    #[must_use]
    pub fn new(record: R, related: Related) -> Self {
        Self { record, related }
    }

    /// The record alone.
    #[must_use]
    pub fn into_record(self) -> R {
        self.record
    }

    /// The related records.
    ///
    /// # Errors
    /// When the relation was not loaded: `.with(…)` is missing.
    pub fn many<S: Resource>(&self, rel: Rel<R, S, Many>) -> Result<&[Loaded<S>]> {
        self.related(rel)
    }

    /// The related record, if there is one.
    ///
    /// # Errors
    /// When the relation was not loaded: `.with(…)` is missing.
    pub fn one<S: Resource>(&self, rel: Rel<R, S, One>) -> Result<Option<&Loaded<S>>> {
        self.related(rel).map(<[_]>::first)
    }

    fn related<S: Resource, M>(&self, rel: Rel<R, S, M>) -> Result<&[Loaded<S>]> {
        let relation = rel.descriptor();
        let found = self.related.iter().find(|(r, _)| std::ptr::eq(*r, relation));
        let found = found.and_then(|(_, all)| all.downcast_ref::<Vec<Loaded<S>>>());
        found.map(Vec::as_slice).ok_or_else(|| {
            Error::internal(format!(
                "the relation `{0}` was not loaded: add `.with(…::{0})` to the query",
                relation.name
            ))
        })
    }
}

impl<R> Deref for Loaded<R> {
    type Target = R;
    fn deref(&self) -> &R {
        &self.record
    }
}

impl<R: std::fmt::Debug> std::fmt::Debug for Loaded<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.record.fmt(f)
    }
}

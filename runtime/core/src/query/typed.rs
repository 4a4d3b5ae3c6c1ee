//! Typed handles on columns and relations: what `post::title` and `post::comments` are. Thin shells over the
//! query tree; they hold an index and know two types.

use crate::descriptor::RelationDescriptor;
use std::marker::PhantomData;

/// A column of the resource `R` with values of type `T`.
pub struct Col<R, T> {
    index: u16,
    of: PhantomData<fn() -> (R, T)>,
}

impl<R, T> Col<R, T> {
    /// The column with this index; only expansions call it.
    #[must_use]
    pub const fn new(index: u16) -> Self {
        Self { index, of: PhantomData }
    }
    /// The index of the field.
    #[must_use]
    pub const fn index(&self) -> u16 {
        self.index
    }
}

/// A relation from `R` to `S`; `M` is [`One`] or [`Many`].
pub struct Rel<R, S, M> {
    relation: &'static RelationDescriptor,
    of: PhantomData<fn() -> (R, S, M)>,
}

/// At most one record on the other side.
pub struct One;
/// Any number of records on the other side.
pub struct Many;

impl<R, S, M> Rel<R, S, M> {
    /// The relation; only expansions call it.
    #[must_use]
    pub const fn new(relation: &'static RelationDescriptor) -> Self {
        Self { relation, of: PhantomData }
    }
    /// Its descriptor.
    #[must_use]
    pub const fn descriptor(&self) -> &'static RelationDescriptor {
        self.relation
    }
}

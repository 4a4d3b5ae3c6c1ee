//! Writes that begin with a record or with its type.

use super::built;
use super::changes::version;
use super::link::Link;
use crate::write::{self, Expected};
use framewright_core::query::typed::{Col, Many, Rel};
use framewright_core::record::SoftDelete;
use framewright_core::{Column, Cx, Decimal, Money, Resource, Result, Update};
use std::future::Future;

/// A number that can be added to a column of type `T`: a `T`, or the inner type of an `Option`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be added to a column of type `{T}`",
    label = "not a number of this column's type"
)]
pub trait AddsTo<T>: Column {
    /// The number with the other sign; the least integer has none.
    #[must_use]
    fn negative(self) -> Option<Self>;
}
macro_rules! numbers {
    ($($t:ty: $v:ident => $negative:expr;)*) => {$(
        impl AddsTo<$t> for $t {
            fn negative(self) -> Option<Self> {
                let $v = self;
                $negative
            }
        }
        impl AddsTo<Option<$t>> for $t {
            fn negative(self) -> Option<Self> {
                AddsTo::<$t>::negative(self)
            }
        }
    )*};
}
numbers! {
    i16: v => v.checked_neg();
    i32: v => v.checked_neg();
    i64: v => v.checked_neg();
    f64: v => Some(-v);
    Decimal: v => Some(-v);
}
impl<C: framewright_core::types::Currency> AddsTo<Self> for Money<C> {
    fn negative(self) -> Option<Self> {
        self.minor().checked_neg().map(Self::from_minor)
    }
}
impl<C: framewright_core::types::Currency> AddsTo<Option<Self>> for Money<C> {
    fn negative(self) -> Option<Self> {
        AddsTo::<Self>::negative(self)
    }
}

/// What can be done with a record, and with the records of a resource.
pub trait WriteRecord: Resource {
    /// Changes of this record: set fields, then `save(cx)`.
    fn patch(self) -> Self::Update {
        Self::Update::default().bind(self)
    }

    /// Deletes this record; with `soft_delete` it is marked and can be restored. A `versioned` record has to be the one
    /// that was read.
    ///
    /// # Errors
    /// 404, 412 `conflict.version`, 409 `conflict.reference`.
    fn delete(self, cx: &Cx) -> impl Future<Output = Result<()>> + Send {
        let (key, expected) = (self.key().value(), version(&self));
        async move { write::delete(cx, Self::DESCRIPTOR, key, expected).await }
    }

    /// Deletes this record for good, soft delete or not, whatever its version.
    ///
    /// # Errors
    /// 404, 409 `conflict.reference`.
    fn force_delete(self, cx: &Cx) -> impl Future<Output = Result<()>> + Send {
        let key = self.key().value();
        async move { write::force_delete(cx, Self::DESCRIPTOR, key, Expected::Any).await }
    }

    /// Adds to a number of this record, in the statement itself: parallel additions all count. Answers with the record
    /// after that; null counts as zero.
    ///
    /// # Errors
    /// 404, and 422 `validation` when the sum is out of the bounds of the type or of `range`.
    fn increment<T, N: AddsTo<T>>(
        &self,
        cx: &Cx,
        column: Col<Self, T>,
        by: N,
    ) -> impl Future<Output = Result<Self>> + Send {
        let (key, by) = (self.key().value(), by.value());
        let index = column.index();
        async move { built(write::increment(cx, Self::DESCRIPTOR, key, index, by).await?) }
    }

    /// Takes from a number of this record, as [`WriteRecord::increment`] adds.
    ///
    /// # Errors
    /// Those of [`WriteRecord::increment`].
    fn decrement<T, N: AddsTo<T>>(
        &self,
        cx: &Cx,
        column: Col<Self, T>,
        by: N,
    ) -> impl Future<Output = Result<Self>> + Send {
        let by = by.negative();
        let (key, index) = (self.key().value(), column.index());
        async move {
            let by = by.ok_or_else(|| write::unfitting(Self::DESCRIPTOR.field(index)))?;
            built(write::increment(cx, Self::DESCRIPTOR, key, index, by.value()).await?)
        }
    }

    /// The many-to-many relation of this record, to attach, detach and sync.
    fn link<S: Resource>(&self, relation: Rel<Self, S, Many>) -> Link<S> {
        Link::new(Self::DESCRIPTOR, self.key().value(), relation.descriptor())
    }

    /// Changes the record with this key, whatever its version, without reading it first.
    ///
    /// # Errors
    /// 404, 422 `validation`, 409 for a unique key or a reference.
    fn update_by_key(
        cx: &Cx,
        key: Self::Key,
        changes: Self::Update,
    ) -> impl Future<Output = Result<Self>> + Send {
        use framewright_core::Record;
        let (key, values) = (key.value(), changes.values());
        async move { built(write::update(cx, Self::DESCRIPTOR, key, values, Expected::Any).await?) }
    }

    /// Deletes the record with this key, whatever its version, without reading it first.
    ///
    /// # Errors
    /// 404, 409 `conflict.reference`.
    fn delete_by_key(cx: &Cx, key: Self::Key) -> impl Future<Output = Result<()>> + Send {
        let key = key.value();
        async move { write::delete(cx, Self::DESCRIPTOR, key, Expected::Any).await }
    }

    /// Creates records in one transaction, all or nothing, a thousand per statement; answers with them in the same order.
    ///
    /// # Errors
    /// 422 `validation` with every failing field of every record, 409 for a unique key or a reference.
    fn create_many(
        cx: &Cx,
        records: impl IntoIterator<Item = Self::Create>,
    ) -> impl Future<Output = Result<Vec<Self>>> + Send {
        use framewright_core::Record;
        let records = records.into_iter().map(|r| r.values()).collect();
        async move {
            let created = write::create_many(cx, Self::DESCRIPTOR, records).await?;
            created.into_iter().map(built).collect()
        }
    }
}
impl<R: Resource> WriteRecord for R {}

/// Bringing back what was soft-deleted.
pub trait RestoreRecord: SoftDelete {
    /// Brings the record with this key back.
    ///
    /// # Errors
    /// 404, and 409 `conflict.not_deleted` when it lives.
    fn restore(cx: &Cx, key: Self::Key) -> impl Future<Output = Result<Self>> + Send {
        let key = key.value();
        async move { built(write::restore(cx, Self::DESCRIPTOR, key, Expected::Any).await?) }
    }
}
impl<R: SoftDelete> RestoreRecord for R {}

impl<R: Resource> crate::typed::Query<R> {
    /// Deletes every record of the query and says how many they were. With `soft_delete` they are marked, unless the
    /// query is [`with_deleted`](Self::with_deleted) or [`only_deleted`](Self::only_deleted): then they are gone.
    ///
    /// # Errors
    /// 409 `conflict.reference`, and an internal error when the query has a limit, which no database applies alike.
    pub async fn delete_where(self, cx: &Cx) -> Result<u64> {
        let (filter, deleted) = self.whole()?;
        write::delete_where(cx, R::DESCRIPTOR, filter.as_ref(), deleted).await
    }

    /// Changes every record of the query and says how many they were: living ones, unless the query is
    /// [`with_deleted`](Self::with_deleted) or [`only_deleted`](Self::only_deleted).
    ///
    /// # Errors
    /// 422 `validation`, 409, and an internal error when the query has a limit.
    pub async fn update_where(self, cx: &Cx, changes: R::Update) -> Result<u64> {
        use framewright_core::Record;
        let values = changes.values();
        let (filter, deleted) = self.whole()?;
        write::update_where(cx, R::DESCRIPTOR, filter.as_ref(), deleted, values).await
    }
}

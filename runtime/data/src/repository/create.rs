//! Saving new records.

use super::built;
use crate::write;
use framewright_core::query::typed::Col;
use framewright_core::{Create, Cx, Resource, Result};
use std::future::Future;

/// A unique key of `R`, by its columns: `user::email`, or `(member::team_id, member::user_id)`.
pub trait UniqueKey<R> {
    /// The fields.
    fn fields(&self) -> Vec<u16>;
}
impl<R, T> UniqueKey<R> for Col<R, T> {
    fn fields(&self) -> Vec<u16> {
        vec![self.index()]
    }
}
macro_rules! tuples {
    ($($t:ident $n:tt),*) => {
        impl<R, $($t),*> UniqueKey<R> for ($(Col<R, $t>,)*) {
            fn fields(&self) -> Vec<u16> {
                vec![$(self.$n.index()),*]
            }
        }
    };
}
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);

/// Saving a new record.
pub trait Save: Create {
    /// Creates the record.
    ///
    /// # Errors
    /// 422 `validation` with every failing field, 409 for a unique key or a reference.
    fn save(self, cx: &Cx) -> impl Future<Output = Result<Self::Resource>> + Send {
        let values = self.values();
        async move { built(write::create(cx, Self::Resource::DESCRIPTOR, values).await?) }
    }

    /// The record that has this unique key already, or else a new one: one record, however many ask at once.
    ///
    /// # Errors
    /// Those of [`Save::save`], for other keys than this one.
    fn first_or_create(
        self,
        cx: &Cx,
        by: impl UniqueKey<Self::Resource> + Send,
    ) -> impl Future<Output = Result<Self::Resource>> + Send {
        let (values, by) = (self.values(), by.fields());
        async move { built(write::first_or_create(cx, Self::Resource::DESCRIPTOR, values, &by).await?.0) }
    }

    /// Creates the record, or gives what is set here to the one that has this unique key already: one record, however
    /// many ask at once.
    ///
    /// # Errors
    /// Those of [`Save::save`], for other keys than this one.
    fn update_or_create(
        self,
        cx: &Cx,
        by: impl UniqueKey<Self::Resource> + Send,
    ) -> impl Future<Output = Result<Self::Resource>> + Send {
        let (values, by) = (self.values(), by.fields());
        async move { built(write::update_or_create(cx, Self::Resource::DESCRIPTOR, values, &by).await?) }
    }
}
impl<C: Create> Save for C {}

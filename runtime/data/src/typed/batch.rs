//! Large results in bounded memory: batches by key, each a statement of its own, so that nothing is held open.

use super::Shape;
use super::query::Query;
use crate::scope::CxData;
use crate::select::Slice;
use framewright_core::{Cx, Error, Resource, Result, Value};
use futures_util::Stream;
use futures_util::stream::{self, TryStreamExt as _};

impl<R: Resource, O: Shape<R>> Query<R, O> {
    /// Hands all records over in batches of `size`, in the order of the query; an error of `each` ends it.
    ///
    /// Every batch is a statement of its own: a record that is inserted behind the current one is met, one that is
    /// deleted is not. Inside `cx.transaction(…)` all batches see what the transaction sees.
    ///
    /// # Errors
    /// Those of `each`, translated database errors.
    pub async fn chunk(
        self,
        cx: &Cx,
        size: u16,
        mut each: impl AsyncFnMut(Vec<O>) -> Result<()>,
    ) -> Result<()> {
        let mut place = Place::of(&self);
        while let Some(batch) = place.next(&self, cx, size).await? {
            each(batch).await?;
        }
        Ok(())
    }

    /// All records one by one, read in batches of `size`.
    pub fn stream(self, cx: &Cx, size: u16) -> impl Stream<Item = Result<O>> + Send + 'static
    where
        O: Sync,
        R: Sync,
    {
        let place = Place::of(&self);
        let batches =
            stream::try_unfold((self, cx.clone(), place), move |(query, cx, mut place)| async move {
                let batch = place.next(&query, &cx, size).await?;
                let found = batch.map(|batch| (stream::iter(batch.into_iter().map(Ok)), (query, cx, place)));
                Ok::<_, Error>(found)
            });
        batches.try_flatten()
    }
}

/// How far a run through the batches has come.
struct Place {
    after: Option<Vec<Value>>,
    /// how many more the limit of the query allows
    left: u64,
    done: bool,
}

impl Place {
    fn of<R, O>(query: &Query<R, O>) -> Self {
        Self { after: None, left: query.limit.map_or(u64::MAX, u64::from), done: false }
    }

    async fn next<R: Resource, O: Shape<R>>(
        &mut self,
        query: &Query<R, O>,
        cx: &Cx,
        size: u16,
    ) -> Result<Option<Vec<O>>> {
        let size = u64::from(size.max(1)).min(self.left);
        if self.done || size == 0 {
            return Ok(None);
        }
        let limit = i64::try_from(size).unwrap_or(i64::MAX);
        let slice = match &self.after {
            None => Slice::Rows { limit, offset: i64::from(query.offset) },
            Some(values) => Slice::After { values, limit },
        };
        let (batch, mut cursors) = query.read(cx, &*cx.database()?, slice).await?;
        let came = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(came);
        self.done = came < size;
        self.after = cursors.pop();
        Ok((came > 0).then_some(batch))
    }
}

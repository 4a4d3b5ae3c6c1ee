//! Some columns only, as tuples.

use super::drifted;
use super::query::Query;
use crate::row::Collect;
use crate::scope::CxData;
use crate::select::{self, Select};
use framewright_core::query::typed::Col;
use framewright_core::{Column, Cx, Error, Mismatch, Resource, Result, Value};

/// A column, or a tuple of columns of one resource.
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't a selection of columns of `{R}`",
    label = "not columns of `{R}`",
    note = "select a column or a tuple of up to eight columns of `{R}`: `.select((post::id, post::title))`"
)]
pub trait Selection<R> {
    /// The type of a row.
    type Row;
    /// The fields.
    fn fields(&self) -> Vec<u16>;
    /// A row of its values.
    ///
    /// # Errors
    /// [`Mismatch`] when a value is of another type.
    fn row(values: Vec<Value>) -> Result<Self::Row, Mismatch>;
}

super::tuple::rows! {
    Selection of Col: fields -> u16 = index;
    (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6) (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
}

/// A query that gives some columns.
#[must_use = "a query does nothing until `all` is called"]
pub struct Selected<R, T> {
    query: Query<R>,
    columns: Vec<u16>,
    row: fn(Vec<Value>) -> Result<T, Mismatch>,
    distinct: bool,
}

impl<R: Resource, T> Selected<R, T> {
    pub(super) fn new(
        query: Query<R>,
        columns: Vec<u16>,
        row: fn(Vec<Value>) -> Result<T, Mismatch>,
    ) -> Self {
        Self { query, columns, row, distinct: false }
    }

    /// Equal rows once. It can then be sorted by selected columns only, and is sorted by all of them at last.
    pub fn distinct(mut self) -> Self {
        self.distinct = true;
        self
    }

    /// All rows.
    ///
    /// # Errors
    /// When a distinct query is sorted by a column that is not selected; translated database errors.
    pub async fn all(self, cx: &Cx) -> Result<Vec<T>> {
        let (db, d) = (cx.database()?, R::DESCRIPTOR);
        let columns = self.columns;
        let order = if self.distinct {
            if self.query.sort.iter().any(|k| !columns.contains(&k.field)) {
                return Err(Error::internal("a distinct query is sorted by a column that is not selected"));
            }
            let mut order = self.query.sort.clone();
            for field in &columns {
                if !order.iter().any(|k| k.field == *field) {
                    order.push(framewright_core::query::Sort { field: *field, descending: false });
                }
            }
            order
        } else {
            framewright_core::query::complete(&self.query.sort, d)
        };
        let select = Select {
            d,
            columns: &columns,
            filter: self.query.filter.as_ref(),
            order: &order,
            deleted: self.query.deleted,
            distinct: self.distinct,
        };
        let stmt = select::rows(db.dialect(), &select, self.query.slice())?;
        let kinds: Vec<_> = columns.iter().map(|c| d.field(*c).kind()).collect();
        let cells = db.read(cx, stmt, Collect::new(kinds)).await?;
        cells.rows.into_iter().map(|values| (self.row)(values).map_err(|_| drifted(d))).collect()
    }
}

//! Aggregates: exact and equal on the three databases, typed for the caller.

use super::drifted;
use super::query::{Query, Shape};
use super::selection::Selection;
use crate::dialect::Dialect;
use crate::row::Collect;
use crate::scope::CxData;
use crate::select::predicate::{Table, Writer};
use framewright_core::query::aggregate::{Aggregate, Expression, Function, Having};
use framewright_core::query::{Op, Sort};
use framewright_core::{
    Column, Cx, Decimal, Error, ErrorKind, Kind, Mismatch, Resource, ResourceDescriptor, Result, Value,
};
use std::marker::PhantomData;

/// An aggregate, or a tuple of aggregates of one resource.
pub trait Aggregates<R> {
    /// The type of a row.
    type Row;
    /// The aggregates.
    fn expressions(&self) -> Vec<Expression>;
    /// A row of its values.
    ///
    /// # Errors
    /// [`Mismatch`] when a value is of another type.
    fn row(values: Vec<Value>) -> Result<Self::Row, Mismatch>;
}

super::tuple::rows! {
    Aggregates of Aggregate: expressions -> Expression = expression;
    (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) (A 0, B 1, C 2, D 3, E 4, F 5)
}

impl<R: Resource, O: Shape<R>> Query<R, O> {
    /// Aggregates over all records of the query, whatever its order and limit:
    /// `Post::query().aggregate(cx, (count(), post::views.sum()))`.
    ///
    /// # Errors
    /// 422 `query.overflow` when a sum does not fit its type, translated database errors.
    pub async fn aggregate<A: Aggregates<R>>(self, cx: &Cx, aggregates: A) -> Result<A::Row> {
        let rows = self.run(cx, &[], &aggregates.expressions(), &[]).await?;
        let row = rows.into_iter().next().ok_or_else(|| Error::internal("an aggregate without a row"))?;
        A::row(row).map_err(|_| overflow())
    }

    /// Groups by columns: `.group_by(post::status).aggregate((count(), post::views.sum())).having(count().gt(3))`.
    pub fn group_by<G: Selection<R>>(self, columns: G) -> Grouped<R, O, G, ()> {
        Grouped { query: self, by: columns, aggregates: (), having: Vec::new(), of: PhantomData }
    }

    async fn run(
        &self,
        cx: &Cx,
        by: &[u16],
        expressions: &[Expression],
        having: &[Having<R>],
    ) -> Result<Vec<Vec<Value>>> {
        let (db, d) = (cx.database()?, R::DESCRIPTOR);
        // A mean is divided here and not in the database, so what it is compared with is compared here too.
        let (means, having): (Vec<&Having<R>>, Vec<&Having<R>>) =
            having.iter().partition(|h| h.expression.function == Function::Mean);
        let asked = by.len() + expressions.len();
        let expressions: Vec<Expression> =
            expressions.iter().copied().chain(means.iter().map(|h| h.expression)).collect();
        let mut w = Writer::new(db.dialect(), d);
        let main = w.main();
        let mut kinds: Vec<Kind> = by.iter().map(|f| d.field(*f).kind()).collect();
        w.b.sql("SELECT ");
        w.columns(main, by)?;
        for (i, expression) in expressions.iter().enumerate() {
            if i > 0 || !by.is_empty() {
                w.b.sql(", ");
            }
            write(&mut w, main, *expression, &mut kinds)?;
        }
        w.from(main);
        w.filters(main, self.filter.as_ref(), self.deleted)?;
        w.guard();
        if !by.is_empty() {
            w.b.sql(" GROUP BY ");
            w.columns(main, by)?;
        }
        for (i, condition) in having.iter().enumerate() {
            w.b.sql(if i == 0 { " HAVING " } else { " AND " });
            compare(&mut w, main, condition)?;
        }
        let order: Vec<Sort> = by.iter().map(|f| Sort { field: *f, descending: false }).collect();
        crate::select::order::by(&mut w, main, &order)?;
        let cells = db.read(cx, w.finish(), Collect::new(kinds)).await?;
        let mut rows = Vec::with_capacity(cells.rows.len());
        for row in cells.rows {
            let mut row = read(d, db.dialect(), by.len(), &expressions, row)?;
            let found = row.split_off(asked.min(row.len()));
            if means.iter().zip(&found).all(|(having, mean)| fulfils(mean, having.op, &having.value)) {
                rows.push(row);
            }
        }
        Ok(rows)
    }
}

/// A query in groups.
#[must_use = "a query does nothing until `all` is called"]
pub struct Grouped<R, O, G, A> {
    query: Query<R, O>,
    by: G,
    aggregates: A,
    having: Vec<Having<R>>,
    of: PhantomData<fn() -> R>,
}

impl<R: Resource, O: Shape<R>, G: Selection<R>, A> Grouped<R, O, G, A> {
    /// What to make of each group.
    pub fn aggregate<B: Aggregates<R>>(self, aggregates: B) -> Grouped<R, O, G, B> {
        Grouped { query: self.query, by: self.by, aggregates, having: self.having, of: PhantomData }
    }

    /// Only groups that fulfil the condition; several are joined by "and".
    pub fn having(mut self, condition: Having<R>) -> Self {
        self.having.push(condition);
        self
    }
}

impl<R: Resource, O: Shape<R>, G: Selection<R>, A: Aggregates<R>> Grouped<R, O, G, A> {
    /// All groups, sorted by the columns they are made of.
    ///
    /// # Errors
    /// 422 `query.overflow` when a sum does not fit its type, translated database errors.
    pub async fn all(self, cx: &Cx) -> Result<Vec<(G::Row, A::Row)>> {
        let by = self.by.fields();
        let rows = self.query.run(cx, &by, &self.aggregates.expressions(), &self.having).await?;
        let rows = rows.into_iter().map(|mut row| {
            let rest = row.split_off(by.len().min(row.len()));
            Ok((G::row(row).map_err(|_| drifted(R::DESCRIPTOR))?, A::row(rest).map_err(|_| overflow())?))
        });
        rows.collect()
    }
}

fn overflow() -> Error {
    Error::new(ErrorKind::Invalid, "query.overflow", "a sum is too large for its type")
}

/// What kind of number the sum of a column is.
fn integer(kind: Kind) -> bool {
    matches!(kind, Kind::I16 | Kind::I32 | Kind::I64)
}

/// Writes an aggregate as one column or more, and says what they hold. [`read`] takes the same columns again.
fn write(w: &mut Writer, table: Table, e: Expression, kinds: &mut Vec<Kind>) -> Result<()> {
    let kind = table.d.field(e.field).kind();
    match e.function {
        Function::Records | Function::Values | Function::Distinct => {
            scalar(w, table, e)?;
            kinds.push(Kind::I64);
        }
        Function::Min | Function::Max => {
            scalar(w, table, e)?;
            kinds.push(kind);
        }
        // SQLite's sum of integers fails when it leaves 64 bits: two halves do not.
        Function::Sum | Function::Mean if integer(kind) && w.b.dialect() == Dialect::Sqlite => {
            w.b.sql("SUM(");
            w.field(table, e.field)?;
            w.b.sql(" >> 32), SUM(");
            w.field(table, e.field)?;
            w.b.sql(" & 4294967295)");
            kinds.extend([Kind::I64, Kind::I64]);
        }
        Function::Sum | Function::Mean => {
            scalar(w, table, Expression { function: Function::Sum, ..e })?;
            kinds.push(if kind == Kind::F64 { Kind::F64 } else { Kind::Decimal });
        }
    }
    if e.function == Function::Mean {
        w.b.sql(", ");
        scalar(w, table, Expression { function: Function::Values, ..e })?;
        kinds.push(Kind::I64);
    }
    Ok(())
}

/// Writes an aggregate as one expression.
fn scalar(w: &mut Writer, table: Table, e: Expression) -> Result<()> {
    let kind = table.d.field(e.field).kind();
    let exact = kind != Kind::F64;
    let (open, close) = match (e.function, w.b.dialect()) {
        (Function::Records, _) => {
            w.b.sql("COUNT(*)");
            return Ok(());
        }
        (Function::Values, _) => ("COUNT(", ")"),
        (Function::Distinct, _) => ("COUNT(DISTINCT ", ")"),
        (Function::Min, _) => ("MIN(", ")"),
        (Function::Max, _) => ("MAX(", ")"),
        (Function::Sum, Dialect::Sqlite) if kind == Kind::Decimal => ("fw_decimal_sum(", ")"),
        (Function::Sum, Dialect::Postgres) if exact => ("CAST(SUM(", ") AS numeric)"),
        (Function::Sum, _) => ("SUM(", ")"),
        (Function::Mean, _) => return Err(Error::internal("a mean is not one expression")),
    };
    w.b.sql(open);
    w.field(table, e.field)?;
    w.b.sql(close);
    Ok(())
}

/// Whether a mean fulfils a condition; that of nothing fulfils none.
fn fulfils(mean: &Value, op: Op, limit: &Value) -> bool {
    let order = match (mean, limit) {
        (Value::Decimal(mean), Value::Decimal(limit)) => Some(mean.cmp(limit)),
        (Value::F64(mean), Value::F64(limit)) => mean.partial_cmp(limit),
        _ => None,
    };
    order.is_some_and(|order| match op {
        Op::Gt => order.is_gt(),
        Op::Gte => order.is_ge(),
        Op::Lt => order.is_lt(),
        Op::Lte => order.is_le(),
        _ => order.is_eq(),
    })
}

/// One condition of `HAVING`, on anything but a mean.
fn compare<R>(w: &mut Writer, table: Table, condition: &Having<R>) -> Result<()> {
    let e = condition.expression;
    let sign = match condition.op {
        Op::Gt => " > ",
        Op::Gte => " >= ",
        Op::Lt => " < ",
        Op::Lte => " <= ",
        _ => " = ",
    };
    let kind = table.d.field(e.field).kind();
    let bound = match e.function {
        Function::Records | Function::Values | Function::Distinct => Kind::I64,
        Function::Mean => return Err(Error::internal("a mean is not one expression")),
        Function::Sum if kind == Kind::F64 => Kind::F64,
        Function::Sum if integer(kind) => Kind::I64,
        Function::Sum => Kind::Decimal,
        Function::Min | Function::Max => kind,
    };
    scalar(w, table, e)?;
    w.b.sql(sign);
    w.value(bound, &condition.value);
    Ok(())
}

/// A row as it came → one value per column and aggregate.
fn read(
    d: &ResourceDescriptor,
    dialect: Dialect,
    by: usize,
    expressions: &[Expression],
    row: Vec<Value>,
) -> Result<Vec<Value>> {
    let mut cells = row.into_iter();
    let mut next = || cells.next().ok_or_else(|| drifted(d));
    let mut out = (0..by).map(|_| next()).collect::<Result<Vec<Value>>>()?;
    for e in expressions {
        let integer = integer(d.field(e.field).kind());
        out.push(match e.function {
            Function::Sum | Function::Mean => {
                let sum = match (next()?, integer && dialect == Dialect::Sqlite) {
                    (high, true) => halves(&high, &next()?)?,
                    (sum, false) => sum,
                };
                match e.function {
                    Function::Mean => mean(sum, &next()?),
                    _ if integer => whole(sum)?,
                    _ => sum,
                }
            }
            _ => next()?,
        });
    }
    Ok(out)
}

/// The sum of integers from the sums of their upper and lower halves.
fn halves(high: &Value, low: &Value) -> Result<Value> {
    let (Value::I64(high), Value::I64(low)) = (high, low) else { return Ok(Value::Null) };
    let sum = (i128::from(*high) << 32) + i128::from(*low);
    Decimal::try_from_i128_with_scale(sum, 0).map(Value::Decimal).map_err(|_| overflow())
}

/// A sum of integers as an integer.
fn whole(sum: Value) -> Result<Value> {
    match sum {
        Value::Decimal(n) if n.scale() == 0 => {
            i64::try_from(n.mantissa()).map(Value::I64).map_err(|_| overflow())
        }
        other => Ok(other),
    }
}

fn mean(sum: Value, count: &Value) -> Value {
    match (sum, count) {
        (Value::Decimal(sum), Value::I64(n)) => {
            sum.checked_div(Decimal::from(*n)).map_or(Value::Null, |m| Value::Decimal(m.normalize()))
        }
        (Value::F64(sum), Value::I64(n)) if *n > 0 => Value::F64(sum / *n as f64),
        _ => Value::Null,
    }
}

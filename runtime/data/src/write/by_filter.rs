//! Changes of every record that a predicate is true of.

use super::answer::Form;
use super::draft::{Draft, Expected};
use super::stage::{self, Parts};
use super::{run, text};
use crate::database::Database;
use crate::dialect::Dialect;
use crate::row::Collect;
use crate::scope::{CxData, Tries, transaction};
use crate::select::where_clause;
use crate::stmt::{Bind, StmtBuilder};
use crate::unit::{Step, Unit};
use framewright_core::query::{Deleted, Filter};
use framewright_core::{Cx, ErrorKind, ResourceDescriptor, Result, Value, Values};

/// Deletes every record that the predicate is true of (with none: every record) and says how many they were. With
/// `soft_delete`, living records are marked; with [`Deleted::With`] or [`Deleted::Only`] they are deleted for good.
///
/// # Errors
/// 409 `conflict.reference` when records that point to one of them restrict that.
pub async fn delete_where(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    filter: Option<&Filter>,
    deleted: Deleted,
) -> Result<u64> {
    let sample = |key: Value| match deleted {
        Deleted::Without => Draft::delete(cx, descriptor, key, Expected::Any),
        Deleted::With | Deleted::Only => Draft::force_delete(cx, descriptor, key, Expected::Any),
    };
    each_or_all(cx, filter, deleted, false, &sample).await
}

/// Gives these fields to every record that the predicate is true of and says how many they were: living ones, deleted
/// ones or both, as `deleted` says.
///
/// # Errors
/// 422 `validation`, 409 for a unique key or a reference.
pub async fn update_where(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    filter: Option<&Filter>,
    deleted: Deleted,
    values: Values,
) -> Result<u64> {
    if values.is_empty() {
        return Ok(0);
    }
    let sample = |key: Value| {
        let mut draft = Draft::update(cx, descriptor, key, values.clone(), Expected::Any);
        // A version among the values would be one to expect, which makes no sense for many records.
        draft.expected = Expected::Any;
        draft.deleted = deleted;
        draft
    };
    each_or_all(cx, filter, deleted, !descriptor.checks.is_empty(), &sample).await
}

/// One statement for all records where nothing has to look at each of them, else one draft each in one transaction.
async fn each_or_all(
    cx: &Cx,
    filter: Option<&Filter>,
    deleted: Deleted,
    look: bool,
    sample: &(dyn Fn(Value) -> Draft + Sync),
) -> Result<u64> {
    let db = cx.database()?;
    let parts = Parts::of(cx);
    let mut draft = sample(Value::Null);
    let d = draft.descriptor;
    // MySQL refuses a subquery over the table that it changes.
    let own = db.dialect() == Dialect::Mysql && filter.is_some_and(related);
    if look || own || !parts.is_empty() {
        let mut tries = Tries::of(cx);
        loop {
            let mut again = false;
            let one_by_one = async |cx: &Cx| {
                let mut changed = 0;
                for key in keys(&db, cx, d, filter, deleted).await? {
                    match run::one(cx, sample(key), Form::Nothing).await {
                        Ok(_) => changed += 1,
                        // A cascade of one before it has taken it along: it is none of these any more.
                        Err(e) if e.kind() == ErrorKind::NotFound => {}
                        Err(e) => return Err(e),
                    }
                }
                Ok(changed)
            };
            let result = transaction(cx, one_by_one, &mut again).await;
            if tries.over(again).await {
                return result;
            }
        }
    }
    stage::before(cx, &parts, &mut draft)?;
    let mut b = StmtBuilder::new(db.dialect());
    let fields = text::written(&draft);
    if fields.is_empty() {
        b.sql("DELETE FROM ").ident(d.table);
    } else {
        b.sql("UPDATE ").ident(d.table);
        text::set(&mut b, d, &fields);
    }
    let stmt = where_clause(b, d, filter, deleted)?.finish();
    // The texts of `set` have places for the values, in the same order.
    let binds = text::binds(&draft, &fields);
    let rest = stmt.binds.into_iter().skip(binds.len());
    let all: Vec<Bind> = binds.into_iter().chain(rest).collect();
    let stmt = crate::stmt::Stmt { text: stmt.text, binds: all };
    let outcome = db.write(cx, Unit::from(Step::new(stmt))).await?;
    Ok(outcome.affected.first().copied().unwrap_or_default())
}

fn related(filter: &Filter) -> bool {
    match filter {
        Filter::And(all) | Filter::Or(all) => all.iter().any(related),
        Filter::Not(one) => related(one),
        Filter::Related(..) => true,
        _ => false,
    }
}

/// The keys of the records that the predicate is true of, locked until the end of the transaction: nobody else changes
/// them in between, and whoever asks the same at the same time waits, and then finds those that are left.
async fn keys(
    db: &Database,
    cx: &Cx,
    d: &'static ResourceDescriptor,
    filter: Option<&Filter>,
    deleted: Deleted,
) -> Result<Vec<Value>> {
    let key = d.key_field();
    let mut b = StmtBuilder::new(db.dialect());
    b.sql("SELECT ").ident(key.column).sql(" FROM ").ident(d.table);
    let mut b = where_clause(b, d, filter, deleted)?;
    // All lock in one order, so that they wait for each other and never in a circle.
    b.sql(" ORDER BY ").ident(key.column);
    text::for_update(&mut b, true);
    let found = db.read(cx, b.finish(), Collect::new([key.kind()])).await?;
    Ok(found.rows.into_iter().filter_map(|mut row| row.pop()).collect())
}

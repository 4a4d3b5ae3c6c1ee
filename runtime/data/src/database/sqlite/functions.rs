//! SQL functions that every connection to SQLite has: exact arithmetic on decimals in their sortable form, and the
//! one that ends a statement which has run for too long.

use crate::dialect::{parse_sortable, sortable_decimal};
use diesel::QueryResult;
use diesel::serialize::{IsNull, Output, ToSql};
use diesel::sql_types::{Bool, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteAggregateFunction, SqliteConnection};
use framewright_core::Decimal;
use std::cell::Cell;
use std::time::Instant;

#[diesel::declare_sql_function]
extern "SQL" {
    #[aggregate]
    fn fw_decimal_sum(value: Nullable<Text>) -> Nullable<Text>;
    fn fw_decimal_add(left: Nullable<Text>, right: Nullable<Text>) -> Nullable<Text>;
    fn fw_in_time() -> Bool;
}

/// What a statement says that ran out of time.
pub(super) const OUT_OF_TIME: &str = "the statement has run out of time";
/// Rows between two looks at the clock.
const TURNS: u32 = 64;

thread_local! {
    static UNTIL: Cell<Option<Instant>> = const { Cell::new(None) };
    static ROWS: Cell<u32> = const { Cell::new(0) };
}

/// Runs statements that end by then. Statements that ask at every row are stopped; the others end by themselves.
pub(super) fn within<T>(until: Instant, run: impl FnOnce() -> T) -> T {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            UNTIL.set(None);
        }
    }
    let _reset = Reset; // also when a sink panics
    UNTIL.set(Some(until));
    ROWS.set(0);
    run()
}

/// True for every row; an error once the time is over.
#[derive(Debug)]
struct InTime;

impl ToSql<Bool, Sqlite> for InTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> diesel::serialize::Result {
        let row = ROWS.get();
        ROWS.set(row.wrapping_add(1));
        if row % TURNS == 0 && UNTIL.get().is_some_and(|until| Instant::now() > until) {
            return Err(OUT_OF_TIME.into());
        }
        out.set_value(1_i32);
        Ok(IsNull::No)
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Sum(Option<Decimal>);

impl SqliteAggregateFunction<Option<String>> for Sum {
    type Output = Option<String>;

    fn step(&mut self, value: Option<String>) {
        if let Some(value) = value.as_deref().and_then(parse_sortable) {
            self.0 = Some(self.0.unwrap_or_default().saturating_add(value));
        }
    }

    fn finalize(sum: Option<Self>) -> Option<String> {
        sum.and_then(|s| s.0).map(|s| sortable_decimal(&s))
    }
}

pub(super) fn register(c: &mut SqliteConnection) -> QueryResult<()> {
    fw_decimal_sum_utils::register_impl::<Sum, _>(c)?;
    fw_in_time_utils::register_nondeterministic_impl(c, || InTime)?;
    fw_decimal_add_utils::register_impl(c, |left: Option<String>, right: Option<String>| {
        let sum = parse_sortable(left.as_deref()?)?.checked_add(parse_sortable(right.as_deref()?)?)?;
        Some(sortable_decimal(&sum))
    })
}

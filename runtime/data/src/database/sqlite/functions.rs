//! SQL functions that every connection to SQLite has: exact arithmetic on decimals in their sortable form.

use crate::dialect::{parse_sortable, sortable_decimal};
use diesel::QueryResult;
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::{SqliteAggregateFunction, SqliteConnection};
use framewright_core::Decimal;

#[diesel::declare_sql_function]
extern "SQL" {
    #[aggregate]
    fn fw_decimal_sum(value: Nullable<Text>) -> Nullable<Text>;
    fn fw_decimal_add(left: Nullable<Text>, right: Nullable<Text>) -> Nullable<Text>;
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
    fw_decimal_add_utils::register_impl(c, |left: Option<String>, right: Option<String>| {
        let sum = parse_sortable(left.as_deref()?)?.checked_add(parse_sortable(right.as_deref()?)?)?;
        Some(sortable_decimal(&sum))
    })
}

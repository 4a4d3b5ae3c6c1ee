//! The column types that Rust or a database does not have in one common form: each is exact, sorts and
//! compares the same on every database, and has one JSON form.

mod decimal;
mod id;
mod json;
mod money;
mod time;

pub use decimal::Decimal;
pub use id::Id;
pub use json::Json;
pub use money::{Currency, Money, currency};
pub use time::{Date, Time, Timestamp};

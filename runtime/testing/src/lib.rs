//! The test kit of Framewright: a client in process, assertions that say what differs, a database per test, a clock
//! that stands still, a repository that expects its calls; and the factories of `framewright-factory`. `framewright::testing` has all of it, and `TestApp` over it.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test kit ends a test by a panic: its input is the test, never a client"
)]

mod answer;
mod client;
mod clock;
mod databases;
mod diff;
mod ledger;
mod mock;
mod redact;
mod template;

pub use answer::Answer;
pub use client::{Client, Request};
pub use clock::{CountedIds, TestClock};
pub use databases::{TestDatabase, available, skipped};
pub use diff::differences;
pub use framewright_factory::{Factory, Faker, Maker};
pub use mock::Mock;
pub use redact::{redacted, redacted_with};

//! The test kit of Framewright: a client in process, assertions that say what differs, a database per test, a clock
//! that stands still, a faker and factories. `framewright::testing` has all of it, and `TestApp` over it.
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
mod factory;
mod faker;
mod ledger;
mod redact;
mod template;

pub use answer::Answer;
pub use client::{Client, Request};
pub use clock::{CountedIds, TestClock};
pub use databases::{TestDatabase, available, skipped};
pub use diff::differences;
pub use factory::{Factory, Maker};
pub use faker::Faker;
pub use redact::{redacted, redacted_with};

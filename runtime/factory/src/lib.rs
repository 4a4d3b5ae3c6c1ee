//! Factories of Framewright: records made up from one definition, for the seeds of an application and for its tests.
//! `framewright::factory` has all of it, behind the feature `factory`; the test kit brings it along.

#![allow(clippy::expect_used, reason = "a day of 2025 is a day: what is made up has no input from outside")]

mod define;
mod faker;
mod made_up;
mod maker;

pub use define::{Factory, FactoryEntry, Listed};
pub use faker::Faker;
pub use maker::Maker;

#[doc(hidden)]
pub use inventory as __inventory;

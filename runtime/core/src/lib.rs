//! Descriptors, values, errors, context, configuration and dependency injection of Framewright.
//!
//! This crate does no I/O and knows no other crate of ours: every channel (REST, jobs, admin …) and every
//! store reads the same constant descriptors and speaks in the same [`Value`]s, [`Error`]s and [`Cx`].

pub mod column;
pub mod config;
pub mod cx;
pub mod descriptor;
pub mod di;
pub mod error;
#[doc(hidden)]
pub mod expand;
#[cfg(feature = "axum")]
pub mod http;
pub mod json;
pub mod provider;
pub mod query;
pub mod record;
pub mod registry;
pub mod rule;
pub mod suggest;
pub mod types;
pub mod validate;
pub mod value;

#[doc(hidden)]
pub use inventory as __inventory;

pub use column::{Column, ColumnFacts, Mismatch};
pub use cx::{Actor, Cx};
pub use descriptor::{FieldDescriptor, RelationDescriptor, ResourceDescriptor};
pub use error::{Error, ErrorKind, Result};
pub use record::{Create, Patch, Record, Resource, Update, Values};
pub use types::{Date, Decimal, Id, Json, Money, Time, Timestamp};
pub use value::{Kind, Value, ValueRef};

//! Databases, executor and migrations of Framewright.
//!
//! One executor serves every resource from its descriptor on SQLite, PostgreSQL and MySQL/MariaDB. Statements
//! are [`Stmt`]s with bound values; rows are walked by kind through [`Row`] into a [`Sink`]; writes are
//! [`Unit`]s, each one transaction.

#[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
compile_error!("framewright-data needs at least one of the features `sqlite`, `postgres` and `mysql`");

pub mod database;
pub mod ddl;
pub mod dialect;
pub mod drift;
mod fragment;
mod inject;
pub mod introspect;
pub mod list;
mod load;
pub mod migrate;
pub mod repository;
pub mod row;
pub mod scope;
pub mod seed;
pub mod select;
pub mod stmt;
pub mod typed;
pub mod unit;
pub mod violation;
pub mod write;

pub use database::{Database, DatabaseConfig};
pub use dialect::Dialect;
pub use row::{Row, Sink};
pub use scope::CxData;
pub use stmt::{Bind, Stmt, StmtBuilder};
pub use unit::{Outcome, Step, Unit};

#[doc(hidden)]
pub use inventory as __inventory;

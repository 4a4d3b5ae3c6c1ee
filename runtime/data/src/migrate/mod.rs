//! Migrations: every descriptor is a schema, and what leads from one schema to the next is SQL that people read.
//!
//! `make` writes it (`migrations/<dialect>/0001_create_posts/{up,down}.sql`, the snapshot `schema.lock`, and `embed.rs`
//! for `embed_migrations!`). [`Migrator`] runs it, through `diesel_migrations`, one process at a time: an advisory lock
//! on PostgreSQL, `GET_LOCK` on MySQL, a lock file beside an SQLite database. In development it also applies what the
//! descriptors say beyond the files; a migration that is made of that later is recognised by the fingerprint of its
//! schema and only recorded.
//!
//! A migration is all or nothing on PostgreSQL and SQLite. MySQL commits at every DDL statement, so there the runner
//! writes down each statement that it begins, and goes on after the last one that is known to be applied: changes of rows
//! commit together with that note, and of anything else the catalogue says whether it happened.

mod alter;
mod apply;
mod change;
mod check;
mod convert;
mod danger;
mod delete;
mod develop;
mod effect;
mod execute;
mod make;
mod pretend;
mod ready;
mod rebuild;
mod recover;
mod repair;
mod run;
mod script;
mod status;
mod track;
mod wipe;

pub use apply::Applied;
pub use change::{Plan, TableChange};
pub use danger::{Danger, dangers, refusal};
pub use make::{Made, MakeOptions, make, make_for, plan_statements, snapshot};
pub use pretend::Pretended;
pub use repair::repair;
pub use run::{Event, Migrator};
pub use script::{Embedded, Migration, MigrationFiles, statements};
pub use status::{MigrationState, Status};

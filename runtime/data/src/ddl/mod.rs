//! Descriptors as tables: the schema that the resources declare, and the SQL that creates it.
//!
//! [`Schema`] is plain data between three sources (descriptors, the snapshot in `schema.lock`, the database that
//! `migrate` keeps track of) and its readers (`migrate`, `drift`). What one dialect makes of a column stands in
//! [`mod@column`], what it makes of a table in [`create`].
//!
//! Choices that the rest of the data layer relies on:
//! * Constraints are named after what they hold: `uq_posts_slug`, `fk_posts_author_id`, `ck_posts_title`,
//!   `ix_posts_status` (see [`constraint_name`]). One CHECK per column, so that its name tells the field.
//! * Unique keys are unique indexes on SQLite, which cannot name a `UNIQUE` in its table; constraints elsewhere.
//! * Text is compared byte by byte everywhere: `COLLATE "C"`, `utf8mb4_nopad_bin` (`utf8mb4_0900_bin` on MySQL 8),
//!   and SQLite's own `BINARY`.
//! * Of the rules of a field, those become CHECKs that three databases compute alike: `length`, `range`, `prefix`,
//!   `suffix`, `contains`, `ascii`, `not_blank` and the options of an enum. `pattern`, `email`, `url`, `alphanumeric`
//!   and rules in Rust are held by the write path alone.
//! * Constant defaults are DEFAULTs too (except of bytes and UUIDs, which the databases show back in forms of their
//!   own); `now` and new keys come from the write path, whose clock tests can stop.
//! * `updated_at` and `version` stay right under SQL that is not ours, as far as a database can tell it apart: see
//!   `touch.rs`.

pub mod column;
pub mod create;
mod json;
mod names;
mod schema;
mod text;
mod touch;

pub use create::create_schema;
pub(crate) use json::{fingerprint, kind_name};
pub use names::constraint_name;
pub(crate) use names::{list, quoted};
pub use schema::{Check, Column, Default, ForeignKey, Key, Schema, Table};
pub(crate) use text::{compact, pretty};
pub(crate) use touch::{QUIET, STILL, drop_trigger, trigger_name, triggers};

//! A blog: every field type, every kind of relation, rules and routes of its own.

pub mod resources;

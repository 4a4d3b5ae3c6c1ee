//! The one write path and its typed side, on every database that is there.
#![allow(missing_docs, clippy::unwrap_used)]

mod bulk;
mod by_filter;
mod checks;
mod links;
mod model;
mod races;
mod records;
mod repositories;
mod rules;
mod stages;
mod support;

//! The HTTP edge of Framewright: server, middleware stacks, envelope, REST over descriptors, OpenAPI.
//!
//! [`Site`] puts an application together, [`Edge`] answers its requests.

pub mod config;
mod docs;
pub mod edge;
pub mod envelope;
mod extract;
pub mod health;
pub mod metrics;
pub mod openapi;
mod reply;
mod rest;
pub mod routes;
pub mod server;
mod site;
mod stack;

pub use config::ServerConfig;
pub use edge::{BodyLimit, Edge};
pub use extract::{Content, Form, Json, Query, Valid, json_body};
pub use health::Health;
pub use metrics::Metrics;
pub use openapi::Info;
pub use reply::Reply;
pub use rest::table::{Does, is_served};
pub use routes::{Listed, Routes, Source};
pub use server::{Ended, listen, serve};
pub use site::{Api, Group, Site};
pub use stack::{Guard, Stack};

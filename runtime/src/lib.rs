//! Framewright: annotate a struct, and the compiler builds the backend.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod app;
mod cli;
mod linked;
mod logging;
pub mod prelude;
mod project;
mod schema;
mod session;
pub mod settings;
#[cfg(feature = "testing")]
pub mod testing;

pub use app::App;
pub use axum;
pub use cli::reference as command_reference;
pub use framewright_core::*;
pub use framewright_data::{self as data, CxData, Database, embed_migrations};
#[cfg(feature = "factory")]
pub use framewright_factory::{self as factory, factories};
pub use framewright_http::{self as http};
pub use framewright_macros::{DbEnum, config, resource, seed, service};
pub use session::Running;

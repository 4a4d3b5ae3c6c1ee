//! Framewright: annotate a struct, and the compiler builds the backend.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod prelude;

pub use framewright_core::*;
pub use framewright_macros::{DbEnum, resource};

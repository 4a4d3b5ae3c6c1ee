//! The blog's own section of the configuration.

use framewright::prelude::*;

// ANCHOR: settings
/// The blog.
#[config(section = "blog")]
pub struct BlogConfig {
    /// How many words a reader manages in a minute.
    #[setting(default = "200")]
    pub words_per_minute: u32,
}
// ANCHOR_END: settings

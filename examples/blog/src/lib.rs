//! A blog: every field type, every kind of relation, rules and routes of its own.

pub mod resources;

use framewright::App;

/// The application, as it is served and as it is tested.
pub fn app() -> App {
    App::new()
}

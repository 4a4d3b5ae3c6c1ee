//! A blog: every field type, every kind of relation, rules, routes, services, seeds and factories of its own.

pub mod editor;
pub mod factories;
pub mod queries;
pub mod resources;
pub mod routes;
pub mod seeds;
pub mod settings;

use framewright::App;

// ANCHOR: migrations
framewright::embed_migrations!();
// ANCHOR_END: migrations

// ANCHOR: app
/// The application, as it is served and as it is tested.
pub fn app() -> App {
    App::new().routes(routes::routes())
}
// ANCHOR_END: app

//! What the commands do: thin, because the parts that they call are the ones that requests call.

pub(crate) mod checks;
pub(crate) mod config;
pub(crate) mod help;
pub(crate) mod inspect;
pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod record;
pub(crate) mod routes;
pub(crate) mod schema;
pub(crate) mod serve;

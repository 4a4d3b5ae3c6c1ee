//! What a careful person writes without a framework: the same routes, the same table, the same JSON, one module per
//! database. It is the yardstick, so it is as quick as that person knows how to make it.

mod mysql;
mod postgres;
mod sqlite;
mod types;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
pub(crate) use types::{Time, Uuid};

/// Anything that goes wrong; the bench has one answer to it.
pub(crate) type Fail = Box<dyn std::error::Error + Send + Sync>;

/// A post as it is answered.
#[derive(Serialize)]
struct Post<'a> {
    id: Uuid,
    title: &'a str,
    body: &'a str,
    author_id: Uuid,
    status: &'a str,
    views: i64,
    published_at: Option<Time>,
    created_at: Time,
    updated_at: Time,
}

/// The body of a create.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPost {
    title: String,
    body: String,
    author_id: Uuid,
}

impl NewPost {
    fn is_valid(&self) -> bool {
        (3..=120).contains(&self.title.chars().count())
    }
}

/// Where a page begins.
#[derive(Deserialize)]
struct Cursor {
    a: i64,
    i: Uuid,
}

#[derive(Serialize)]
struct Envelope<T> {
    success: bool,
    data: T,
    request_id: Uuid,
}

fn json<T: Serialize>(status: StatusCode, data: T) -> Response {
    let envelope = Envelope { success: true, data, request_id: Uuid(uuid::Uuid::new_v4()) };
    match serde_json::to_vec(&envelope) {
        Ok(body) => (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body)
            .into_response(),
        Err(e) => failed(e.into()),
    }
}

fn failed(e: Fail) -> Response {
    eprintln!("{e}");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// Serves until it is killed. The name of the database chooses the module; `bare` is axum and nothing else.
pub(crate) fn serve(database: &str, url: &str, port: u16) -> Result<(), Fail> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let routes = match database {
            "postgres" => postgres::routes(url).await?,
            "sqlite" => sqlite::routes(url)?,
            "mysql" => mysql::routes(url)?,
            _ => Router::new(),
        };
        let routes = routes.route("/healthz", get(async || "ok"));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
        // Spawned, so that the accept loop too runs on a worker.
        tokio::spawn(async move { axum::serve(listener, routes).await }).await??;
        Ok(())
    })
}

//! Routes beside the derived ones: any axum router, under the same errors, request ids and limits.

use crate::editor::Editor;
use crate::queries;
use crate::resources::Post;
use framewright::axum::Router;
use framewright::axum::extract::Path;
use framewright::axum::routing::{get, post};
use framewright::http::Reply;
use framewright::prelude::*;
use serde::Serialize;

// ANCHOR: routes
/// The routes of our own.
pub fn routes() -> Router {
    Router::new()
        .route("/api/v1/posts/{id}/publish", post(publish))
        .route("/api/v1/posts/{id}/reading-time", get(reading_time))
        .route("/api/v1/statistics", get(statistics))
}

async fn publish(cx: Cx, editor: Inject<Editor>, Path(id): Path<Id<Post>>) -> Result<Reply> {
    Reply::ok(&editor.publish(&cx, id).await?)
}

/// How long a post takes.
#[derive(Serialize)]
struct ReadingTime {
    minutes: u32,
}

async fn reading_time(cx: Cx, editor: Inject<Editor>, Path(id): Path<Id<Post>>) -> Result<Reply> {
    let post = Post::find(&cx, id).await?;
    Reply::ok(&ReadingTime { minutes: editor.minutes(&post) })
}
// ANCHOR_END: routes

async fn statistics(cx: Cx) -> Result<Reply> {
    Reply::ok(&queries::per_status(&cx).await?)
}

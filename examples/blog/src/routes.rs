//! Routes beside the derived ones: handlers of axum, under the same errors, request ids and limits. `Routes` remembers
//! them for the document and for `routes`.

use crate::editor::Editor;
use crate::queries;
use crate::resources::Post;
use framewright::axum::extract::Path;
use framewright::http::{Reply, Routes};
use framewright::prelude::*;
use serde::Serialize;
use serde_json::json;

// ANCHOR: routes
/// The routes of our own.
pub fn routes() -> Routes {
    let minutes = json!({"type": "object", "properties": {"minutes": {"type": "integer"}}});
    Routes::new()
        .post("/api/v1/posts/{id}/publish", publish)
        .summary("Publishes a post, once.")
        .gives(200, json!({"$ref": "#/components/schemas/Post"}))
        .get("/api/v1/posts/{id}/reading-time", reading_time)
        .summary("How long it takes to read a post.")
        .gives(200, minutes)
        .get("/api/v1/statistics", statistics)
        .summary("How many posts there are of each status.")
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

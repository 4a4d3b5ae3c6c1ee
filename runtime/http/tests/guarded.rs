//! What guards a record: the version that a writer has seen, and the fields that only the server sets.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "support/app.rs"]
mod app;
mod support;

use axum::body::Body;
use serde_json::json;
use support::{article, author, failure, get, request, send, with_header, with_json};

#[tokio::test(flavor = "multi_thread")]
async fn if_match_takes_a_list() {
    for s in app::each().await {
        let e = s.running.edge();
        let id = author(e, "Ada").await;
        let record = article(e, json!({"title": "abc", "author_id": id})).await;
        let uri = format!("/api/v1/articles/{}", record["id"].as_str().unwrap());
        let patch =
            async |tags: &str| with_header(e, "PATCH", &uri, "if-match", tags, r#"{"title":"new"}"#).await;
        assert_eq!(patch(r#""7", "1""#).await.json()["data"]["version"], 2, "{}", s.name);
        assert_eq!(patch(r#"W/"9",,"2" ,"a,b""#).await.json()["data"]["version"], 3, "{}", s.name);
        for (tags, status, code) in [
            (r#""1", "2""#, 412, "conflict.version"),
            (r#"W/"3""#, 412, "conflict.version"),
            (r#"W/"3", "2""#, 412, "conflict.version"),
            (r#""3" "4""#, 400, "request.if_match"),
            (r#"*, "3""#, 400, "request.if_match"),
            (r#""3"#, 400, "request.if_match"),
            ("3", 400, "request.if_match"),
        ] {
            failure(&patch(tags).await, status, code);
        }
        let two = request("DELETE", &uri).header("if-match", "\"1\"").header("if-match", "\"3\"");
        assert_eq!(send(e, two.body(Body::empty()).unwrap()).await.status, 204, "{}", s.name);
        let restored = with_header(e, "POST", &format!("{uri}/restore"), "if-match", r#""3", "4""#, "").await;
        assert_eq!(restored.status, 200, "{}: {}", s.name, restored.body);
    }
}

/// What only the server sets is named, and nothing happens, whichever way the write comes.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_may_not_set_is_refused_in_every_write() {
    for s in app::each().await {
        let e = s.running.edge();
        let id = author(e, "Ada").await;
        let record = article(e, json!({"title": "abc", "author_id": id})).await;
        let key = record["id"].as_str().unwrap();
        let uri = format!("/api/v1/articles/{key}");
        let before = get(e, &uri).await.json()["data"].clone();
        for (field, value) in [
            ("id", json!("019a9f7e-7a2b-7c3d-8e4f-5a6b7c8d9e0f")),
            ("created_at", json!("2026-01-01T00:00:00Z")),
            ("updated_at", json!("2026-01-01T00:00:00Z")),
            ("deleted_at", json!("2026-01-01T00:00:00Z")),
            ("views", json!(7)),
            ("tenant_id", json!("x")),
            ("owner_id", json!("x")),
            ("role", json!("admin")),
        ] {
            let body = json!({"title": "changed", "author_id": id, field: value});
            for method in ["PATCH", "PUT"] {
                let a = with_header(e, method, &uri, "if-match", "*", &body.to_string()).await;
                failure(&a, 422, "validation");
                assert!(
                    a.json()["error"]["meta"]["fields"][field].is_array(),
                    "{method} {field}: {}",
                    a.body
                );
            }
            for op in [
                json!({"op": "update", "id": key, "version": 1, "data": body}),
                json!({"op": "create", "data": body}),
            ] {
                let a =
                    with_json(e, "POST", "/api/v1/articles/bulk", &json!({"operations": [op]}).to_string())
                        .await;
                failure(&a, 422, "validation");
                let named = format!("operations[0].data.{field}");
                assert!(a.json()["error"]["meta"]["fields"][&named].is_array(), "{op}: {}", a.body);
            }
        }
        // A version in the body is the one that was seen, and another than that of the header is refused.
        let torn =
            with_header(e, "PATCH", &uri, "if-match", "\"1\"", r#"{"title":"changed","version":9}"#).await;
        failure(&torn, 412, "conflict.version");
        assert_eq!(get(e, &uri).await.json()["data"], before, "{}", s.name);
        assert_eq!(
            get(e, "/api/v1/articles?count=exact").await.json()["meta"]["page"]["total"],
            1,
            "{}",
            s.name
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_a_proxy_could_set_are_not_believed() {
    let s = app::sqlite().await;
    let e = s.running.edge();
    let id = author(e, "Ada").await;
    let uri = format!("/api/v1/authors/{id}");
    for (name, value) in [
        ("x-http-method-override", "DELETE"),
        ("x-http-method", "DELETE"),
        ("x-method-override", "DELETE"),
        ("x-user-id", "1"),
        ("x-tenant-id", "other"),
        ("x-original-url", "/api/v1/shelves"),
        ("x-rewrite-url", "/api/v1/shelves"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-prefix", "/evil"),
    ] {
        let a = with_header(e, "GET", &uri, name, value, "").await;
        assert_eq!(
            (a.status.as_u16(), &a.json()["data"]["name"]),
            (200, &json!("Ada")),
            "{name}: {}",
            a.body
        );
        let made =
            with_header(e, "POST", "/api/v1/authors", name, value, &json!({"name": name}).to_string()).await;
        assert_eq!(made.status, 201, "{name}: {}", made.body);
        assert!(made.header("location").starts_with("/api/v1/authors/"), "{}", made.header("location"));
    }
    assert_eq!(get(e, &uri).await.status, 200, "nothing was deleted");
}

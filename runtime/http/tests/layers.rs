//! Ordinary tower layers around our answers: they see whole bodies, and what they make of an answer stays.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get as on_get, post as on_post};
use framewright_core::{Error, ErrorKind};
use framewright_http::{Edge, Group, Reply, ServerConfig, Site, Stack};
use http::{StatusCode, header};
use std::sync::{Arc, Mutex};
use support::{Answer, get, request, send, with_json};

fn routes() -> Router {
    Router::new()
        .route("/ok", on_get(async || Reply::ok(&"hello")))
        .route(
            "/taken",
            on_get(async || Err::<(), _>(Error::new(ErrorKind::Conflict, "user.email_taken", "taken"))),
        )
        .route("/busy", on_get(async || Err::<(), _>(Error::unavailable("busy", "later"))))
        .route("/bare", on_get(async || StatusCode::NOT_FOUND))
        .route("/path/{n}", on_get(async |axum::extract::Path(_): axum::extract::Path<u8>| ()))
        .route("/axum", on_post(async |axum::Json(_): axum::Json<Vec<u8>>| ()))
        .route("/bytes", on_post(async |b: Bytes| b.len().to_string()))
        .route(
            "/task",
            on_get(async || {
                let task = tokio::spawn(async {
                    Error::new(ErrorKind::Conflict, "task.failed", "in a task of its own").into_response()
                });
                task.await.unwrap()
            }),
        )
}

/// The routes, with a stack around everything or around their group.
fn within(global: bool, stack: Stack) -> Edge {
    let (around, group) = if global { (stack, Stack::empty()) } else { (Stack::global(), stack) };
    Site::new(Arc::default())
        .stack(around)
        .group(Group::new("/g", group).routes(routes()))
        .build(ServerConfig { max_body_bytes: 1000, ..ServerConfig::default() })
        .unwrap()
}

fn empty(global: bool) -> Stack {
    if global { Stack::global() } else { Stack::empty() }
}

async fn problem(edge: &Edge, uri: &str) -> Answer {
    send(edge, request("GET", uri).header("accept", "application/problem+json").body(Body::empty()).unwrap())
        .await
}

#[tokio::test]
async fn a_layer_that_reads_bodies_sees_what_the_client_gets() {
    for global in [true, false] {
        let seen = Arc::new(Mutex::new(Bytes::new()));
        let keep = seen.clone();
        let reading = from_fn(move |request: Request, next: Next| {
            let keep = keep.clone();
            async move {
                let response = next.run(request).await;
                let (status, kind) =
                    (response.status(), response.headers().get(header::CONTENT_TYPE).cloned());
                let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
                *keep.lock().unwrap() = body.clone();
                // A new response, with nothing of the old one but what a proxy would take over.
                let mut new = Response::new(Body::from(body));
                *new.status_mut() = status;
                new.headers_mut().extend(kind.map(|kind| (header::CONTENT_TYPE, kind)));
                new
            }
        });
        let e = within(global, empty(global).layer("reading", reading));
        let check = |a: &Answer, status: u16, code: &str| {
            assert_eq!(*seen.lock().unwrap(), a.body.as_bytes(), "{}", a.body);
            assert_eq!(a.status, status, "{}", a.body);
            assert_eq!(a.code(), code);
            assert_eq!(a.json()["request_id"], a.header("x-request-id"), "{}", a.body);
        };
        check(&get(&e, "/g/ok").await, 200, "");
        check(&get(&e, "/g/taken").await, 409, "user.email_taken");
        check(&get(&e, "/g/bare").await, 404, "not_found");
        check(&get(&e, "/g/path/x").await, 404, "route.not_found");
        check(&with_json(&e, "POST", "/g/axum", "[1").await, 400, "json.malformed");
        check(&with_json(&e, "POST", "/g/bytes", &"x".repeat(1001)).await, 413, "body.too_large");
        if global {
            check(&get(&e, "/nowhere").await, 404, "route.not_found");
        }
        let a = problem(&e, "/g/taken").await;
        assert_eq!(*seen.lock().unwrap(), a.body.as_bytes());
        assert_eq!(
            (a.json()["code"].as_str(), a.header("content-type")),
            (Some("user.email_taken"), "application/problem+json")
        );
    }
}

#[tokio::test]
async fn what_a_layer_makes_of_an_answer_stays() {
    for global in [true, false] {
        let status = map_response(async |mut response: Response| {
            if response.status() == StatusCode::CONFLICT {
                *response.status_mut() = StatusCode::GONE;
            }
            response
        });
        let a = get(&within(global, empty(global).layer("status", status)), "/g/taken").await;
        assert_eq!((a.status.as_u16(), a.code()), (410, "user.email_taken".to_owned()));

        let body = map_response(async |response: Response| {
            let (parts, body) = response.into_parts();
            let mut whole = to_bytes(body, usize::MAX).await.unwrap().to_vec();
            whole.extend_from_slice(b"\n-- ");
            Response::from_parts(parts, Body::from(whole))
        });
        let e = within(global, empty(global).layer("body", body));
        for (uri, status) in [("/g/ok", 200), ("/g/taken", 409), ("/g/bare", 404), ("/g/path/x", 404)] {
            let a = get(&e, uri).await;
            let said = a.body.strip_suffix("\n-- ").unwrap_or_else(|| panic!("{uri}: {}", a.body));
            assert!(said.ends_with(&format!("\"request_id\":\"{}\"}}", a.header("x-request-id"))), "{said}");
            assert_eq!((a.status.as_u16(), a.header("content-length")), (status, &*a.body.len().to_string()));
        }
        let own = map_response(async |response: Response| {
            let said = format!("<h1>{}</h1>", response.status().as_u16());
            (response.status(), [(header::CONTENT_TYPE, "text/html")], said)
        });
        let a = get(&within(global, empty(global).layer("own", own)), "/g/taken").await;
        assert_eq!(
            (a.status.as_u16(), a.body.as_str(), a.header("content-type")),
            (409, "<h1>409</h1>", "text/html")
        );
    }
}

#[tokio::test]
async fn errors_keep_their_headers_and_those_of_tasks_are_written_too() {
    let e = within(true, Stack::global());
    let a = get(&e, "/g/busy").await;
    assert_eq!((a.status.as_u16(), a.header("retry-after"), a.code()), (503, "1", "busy".to_owned()));
    let a = get(&e, "/g/task").await;
    assert_eq!((a.status.as_u16(), a.code()), (409, "task.failed".to_owned()));
    assert_eq!(a.json()["request_id"], a.header("x-request-id"));
    // HEAD has the length of the body that GET has, and no body.
    for uri in ["/g/ok", "/g/taken", "/g/bare", "/nowhere"] {
        let whole = get(&e, uri).await;
        let head = send(&e, request("HEAD", uri).body(Body::empty()).unwrap()).await;
        assert_eq!((head.status, head.body.as_str()), (whole.status, ""), "{uri}");
        assert_eq!(head.header("content-length"), whole.body.len().to_string(), "{uri}");
    }
}

//! What every request passes: envelope, request id, host, limits, panics, stacks.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get as on_get, post as on_post};
use axum::{Extension, Router};
use framewright_core::cx::State;
use framewright_core::{Cx, Error, ErrorKind, Result};
use framewright_http::{BodyLimit, Edge, Group, Guard, Json, Query, Reply, ServerConfig, Site, Stack, Valid};
use http::{HeaderName, HeaderValue, StatusCode};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{get, request, send, with_json};

#[derive(serde::Deserialize, garde::Validate)]
#[serde(deny_unknown_fields)]
struct Input {
    #[garde(length(min = 3))]
    title: String,
    #[garde(range(max = 10))]
    count: u8,
}

fn site(config: ServerConfig) -> Edge {
    let router = Router::new()
        .route("/hello", on_get(|cx: Cx| async move { Reply::ok(&cx.request_id()) }))
        .route("/created", on_post(async || Reply::created("/things/1", &1)))
        .route(
            "/taken",
            on_get(async || Err::<(), _>(Error::new(ErrorKind::Conflict, "user.email_taken", "taken"))),
        )
        .route("/leak", on_get(async || Err::<(), _>(Error::internal("SELECT secret FROM /etc/passwd"))))
        .route("/panic", on_get(async || panic!("boom in a handler") as ()))
        .route("/teapot", on_get(async || (StatusCode::IM_A_TEAPOT, "short and stout")))
        .route("/bare", on_get(async || StatusCode::NOT_FOUND))
        .route("/own", on_get(async || (StatusCode::CONFLICT, axum::Json(serde_json::json!({"mine": 1})))))
        .route("/axum", on_post(async |axum::Json(_): axum::Json<Vec<u8>>| ()))
        .route("/path/{n}", on_get(async |axum::extract::Path(_): axum::extract::Path<u8>| ()))
        .route("/ext", on_get(async |Extension(_): Extension<std::time::Instant>| ()))
        .route("/valid", on_post(async |Valid(Json(i)): Valid<Json<Input>>| Reply::ok(&(i.title, i.count))))
        .route("/query", on_get(async |Valid(Query(i)): Valid<Query<Input>>| Reply::ok(&(i.title, i.count))))
        .route(
            "/form",
            on_post(async |Valid(framewright_http::Form(i)): Valid<framewright_http::Form<Input>>| {
                Reply::ok(&(i.title, i.count))
            }),
        )
        .route("/any", on_post(async |Json(v): Json<serde_json::Value>| Reply::ok(&v)))
        .route("/bytes", on_post(async |b: bytes::Bytes| b.len().to_string()))
        .route("/big", on_post(async |b: bytes::Bytes| b.len().to_string()).layer(BodyLimit(3 << 20)))
        .route("/slow", on_get(async || tokio::time::sleep(Duration::from_secs(60)).await));
    Site::new(Arc::new(State::default())).routes(router).build(config).unwrap()
}

fn edge() -> Edge {
    site(ServerConfig::default())
}

#[tokio::test]
async fn success_carries_the_request_id_everywhere() {
    let a = get(&edge(), "/hello").await;
    let id = a.header("x-request-id").to_owned();
    assert_eq!(a.status, 200);
    assert_eq!(a.json(), serde_json::json!({"success": true, "data": id, "request_id": id}));
    let given = request("GET", "/hello").header("x-request-id", "client-id.1_2").body(Body::empty()).unwrap();
    assert_eq!(send(&edge(), given).await.json()["data"], "client-id.1_2");
    for bad in ["short", "with blank inside", "<script>alert(1)</script>"] {
        let given = request("GET", "/hello").header("x-request-id", bad).body(Body::empty()).unwrap();
        assert_ne!(send(&edge(), given).await.json()["data"], bad);
    }
}

#[tokio::test]
async fn created_says_where() {
    let a = with_json(&edge(), "POST", "/created", "").await;
    assert_eq!((a.status.as_u16(), a.header("location")), (201, "/things/1"));
}

#[tokio::test]
async fn errors_become_the_envelope() {
    let e = edge();
    for (uri, status, code, message) in [
        ("/nowhere", 404, "route.not_found", "there is nothing at this address"),
        ("/created", 405, "route.method_not_allowed", "this method is not allowed here"),
        ("/taken", 409, "user.email_taken", "taken"),
        ("/leak", 500, "internal", "something went wrong on our side"),
        ("/teapot", 418, "http.418", "short and stout"),
        ("/bare", 404, "not_found", "there is no such thing"),
        ("/path/x", 404, "route.not_found", "there is nothing at this address"),
        ("/path/256", 404, "route.not_found", "there is nothing at this address"),
        ("/path/%ff", 404, "route.not_found", "there is nothing at this address"),
        ("/ext", 500, "internal", "something went wrong on our side"),
    ] {
        let a = get(&e, uri).await;
        let id = a.header("x-request-id").to_owned();
        assert_eq!(a.status, status, "{uri}");
        let expected = serde_json::json!({"success": false, "error": {"code": code, "message": message, "meta": {}}, "request_id": id});
        assert_eq!(a.json(), expected, "{uri}");
        assert_eq!(a.header("content-type"), "application/json");
    }
    assert_eq!(get(&e, "/created").await.header("allow"), "POST");
    assert_eq!(get(&e, "/own").await.json(), serde_json::json!({"mine": 1}));
}

#[tokio::test]
async fn problem_json_for_those_who_ask() {
    let asked =
        request("GET", "/nowhere").header("accept", "application/problem+json").body(Body::empty()).unwrap();
    let a = send(&edge(), asked).await;
    assert_eq!(a.header("content-type"), "application/problem+json");
    assert_eq!(
        (a.json()["status"].as_u64(), a.json()["code"].as_str().unwrap().to_owned()),
        (Some(404), "route.not_found".into())
    );
}

#[tokio::test]
async fn axum_rejections_name_no_rust_type() {
    let e = edge();
    for (body, kind, status, code) in [
        ("[1,", "application/json", 400, "json.malformed"),
        ("[\"x\"]", "application/json", 422, "validation"),
        ("[1]", "text/plain", 415, "body.unsupported_type"),
    ] {
        let sent = request("POST", "/axum").header("content-type", kind).body(Body::from(body)).unwrap();
        let a = send(&e, sent).await;
        assert_eq!((a.status.as_u16(), a.code()), (status, code.to_owned()), "{body}");
        assert!(!a.body.contains("u8") && !a.body.contains("target type"), "{}", a.body);
    }
}

#[tokio::test]
async fn valid_lists_every_field_at_once() {
    let e = edge();
    let a = with_json(&e, "POST", "/valid", r#"{"title":"ab","count":11}"#).await;
    assert_eq!(a.status, 422);
    let fields = &a.json()["error"]["meta"]["fields"];
    assert!(fields["title"].is_array() && fields["count"].is_array(), "{fields}");
    assert_eq!(
        with_json(&e, "POST", "/valid", r#"{"title":"abc","count":1}"#).await.json()["data"],
        serde_json::json!(["abc", 1])
    );
    for (body, status, code, field) in [
        (r#"{"title":"abc"}"#, 422, "validation", "count"),
        (r#"{"title":"abc","count":"1"}"#, 422, "validation", "count"),
        (r#"{"title":"abc","count":300}"#, 422, "validation", "count"),
        (r#"{"title":null,"count":3}"#, 422, "validation", "title"),
        (r#"{"title":"abc","count":3,"x":1}"#, 422, "validation", "x"),
        (r#"{"title":"abc","title":"abc","count":3}"#, 422, "validation", "title"),
        (r#"{"title":"abc","count":3} x"#, 400, "json.malformed", ""),
        ("", 400, "json.malformed", ""),
    ] {
        let a = with_json(&e, "POST", "/valid", body).await;
        assert_eq!((a.status.as_u16(), a.code()), (status, code.to_owned()), "{body}");
        if !field.is_empty() {
            assert!(a.json()["error"]["meta"]["fields"][field].is_array(), "{}", a.body);
        }
        assert!(!a.body.contains("u8") && !a.body.contains("Input"), "{}", a.body);
    }
    assert_eq!(get(&e, "/query?title=abc&count=2").await.json()["data"], serde_json::json!(["abc", 2]));
    assert_eq!(get(&e, "/query?title=a&count=2").await.status, 422);
    assert_eq!(
        get(&e, "/query?title=abc&count=x").await.json()["error"]["meta"]["fields"]["count"][0],
        "is not of the right type"
    );
    let form = |kind: &str| {
        request("POST", "/form").header("content-type", kind).body(Body::from("title=abc&count=2")).unwrap()
    };
    assert_eq!(send(&e, form("application/x-www-form-urlencoded")).await.status, 200);
    assert_eq!(send(&e, form("application/json")).await.status, 415);
    let utf16 = request("POST", "/valid")
        .header("content-type", "application/json; charset=utf-16")
        .body(Body::from("{}"))
        .unwrap();
    assert_eq!(send(&e, utf16).await.status, 415);
}

#[tokio::test]
async fn bodies_have_a_limit_also_chunked_and_per_route() {
    let e = edge();
    let mib = 1 << 20;
    let whole = |uri: &str, n: usize| request("POST", uri).body(Body::from(vec![b'x'; n])).unwrap();
    let chunked = |uri: &str, n: usize| {
        let chunks =
            futures_util::stream::iter((0..n.div_ceil(4096)).map(move |i| {
                Ok::<_, std::io::Error>(bytes::Bytes::from(vec![b'x'; 4096.min(n - i * 4096)]))
            }));
        request("POST", uri).body(Body::from_stream(chunks)).unwrap()
    };
    assert_eq!(send(&e, whole("/bytes", mib)).await.body, mib.to_string());
    assert_eq!(send(&e, chunked("/bytes", mib)).await.body, mib.to_string());
    for sent in [
        whole("/bytes", mib + 1),
        chunked("/bytes", mib + 1),
        whole("/big", 3 * mib + 1),
        chunked("/big", 3 * mib + 1),
    ] {
        let a = send(&e, sent).await;
        assert_eq!(
            (a.status.as_u16(), a.code(), a.header("connection")),
            (413, "body.too_large".into(), "close")
        );
    }
    assert_eq!(send(&e, chunked("/big", 3 * mib)).await.body, (3 * mib).to_string());
}

#[tokio::test]
async fn a_thousand_panics_and_all_is_well() {
    let e = edge();
    for _ in 0..1000 {
        let a = get(&e, "/panic").await;
        assert_eq!((a.status.as_u16(), a.code()), (500, "internal".to_owned()));
        assert!(!a.body.contains("boom"));
    }
    assert_eq!(get(&e, "/healthz").await.status, 200);
    assert!(get(&e, "/metrics").await.body.contains("http_panics_total 1000"));
    assert!(
        get(&e, "/metrics")
            .await
            .body
            .contains(r#"http_requests_total{route="/panic",method="GET",status="500"} 1000"#)
    );
}

#[tokio::test]
async fn hosts_and_targets() {
    let e = site(ServerConfig { hosts: vec!["test.local".into()], ..ServerConfig::default() });
    let host = |h: &str| axum::http::Request::get("/hello").header("host", h).body(Body::empty()).unwrap();
    for (given, status) in
        [("test.local", 200), ("test.local:8080", 200), ("evil.example", 421), ("a b/c", 400), ("x@y", 400)]
    {
        assert_eq!(send(&e, host(given)).await.status, status, "{given}");
    }
    assert_eq!(send(&e, axum::http::Request::get("/hello").body(Body::empty()).unwrap()).await.status, 400);
    let twice = axum::http::Request::get("/hello").header("host", "test.local").header("host", "test.local");
    assert_eq!(send(&e, twice.body(Body::empty()).unwrap()).await.status, 400);
    assert_eq!(get(&e, &format!("/hello?{}", "x".repeat(8200))).await.code(), "uri.too_long");
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_answered() {
    let a = get(&edge(), "/slow").await;
    assert_eq!((a.status.as_u16(), a.code()), (504, "timeout".into()));
}

#[tokio::test]
async fn security_headers_on_every_answer_and_removable() {
    let e = edge();
    for uri in ["/hello", "/nowhere", "/panic", "/healthz"] {
        let a = get(&e, uri).await;
        assert_eq!(
            (a.header("x-content-type-options"), a.header("x-frame-options"), a.header("cache-control")),
            ("nosniff", "DENY", "no-store"),
            "{uri}"
        );
        assert!(a.header("content-security-policy").starts_with("default-src 'none'"));
    }
    let without = Site::new(Arc::default())
        .stack(Stack::global().without(Guard::SecurityHeaders))
        .build(ServerConfig::default())
        .unwrap();
    assert_eq!(get(&without, "/healthz").await.header("x-frame-options"), "");
    assert_eq!(get(&without, "/healthz").await.header("x-request-id").len(), 36);
}

type Trace = Arc<Mutex<Vec<&'static str>>>;

async fn noted(trace: Trace, name: &'static str, stop: bool, request: Request, next: Next) -> Response {
    trace.lock().unwrap().push(name);
    if stop { StatusCode::FORBIDDEN.into_response() } else { next.run(request).await }
}

#[tokio::test]
async fn scopes_run_global_then_group_then_route() {
    for (stop, expected) in [
        (false, vec!["global 1", "global 2", "group", "inner group", "route", "handler"]),
        (true, vec!["global 1", "global 2", "group"]),
    ] {
        let trace = Trace::default();
        let note = |name: &'static str, stop: bool| {
            let trace = trace.clone();
            from_fn(move |request: Request, next: Next| noted(trace.clone(), name, stop, request, next))
        };
        let seen = trace.clone();
        let handler =
            on_get(move || async move { seen.lock().unwrap().push("handler") }).layer(note("route", false));
        let inner = Group::new("/b", Stack::empty().layer("inner", note("inner group", false)))
            .routes(Router::new().route("/c", handler));
        let stack =
            Stack::global().layer("one", note("global 1", false)).layer("two", note("global 2", false));
        assert_eq!(stack.to_string(), "request-id → log → panic → security-headers → host-trust → one → two");
        let edge = Site::new(Arc::default())
            .stack(stack)
            .group(Group::new("/a", Stack::empty().layer("group", note("group", stop))).group(inner))
            .build(ServerConfig::default())
            .unwrap();
        let a = get(&edge, "/a/b/c").await;
        assert_eq!(a.status, if stop { 403 } else { 200 });
        assert_eq!(*trace.lock().unwrap(), expected);
    }
}

#[tokio::test]
async fn foreign_routers_and_layers_mount_unchanged() {
    let layer = tower_http::set_header::SetResponseHeaderLayer::overriding(
        HeaderName::from_static("x-theirs"),
        HeaderValue::from_static("yes"),
    );
    let theirs = Router::new().route(
        "/theirs",
        on_get(async || Err::<(), Error>(Error::new(ErrorKind::NotFound, "x.not_found", "no"))),
    );
    let edge = Site::new(Arc::default()).routes(theirs.layer(layer)).build(ServerConfig::default()).unwrap();
    let a = get(&edge, "/theirs").await;
    assert_eq!((a.header("x-theirs"), a.code()), ("yes", "x.not_found".to_owned()));
}

#[tokio::test]
async fn clashing_routes_are_explained() {
    let one = || Router::new().route("/x", on_get(async || ()));
    let clash = Site::new(Arc::default())
        .routes(one())
        .routes(one())
        .build(ServerConfig::default())
        .map(|_| ())
        .unwrap_err();
    assert_eq!(clash.code(), "route.clash");
    assert!(clash.message().contains("/x"), "{clash}");
}

#[tokio::test]
async fn overload_is_refused_and_probes_are_not() -> Result<()> {
    let e = site(ServerConfig { max_in_flight: 2, ..ServerConfig::default() });
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let e = e.clone();
            tokio::spawn(async move { get(&e, "/slow").await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let a = get(&e, "/hello").await;
    assert_eq!((a.status.as_u16(), a.code(), a.header("retry-after")), (503, "overloaded".into(), "1"));
    assert_eq!(get(&e, "/healthz").await.status, 200);
    busy.iter().for_each(tokio::task::JoinHandle::abort);
    for b in busy {
        let _ = b.await;
    }
    assert_eq!(get(&e, "/hello").await.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_write_is_not_cut_by_a_client_that_hangs_up() {
    let done = Arc::new(Mutex::new(0));
    let count = done.clone();
    let slow = async move || {
        tokio::time::sleep(Duration::from_millis(50)).await;
        *count.lock().unwrap() += 1;
    };
    let edge = Site::new(Arc::default())
        .routes(Router::new().route("/w", on_post(slow.clone()).get(slow)))
        .build(ServerConfig::default())
        .unwrap();
    for method in ["POST", "GET"] {
        let sent = edge.handle(request(method, "/w").body(Body::empty()).unwrap());
        assert!(tokio::time::timeout(Duration::from_millis(10), sent).await.is_err());
    }
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(*done.lock().unwrap(), 1, "the POST ended, the GET was dropped");
}

#[tokio::test]
async fn a_json_body_is_read_strictly_on_own_routes_too() {
    let e = edge();
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    for (body, status, code) in [
        (r#"{"a":1,"b":[null,true,1.5e3,"x"]}"#.to_owned(), 200, ""),
        (deep(64), 200, ""),
        (deep(65), 400, "json.too_deep"),
        (format!("[{}0]", "0,".repeat(9_998)), 200, ""),
        (format!("[{}0]", "0,".repeat(9_999)), 400, "json.too_large"),
        (r#"{"a":1,"a":2}"#.to_owned(), 422, "validation"),
        (r#"{"b":{"a":1,"\u0061":2}}"#.to_owned(), 422, "validation"),
        (r#"{"a":"x\u0000y"}"#.to_owned(), 422, "validation"),
        (r#"{"\u0000":1}"#.to_owned(), 422, "validation"),
        (r#"{"a":"\ud800"}"#.to_owned(), 400, "json.malformed"),
        ("1e400".to_owned(), 400, "json.malformed"),
        ("1e-20000".to_owned(), 400, "json.malformed"),
        ("\u{feff}{}".to_owned(), 400, "json.malformed"),
        ("{} x".to_owned(), 400, "json.malformed"),
        ("[1,]".to_owned(), 400, "json.malformed"),
        (String::new(), 400, "json.malformed"),
    ] {
        let a = with_json(&e, "POST", "/any", &body).await;
        let shown = &body[..body.len().min(60)];
        assert_eq!(a.status, status, "{shown}: {}", a.body);
        assert!(code.is_empty() || a.code() == code, "{shown}: {}", a.body);
    }
    for (kind, status) in
        [("application/json; charset=utf-16", 415), ("application/json; charset=utf-8", 200)]
    {
        let sent = request("POST", "/any").header("content-type", kind).body(Body::from("1")).unwrap();
        assert_eq!(send(&e, sent).await.status, status, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_waited_for_is_the_one_who_took_too_long() {
    // The guard of the body and the time of the request run out together; which is looked at first must not matter.
    let e = site(ServerConfig { body_min_rate: 0, ..ServerConfig::default() });
    for uri in ["/bytes", "/any"] {
        for wait in 0..10 {
            let bytes = futures_util::stream::once(async move {
                tokio::time::sleep(Duration::from_millis(wait * 100)).await;
                Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"[1,"))
            });
            let body =
                Body::from_stream(futures_util::StreamExt::chain(bytes, futures_util::stream::pending()));
            let sent = request("POST", uri).header("content-type", "application/json").body(body).unwrap();
            let a = send(&e, sent).await;
            assert_eq!((a.status.as_u16(), a.code()), (408, "request.timeout".to_owned()), "{uri} {wait}");
            assert_eq!(a.header("connection"), "close");
        }
    }
}

/// Counts itself while it is there.
struct Alive(Arc<std::sync::atomic::AtomicUsize>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_never_ends_is_ended() {
    let running = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let seen = running.clone();
    let hang = async move || {
        seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let _alive = Alive(seen.clone());
        std::future::pending::<()>().await;
    };
    let e = Site::new(Arc::default())
        .routes(Router::new().route("/hang", on_post(hang)))
        .build(ServerConfig { request_timeout: Duration::from_secs(10), ..ServerConfig::default() })
        .unwrap();
    let now = || running.load(std::sync::atomic::Ordering::Relaxed);
    let a = with_json(&e, "POST", "/hang", "1").await;
    assert_eq!((a.status.as_u16(), a.code()), (504, "timeout".to_owned()));
    assert_eq!(now(), 1, "it may still end well");
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(now(), 0);
    // The same for one whose client has gone.
    let sent = with_json(&e, "POST", "/hang", "1");
    assert!(tokio::time::timeout(Duration::from_secs(1), sent).await.is_err());
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(now(), 1);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(now(), 0);
}

#[tokio::test]
async fn the_more_exact_route_wins() {
    let said = |what: &'static str| on_get(move || async move { what });
    let router = Router::new()
        .route("/w/{*rest}", said("wildcard"))
        .route("/w/fixed", said("static"))
        .route("/w/fixed/{part}", said("static, parameter"))
        .route("/r/{id}", said("parameter"))
        .route("/r/fixed", said("static"))
        .route("/r/{id}/parts", said("parameter, static"))
        .route("/r/fixed/{part}", said("static, parameter"))
        .route("/r/fixed/parts", said("static, static"));
    let e = Site::new(Arc::default()).routes(router).build(ServerConfig::default()).unwrap();
    for (uri, route) in [
        ("/r/fixed", "static"),
        ("/r/fixe", "parameter"),
        ("/r/fixed2", "parameter"),
        ("/r/a/parts", "parameter, static"),
        ("/r/fixed/parts", "static, static"),
        ("/r/fixed/part", "static, parameter"),
        ("/w/fixed", "static"),
        ("/w/a", "wildcard"),
        ("/w/a/b/c", "wildcard"),
        ("/w/fixed/a", "static, parameter"),
        ("/w/fixed/a/b", "wildcard"),
    ] {
        let a = get(&e, uri).await;
        assert_eq!((a.status.as_u16(), a.body.as_str()), (200, route), "{uri}");
    }
    for uri in ["/r", "/R/fixed", "/r/", "/r/a/other", "/r/fixed/parts/more", "/w"] {
        assert_eq!(get(&e, uri).await.code(), "route.not_found", "{uri}");
    }
    // Which of these two was meant, nobody can say.
    let clash = |path: &str| {
        let one = Router::new().route("/x/{id}", said(""));
        let two = Router::new().route(path, said(""));
        Site::new(Arc::default()).routes(one).routes(two).build(ServerConfig::default()).map(drop)
    };
    assert_eq!(clash("/x/{*rest}").unwrap_err().code(), "route.clash");
}

#[tokio::test]
async fn readiness_names_what_is_down() {
    let mut health = framewright_http::Health::default();
    health.check("cache", async |_| Ok(()));
    health.check("queue", async |_| Err(Error::unavailable("queue.away", "SECRET at 10.0.0.1")));
    let e = Site::new(Arc::default()).health(health).build(ServerConfig::default()).unwrap();
    for uri in ["/readyz", "/health/ready", "/health"] {
        let a = get(&e, uri).await;
        assert_eq!(
            (a.status.as_u16(), a.code(), a.header("retry-after")),
            (503, "not_ready".to_owned(), "1"),
            "{uri}"
        );
        let expected = serde_json::json!({"code": "not_ready", "message": "not ready: queue", "meta": {"fields": {"queue": ["is down"]}}});
        assert_eq!(a.json()["error"], expected, "{uri}");
        assert_eq!((&a.json()["success"], a.json().get("data")), (&serde_json::json!(false), None), "{uri}");
        let asked =
            request("GET", uri).header("accept", "application/problem+json").body(Body::empty()).unwrap();
        let a = send(&e, asked).await;
        assert_eq!((a.status.as_u16(), a.header("content-type")), (503, "application/problem+json"), "{uri}");
        assert!(!a.body.contains("SECRET"), "{}", a.body);
    }
    assert_eq!(get(&e, "/healthz").await.status, 200);
    e.drain();
    for uri in ["/readyz", "/health"] {
        assert_eq!(
            (get(&e, uri).await.status.as_u16(), get(&e, uri).await.code()),
            (503, "shutting_down".to_owned()),
            "{uri}"
        );
    }
    let mut health = framewright_http::Health::default();
    health.check("cache", async |_| Ok(()));
    let e = Site::new(Arc::default()).health(health).build(ServerConfig::default()).unwrap();
    for uri in ["/readyz", "/health"] {
        assert_eq!(
            get(&e, uri).await.json()["data"],
            serde_json::json!({"status": "up", "checks": {"cache": "up"}}),
            "{uri}"
        );
    }
}

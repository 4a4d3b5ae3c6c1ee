//! What the log says of a request, and that it can be found by the id that the client has.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use axum::Router;
use axum::body::Body;
use axum::routing::get as on_get;
use framewright_core::{Error, ErrorKind};
use framewright_http::{Edge, Guard, Reply, ServerConfig, Site, Stack};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use support::{Answer, get, request, send};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// The lines of the log, as their fields.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Line>>>);

#[derive(Debug, Clone)]
struct Line {
    level: Level,
    target: String,
    fields: BTreeMap<&'static str, String>,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let meta = event.metadata();
        let mut line =
            Line { level: *meta.level(), target: meta.target().to_owned(), fields: BTreeMap::new() };
        event.record(&mut line);
        self.0.lock().unwrap().push(line);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl Log {
    /// The one line about a request.
    fn line(&self) -> Line {
        let mut all = std::mem::take(&mut *self.0.lock().unwrap());
        all.retain(|l| l.target == "framewright::request");
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

fn edge(stack: Stack) -> Edge {
    let router = Router::new()
        .route("/things/{id}", on_get(async || Reply::ok(&1)))
        .route("/leak", on_get(async || Err::<(), _>(Error::internal("SELECT secret"))))
        .route("/panic", on_get(async || panic!("boom") as ()))
        .route("/taken", on_get(async || Err::<(), _>(Error::new(ErrorKind::Conflict, "x.taken", "taken"))))
        .route(
            "/away",
            on_get(async || Err::<(), _>(Error::unavailable("x.away", "away").caused_by("refused"))),
        );
    Site::new(Arc::default()).stack(stack).routes(router).build(ServerConfig::default()).unwrap()
}

#[tokio::test]
async fn every_request_has_one_line_with_the_id_that_the_client_has() {
    let log = Log::default();
    let _here = tracing::subscriber::set_default(log.clone());
    let e = edge(Stack::global());
    let same = |a: &Answer, level: Level, route: &str| {
        let line = log.line();
        assert_eq!(line.fields["request_id"], a.header("x-request-id"), "{line:?}");
        assert_eq!(line.fields["status"], a.status.as_u16().to_string(), "{line:?}");
        assert_eq!((line.level, line.fields["route"].as_str()), (level, route), "{line:?}");
        assert_eq!(
            line.fields.get("code").map(String::as_str),
            Some(a.code()).filter(|c| !c.is_empty()).as_deref()
        );
        assert!(line.fields.contains_key("micros") && line.fields["method"] == "GET", "{line:?}");
        if a.status.is_client_error() || a.status.is_server_error() {
            assert_eq!(a.json()["request_id"], a.header("x-request-id"));
        }
        line
    };
    let line = same(&get(&e, "/things/7?token=secret").await, Level::INFO, "/things/{id}");
    assert_eq!(line.fields["path"], "/things/7", "without the query, which may hold secrets");
    same(&get(&e, "/nowhere").await, Level::INFO, "");
    same(&get(&e, "/taken").await, Level::INFO, "/taken");
    let line = same(&get(&e, "/leak").await, Level::ERROR, "/leak");
    assert_eq!(line.fields["cause"], "SELECT secret");
    let line = same(&get(&e, "/panic").await, Level::ERROR, "/panic");
    assert!(line.fields["cause"].contains("boom") && line.fields["cause"].contains("logs.rs"), "{line:?}");
    let line = same(&get(&e, "/away").await, Level::INFO, "/away");
    assert_eq!(line.fields["cause"], "refused");
    same(&get(&e, "/healthz").await, Level::DEBUG, "");
    let given = request("GET", "/taken").header("x-request-id", "client-id.1_2").body(Body::empty()).unwrap();
    assert_eq!(same(&send(&e, given).await, Level::INFO, "/taken").fields["request_id"], "client-id.1_2");

    let silent = edge(Stack::global().without(Guard::Log));
    get(&silent, "/taken").await;
    assert!(log.0.lock().unwrap().iter().all(|l| l.target != "framewright::request"));
}

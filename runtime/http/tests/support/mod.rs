//! Requests in process, through the same edge that the server uses.
#![allow(dead_code, unreachable_pub, clippy::expect_used, clippy::panic)]

use axum::body::Body;
use framewright_http::Edge;
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Mutex;

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e} in {:?}", self.body))
    }
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap_or("?"))
    }
}

pub fn request(method: &str, uri: &str) -> http::request::Builder {
    Request::builder().method(method).uri(uri).header("host", "test.local")
}

pub async fn send(edge: &Edge, request: Request<Body>) -> Answer {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let answer = answer(edge, request).await;
    if !answer.status.is_success() && path.starts_with("/api/v1/") {
        described(edge, &method, &path, &answer).await;
    }
    answer
}

async fn answer(edge: &Edge, request: Request<Body>) -> Answer {
    let response = edge.handle(request).await;
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    let body = String::from_utf8(body.to_vec()).expect("UTF-8");
    Answer { status: parts.status, headers: parts.headers, body }
}

/// What was looked up already: requests are many, kinds of answers are few.
static KNOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Every status and every code that a derived route answers with has to be in the document.
async fn described(edge: &Edge, method: &str, path: &str, given: &Answer) {
    let error: serde_json::Value = serde_json::from_str(&given.body).unwrap_or_default();
    // in either form of an error
    let code = error["error"]["code"].as_str().or(error["code"].as_str()).unwrap_or_default();
    if code.starts_with("route.") {
        return; // no operation has answered
    }
    let segments: Vec<&str> = path.split('/').collect();
    let (resource, length) = (segments.get(3).copied().unwrap_or_default(), segments.len());
    if !KNOWN
        .lock()
        .expect("not poisoned")
        .insert(format!("{method} {resource} {length} {} {code}", given.status))
    {
        return;
    }
    let document = request("GET", "/openapi.json").body(Body::empty()).expect("a request");
    let document = answer(edge, document).await;
    if document.status != 200 {
        return;
    }
    let document = document.json();
    let fits = |template: &str| {
        let template: Vec<&str> = template.split('/').collect();
        template.len() == length && template.iter().zip(&segments).all(|(t, s)| t == s || t.starts_with('{'))
    };
    // what is written out goes before a parameter, as in routing
    let mut fitting: Vec<_> =
        document["paths"].as_object().expect("paths").iter().filter(|(t, _)| fits(t)).collect();
    fitting.sort_by_key(|(template, _)| template.matches('{').count());
    let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
    let Some(operation) = fitting.first().and_then(|(_, item)| item.get(&method)) else { return };
    let status = given.status.as_str();
    assert!(!operation["responses"][status].is_null(), "{method} {path}: {status} is not described");
    let Some(codes) = operation["x-error-codes"].as_array() else { return };
    assert!(code.is_empty() || codes.iter().any(|c| c == code), "{method} {path}: `{code}` is not described");
}

pub async fn get(edge: &Edge, uri: &str) -> Answer {
    send(edge, request("GET", uri).body(Body::empty()).expect("a request")).await
}

pub async fn with_json(edge: &Edge, method: &str, uri: &str, body: &str) -> Answer {
    let request = request(method, uri).header("content-type", "application/json");
    send(edge, request.body(Body::from(body.to_owned())).expect("a request")).await
}

pub async fn author(edge: &Edge, name: &str) -> String {
    let a = with_json(edge, "POST", "/api/v1/authors", &json!({"name": name}).to_string()).await;
    assert_eq!(a.status, 201, "{}", a.body);
    a.json()["data"]["id"].as_str().expect("what was asked for").to_owned()
}

pub async fn article(edge: &Edge, body: Value) -> Value {
    let a = with_json(edge, "POST", "/api/v1/articles", &body.to_string()).await;
    assert_eq!(a.status, 201, "{}", a.body);
    a.json()["data"].clone()
}

pub async fn with_header(
    edge: &Edge,
    method: &str,
    uri: &str,
    name: &str,
    value: &str,
    body: &str,
) -> Answer {
    let r = request(method, uri).header("content-type", "application/json").header(name, value);
    send(edge, r.body(Body::from(body.to_owned())).expect("what was asked for")).await
}

pub fn failure(a: &Answer, status: u16, code: &str) {
    assert_eq!((a.status.as_u16(), a.code().as_str()), (status, code), "{}", a.body);
    assert_eq!(a.json()["success"], false);
    assert_eq!(a.json()["request_id"], a.header("x-request-id"));
}

//! Requests in process, through the same edge that the server uses.
#![allow(dead_code, unreachable_pub, clippy::expect_used, clippy::panic)]

use axum::body::Body;
use framewright_http::Edge;
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};

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
    let response = edge.handle(request).await;
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    let body = String::from_utf8(body.to_vec()).expect("UTF-8");
    Answer { status: parts.status, headers: parts.headers, body }
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

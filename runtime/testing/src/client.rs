//! The client: requests that go through the whole production chain, in process, without a socket.

use crate::answer::Answer;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use framewright_core::{Actor, Resource, ValueRef};
use framewright_http::Edge;
use serde_json::Value;
use std::pin::Pin;

/// Sends requests to an application; cheap to clone, and each copy can act as somebody else.
#[derive(Clone)]
pub struct Client {
    edge: Edge,
    headers: HeaderMap,
    actor: Option<Actor>,
}

impl Client {
    /// A client of this application: anonymous.
    #[must_use]
    pub fn new(edge: Edge) -> Self {
        Self { edge, headers: HeaderMap::new(), actor: None }
    }

    /// The same client, with a header on every request.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        insert(&mut self.headers, name, value);
        self
    }

    /// The same client, acting as the user that this record is.
    #[must_use]
    pub fn as_user<R: Resource>(&self, user: &R) -> Self {
        let key = user.descriptor().key;
        let id = user.field(key).map(|v| key_text(&v)).unwrap_or_default();
        self.as_actor(Actor::User { id, roles: Vec::new() })
    }

    /// The same client, acting as this actor.
    #[must_use]
    pub fn as_actor(&self, actor: Actor) -> Self {
        Self { actor: Some(actor), ..self.clone() }
    }

    /// A GET request.
    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }
    /// A POST request.
    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }
    /// A PUT request.
    pub fn put(&self, path: &str) -> Request {
        self.request(Method::PUT, path)
    }
    /// A PATCH request.
    pub fn patch(&self, path: &str) -> Request {
        self.request(Method::PATCH, path)
    }
    /// A DELETE request.
    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }

    /// A request with any method.
    ///
    /// # Panics
    /// When the path is no target of a request.
    pub fn request(&self, method: Method, path: &str) -> Request {
        let mut request = axum::http::Request::builder()
            .method(&method)
            .uri(path)
            .body(Body::empty())
            .unwrap_or_else(|e| panic!("`{path}` is no path of a request: {e}"));
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().entry(header::HOST).or_insert(HeaderValue::from_static("localhost"));
        if let Some(actor) = &self.actor {
            request.extensions_mut().insert(actor.clone());
        }
        Request { edge: self.edge.clone(), what: format!("{method} {path}"), request }
    }
}

fn key_text(value: &ValueRef<'_>) -> String {
    match value {
        ValueRef::Uuid(bytes) => {
            framewright_core::Id::<()>::from_uuid(uuid::Uuid::from_bytes(*bytes)).to_string()
        }
        ValueRef::I64(i) => i.to_string(),
        ValueRef::Text(t) => (*t).to_owned(),
        other => format!("{other:?}"),
    }
}

fn insert(headers: &mut HeaderMap, name: &str, value: &str) {
    let name: HeaderName = name.parse().unwrap_or_else(|_| panic!("`{name}` is no name of a header"));
    let value =
        HeaderValue::from_str(value).unwrap_or_else(|_| panic!("`{value}` can't be the value of a header"));
    headers.insert(name, value);
}

/// A request in the making; awaiting it sends it.
#[must_use = "a request is sent by awaiting it"]
pub struct Request {
    edge: Edge,
    what: String,
    request: axum::http::Request<Body>,
}

impl Request {
    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        insert(self.request.headers_mut(), name, value);
        self
    }

    /// With a JSON body.
    #[expect(clippy::needless_pass_by_value, reason = "`json!` makes a value, and tests give it away")]
    pub fn json(self, body: Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// With a form as its body.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let pairs: Vec<String> =
            fields.iter().map(|(k, v)| format!("{}={}", encoded(k), encoded(v))).collect();
        self.header("content-type", "application/x-www-form-urlencoded").body(pairs.join("&"))
    }

    /// With these bytes as its body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let length = HeaderValue::from(body.len());
        self.request.headers_mut().insert(header::CONTENT_LENGTH, length);
        *self.request.body_mut() = Body::from(body);
        self
    }
}

fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let response = self.edge.handle(self.request).await;
            Answer::read(self.what, response).await
        })
    }
}

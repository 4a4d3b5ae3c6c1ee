//! The way out: errors and bare statuses become the one form of answers, and one line goes to the log.

use super::body::fault_error;
use super::exchange::{BodyFault, Exchange};
use crate::envelope::{Failure, Form, of_status};
use crate::reply::Unfinished;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use framewright_core::http::Failed;
use http::{HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use std::borrow::Cow;
use std::error::Error as _;
use std::net::SocketAddr;
use std::time::Duration;

pub(super) const OUR_FAULT: &str = "something went wrong on our side";

/// What the log learns beside what the client does.
#[derive(Default)]
pub(super) struct Told {
    pub(super) code: Option<String>,
    pub(super) cause: Option<String>,
}

/// Gives an answer its final form.
pub(super) async fn finish(response: Response, exchange: &Exchange, form: Form, told: &mut Told) -> Response {
    let mut response = response;
    if let Some(Unfinished(body)) = response.extensions_mut().remove::<Unfinished>() {
        return complete(response, &body, exchange);
    }
    let failed = response.extensions_mut().remove::<Failed>();
    if failed.is_none() && !response.status().is_client_error() && !response.status().is_server_error() {
        return response;
    }
    // What the body's guard has seen explains the error better than the handler, who saw a broken stream.
    let fault = exchange.body_fault().filter(|f| failed.is_none() || *f != BodyFault::Broken);
    let error = match (fault, &failed) {
        (Some(fault), _) => Some(std::sync::Arc::new(fault_error(fault, exchange.body_limit()))),
        (None, Some(failed)) => Some(failed.0.clone()),
        (None, None) => None,
    };
    if let Some(error) = error {
        let failure = Failure::of(&error);
        if failure.status.is_server_error() && told.cause.is_none() {
            told.cause = chain(&error);
        }
        told.code = Some(error.code().to_owned());
        let retry = error.retry_after_seconds();
        return write(response, &failure, form, exchange, retry);
    }
    let own = response.headers().get(header::CONTENT_TYPE);
    let bare = own.is_none_or(|t| t.as_bytes().starts_with(b"text/plain"));
    if !bare || response.body().size_hint().upper().is_none_or(|n| n > 4096) {
        return response; // the handler speaks for itself
    }
    let (parts, body) = response.into_parts();
    let said = axum::body::to_bytes(body, 4096).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let (code, message) = of_status(parts.status);
    let code = match parts.status {
        StatusCode::BAD_REQUEST if said.contains("JSON") => Cow::Borrowed("json.malformed"),
        _ => code,
    };
    let message = if parts.status.is_server_error() {
        told.cause = (!said.is_empty()).then(|| said.to_string());
        Cow::Borrowed(message)
    } else if said.trim().is_empty() || EXTRACTORS.iter().any(|p| said.starts_with(p)) {
        Cow::Borrowed(message)
    } else {
        Cow::Owned(said.trim().to_owned())
    };
    told.code = Some(code.to_string());
    let failure = Failure { status: parts.status, code, message, fields: &[], hint: None };
    write(Response::from_parts(parts, Body::empty()), &failure, form, exchange, None)
}

/// How axum's own extractors begin; what follows names Rust types and fields.
const EXTRACTORS: [&str; 12] = [
    "Failed to ",
    "Expected request with ",
    "Form requests must have",
    "Invalid URL",
    "Invalid UTF-8",
    "Missing request extension",
    "Request body didn't contain",
    "Request boundary not",
    "Cannot parse ",
    "Wrong number of path",
    "No paths parameters",
    "Error parsing",
];

fn write(
    response: Response,
    failure: &Failure<'_>,
    form: Form,
    exchange: &Exchange,
    retry: Option<u32>,
) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = failure.status;
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
    if let Some(seconds) = retry.or((failure.status == StatusCode::SERVICE_UNAVAILABLE).then_some(1)) {
        parts.headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from(seconds));
    }
    if failure.status == StatusCode::UNAUTHORIZED {
        parts.headers.entry(header::WWW_AUTHENTICATE).or_insert(HeaderValue::from_static("Bearer"));
    }
    // The rest of a body that was refused is not read, so the connection cannot go on.
    if matches!(failure.status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT) {
        parts.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Response::from_parts(parts, Body::from(failure.body(form, exchange.request_id())))
}

fn complete(response: Response, body: &Bytes, exchange: &Exchange) -> Response {
    let mut whole = Vec::with_capacity(body.len() + 64);
    whole.extend_from_slice(body);
    whole.extend_from_slice(b",\"request_id\":\"");
    whole.extend_from_slice(exchange.request_id().as_bytes());
    whole.extend_from_slice(b"\"}");
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH); // axum has counted the empty body
    Response::from_parts(parts, Body::from(whole))
}

/// The answer to a `HEAD`: the length of the body, without the body.
pub(super) fn head(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact().filter(|n| *n > 0) {
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    Response::from_parts(parts, Body::empty())
}

/// An error with everything that caused it, for the log.
fn chain(error: &framewright_core::Error) -> Option<String> {
    let mut text = String::new();
    let mut next = error.source();
    while let Some(cause) = next {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    (!text.is_empty()).then_some(text)
}

/// The log line of a request.
pub(super) struct Line<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    pub(super) route: &'a str,
    pub(super) peer: Option<SocketAddr>,
    pub(super) took: Duration,
}

impl Line<'_> {
    pub(super) fn write(&self, probe: bool, status: StatusCode, told: &Told) {
        macro_rules! line {
            ($level:ident) => {
                tracing::event!(
                    target: "framewright::request",
                    tracing::Level::$level,
                    request_id = self.exchange.request_id(),
                    method = self.method.as_str(),
                    path = self.path,
                    route = self.route,
                    status = status.as_u16(),
                    micros = u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX),
                    peer = self.peer.map(tracing::field::display),
                    code = told.code.as_deref(),
                    cause = told.cause.as_deref(),
                    "request"
                )
            };
        }
        if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE {
            line!(ERROR);
        } else if probe {
            line!(DEBUG);
        } else {
            line!(INFO);
        }
    }
}

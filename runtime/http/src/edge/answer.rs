//! The way out: errors and bare statuses become the one form of answers, and one line goes to the log.

use super::body::fault_error;
use super::exchange::{BodyFault, Exchange, Shared};
use crate::envelope::{Failure, of_status};
use axum::body::Body;
use axum::response::Response;
use framewright_core::Error;
use framewright_core::http::{Behind, Failed};
use http::{HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use std::borrow::Cow;
use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub(super) const OUR_FAULT: &str = "something went wrong on our side";

/// What the log learns beside what the client does; an answer carries it among its extensions.
#[derive(Clone, Default)]
pub(super) struct Told {
    pub(super) code: Option<String>,
    pub(super) cause: Option<String>,
}

impl Behind for Shared {
    fn request_id(&self) -> &str {
        &self.request_id
    }

    fn answer(&self, error: Error) -> Response {
        // What the body's guard has seen explains the error better than the handler, who saw a broken stream.
        let error = match self.body_fault().filter(|f| *f != BodyFault::Broken) {
            Some(fault) => fault_error(fault, self.body_limit()),
            None => error,
        };
        let mut response = self.write(Response::default(), &error);
        response.extensions_mut().insert(Failed { error: Arc::new(error), written: true });
        response
    }
}

/// Gives an answer that comes out of the layers its final form. What is written already stays as the layers made it.
pub(super) async fn finish(response: Response, exchange: &Exchange, told: &mut Told) -> Response {
    let mut response = response;
    if let Some(Failed { error, written }) = response.extensions_mut().remove::<Failed>() {
        if Failure::of(&error).status.is_server_error() && told.cause.is_none() {
            told.cause = chain(&error);
        }
        told.code = Some(error.code().to_owned());
        return if written { response } else { exchange.0.write(response, &error) };
    }
    response = bare(response, exchange).await;
    if let Some(Told { code, cause }) = response.extensions_mut().remove::<Told>() {
        told.code = code;
        told.cause = told.cause.take().or(cause);
    }
    response
}

/// Writes a bare status, and what axum's own extractors say as plain text, in the form of our errors.
pub(crate) async fn bare(response: Response, exchange: &Exchange) -> Response {
    let refused = response.status().is_client_error() || response.status().is_server_error();
    if !refused || response.extensions().get::<Failed>().is_some() {
        return response;
    }
    if let Some(fault) = exchange.body_fault() {
        return exchange.0.answer(fault_error(fault, exchange.body_limit()));
    }
    let headers = response.headers();
    let own = headers.get(header::CONTENT_TYPE);
    let bare = own.is_none_or(|t| t.as_bytes().starts_with(b"text/plain"));
    let coded = headers.contains_key(header::CONTENT_ENCODING);
    if !bare || coded || response.body().size_hint().upper().is_none_or(|n| n > 4096) {
        return response; // the handler speaks for itself
    }
    let (mut parts, body) = response.into_parts();
    let said = axum::body::to_bytes(body, 4096).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    // A segment of the path that is not of the right type is an address where nothing is.
    let path = parts.status == StatusCode::BAD_REQUEST && PATHS.iter().any(|p| said.starts_with(p));
    if path {
        parts.status = StatusCode::NOT_FOUND;
    }
    let (code, message) = match path {
        true => (Cow::Borrowed(NOWHERE.0), NOWHERE.1),
        false => of_status(parts.status),
    };
    let code = match parts.status {
        StatusCode::BAD_REQUEST if said.contains("JSON") => Cow::Borrowed("json.malformed"),
        _ => code,
    };
    let mut told = Told::default();
    let message = if parts.status.is_server_error() {
        told.cause = (!said.is_empty()).then(|| said.to_string());
        Cow::Borrowed(message)
    } else if path || said.trim().is_empty() || EXTRACTORS.iter().any(|p| said.starts_with(p)) {
        Cow::Borrowed(message)
    } else {
        Cow::Owned(said.trim().to_owned())
    };
    told.code = Some(code.to_string());
    let failure = Failure { status: parts.status, code, message, fields: &[], hint: None };
    let mut response = write(Response::from_parts(parts, Body::empty()), &failure, &exchange.0, None);
    response.extensions_mut().insert(told);
    response
}

/// The code and the message of an address without a route.
pub(crate) const NOWHERE: (&str, &str) = ("route.not_found", "there is nothing at this address");

/// How axum begins when a path matches a route and its parameters do not fit their types.
const PATHS: [&str; 2] = ["Invalid URL: ", "Invalid UTF-8 in "];

impl Shared {
    fn write(&self, response: Response, error: &Error) -> Response {
        write(response, &Failure::of(error), self, error.retry_after_seconds())
    }
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

fn write(response: Response, failure: &Failure<'_>, exchange: &Shared, retry: Option<u32>) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = failure.status;
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(exchange.form.media_type()));
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
    Response::from_parts(parts, Body::from(failure.body(exchange.form, &exchange.request_id)))
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
fn chain(error: &Error) -> Option<String> {
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

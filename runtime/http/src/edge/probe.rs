//! `/healthz`, `/readyz`, `/health…` and `/metrics`: answered by the edge itself, also when the application is
//! at its limit.

use super::Edge;
use crate::reply::Unfinished;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use framewright_core::{Error, ErrorKind};
use http::{HeaderValue, Method, StatusCode, header};

/// The probes, with what they are for.
pub(crate) const PATHS: [(&str, &str); 6] = [
    ("/healthz", "Whether the process is alive."),
    ("/health/live", "Whether the process is alive."),
    ("/readyz", "Whether requests are welcome."),
    ("/health/ready", "Whether requests are welcome."),
    ("/health", "Liveness and the state of every dependency."),
    ("/metrics", "Counters and histograms in the text form of Prometheus."),
];

pub(super) fn matches(path: &str) -> bool {
    let bytes = path.as_bytes();
    matches!(bytes.get(1), Some(b'h' | b'r' | b'm')) && PATHS.iter().any(|(p, _)| *p == path)
}

pub(super) async fn answer(edge: &Edge, method: &Method, path: &str) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let error = Error::new(
            ErrorKind::MethodNotAllowed,
            "route.method_not_allowed",
            "this method is not allowed here",
        );
        let mut response = error.into_response();
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET,HEAD"));
        return response;
    }
    match path {
        "/healthz" | "/health/live" => ok(Bytes::from_static(br#"{"success":true,"data":{"status":"up"}"#)),
        "/metrics" => {
            let text = edge.0.metrics.text();
            let mut response = Response::new(Body::from(text));
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
            );
            response
        }
        _ => {
            let (well, checks) = edge.0.health.report(&edge.0.cx).await;
            if well || path == "/health" {
                let status = if well { "up" } else { "down" };
                let mut response = ok(Bytes::from(format!(
                    r#"{{"success":{well},"data":{{"status":"{status}","checks":{checks}}}"#
                )));
                if !well {
                    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                }
                response
            } else if edge.0.health.draining() {
                Error::unavailable("shutting_down", "this instance is shutting down").into_response()
            } else {
                Error::unavailable("not_ready", format!("not ready: {}", checks.replace('"', "")))
                    .into_response()
            }
        }
    }
}

fn ok(body: Bytes) -> Response {
    let mut response = Response::new(Body::empty());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.extensions_mut().insert(Unfinished(body));
    response
}

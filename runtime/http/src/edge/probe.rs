//! `/healthz`, `/readyz`, `/health…` and `/metrics`: answered by the edge itself, also when the application is
//! at its limit.

use super::Edge;
use super::exchange::Exchange;
use crate::envelope::of_status;
use crate::reply::complete;
use axum::body::Body;
use axum::response::Response;
use framewright_core::http::Behind as _;
use framewright_core::{Error, ErrorKind};
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::json;
use std::collections::BTreeMap;

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

pub(super) async fn answer(edge: &Edge, exchange: &Exchange, method: &Method, path: &str) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let (code, message) = of_status(StatusCode::METHOD_NOT_ALLOWED);
        let mut response = exchange.0.answer(Error::new(ErrorKind::MethodNotAllowed, code, message));
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET,HEAD"));
        return response;
    }
    let up = |data: String| {
        let body = format!(r#"{{"success":true,"data":{{"status":"up"{data}}}"#);
        complete(body.into_bytes(), StatusCode::OK, Some(exchange.request_id()))
    };
    match path {
        "/healthz" | "/health/live" => up(String::new()),
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
            let checks = edge.0.health.report(&edge.0.cx).await;
            let down = || checks.iter().filter(|(_, up)| !up).map(|(name, _)| *name);
            if edge.0.health.draining() {
                exchange.0.answer(Error::unavailable("shutting_down", "this instance is shutting down"))
            } else if down().next().is_some() {
                let names = down().collect::<Vec<_>>().join(", ");
                let error = Error::unavailable("not_ready", format!("not ready: {names}"));
                exchange.0.answer(down().fold(error, |error, name| error.field(name, "is down")))
            } else {
                up(format!(
                    r#","checks":{}"#,
                    json!(checks.iter().map(|(n, _)| (*n, "up")).collect::<BTreeMap<_, _>>())
                ))
            }
        }
    }
}

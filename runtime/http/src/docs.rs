//! `/openapi.json` and `/docs`: the document, and a page that shows it without asking anybody else for anything.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use framewright_core::{Error, Result};
use http::{HeaderValue, header};
use serde_json::Value;
use std::sync::{Arc, LazyLock};

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>API</title></head>
<body><div id="app"></div><script src="/docs/scalar.js"></script><script src="/docs/start.js"></script></body>
</html>
"#;

const START: &str = r##"Scalar.createApiReference("#app", {
  url: "/openapi.json", withDefaultFonts: false, telemetry: false, hideClientButton: true, proxyUrl: "",
  showDeveloperTools: "never", agent: { disabled: true }, mcp: { disabled: true },
});
"##;

/// Only what this server has: scripts and requests of its own, and the styles that the page writes into itself.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Where the document is.
pub(crate) const DOCUMENT: &str = "/openapi.json";

/// Every path of the document and its page, with what it is.
pub(crate) const PATHS: [(&str, &str); 4] =
    [(DOCUMENT, "openapi"), ("/docs", "docs"), ("/docs/start.js", "docs"), ("/docs/scalar.js", "docs")];

type Write = Box<dyn FnOnce() -> Bytes + Send>;

/// The routes of a document, which is written when it is first asked for: an application of a hundred resources
/// would start a tenth of a second later for it, and most processes are never asked.
pub(crate) fn router(write: impl FnOnce() -> Value + Send + 'static) -> Router {
    let write: Write = Box::new(move || Bytes::from(write().to_string()));
    let document = Arc::new(LazyLock::new(write));
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Router::new()
        .route(DOCUMENT, get(move || async move { (json, Bytes::clone(&document)) }))
        .route("/docs", get(page))
        .route("/docs/start.js", get(async || ([script()], START)))
        .route("/docs/scalar.js", get(async || asset("scalar.js")))
}

fn script() -> (header::HeaderName, HeaderValue) {
    (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"))
}

async fn page() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    (headers, PAGE)
}

fn asset(name: &str) -> Result<impl IntoResponse> {
    let bytes = scalar_api_reference::get_asset(name)
        .ok_or_else(|| Error::internal("the page's script is not in the program"))?;
    Ok(([script(), (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"))], bytes))
}

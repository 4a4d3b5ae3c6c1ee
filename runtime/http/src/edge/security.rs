//! The security headers of every answer. A handler that sets one of them keeps its own.

use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use std::sync::LazyLock;

const HEADERS: [(HeaderName, HeaderValue); 9] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-embedder-policy"), HeaderValue::from_static("require-corp")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    ),
];

/// The headers as a map: cloning it is cheaper than putting them in one by one.
static ALL: LazyLock<HeaderMap> = LazyLock::new(|| {
    let mut all = HeaderMap::with_capacity(ROOM);
    all.extend(HEADERS);
    all.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    all
});

/// Room for these headers and those that an answer has of its own.
const ROOM: usize = 24;

pub(crate) fn apply(status: StatusCode, headers: &mut HeaderMap) {
    let own = std::mem::replace(headers, ALL.clone());
    if status == StatusCode::NOT_MODIFIED {
        headers.remove(header::CACHE_CONTROL);
    }
    let mut at = None;
    for (name, value) in own {
        match (name, &at) {
            // the first value of a name takes the place of ours, the others come beside it
            (Some(name), _) => {
                headers.insert(&name, value);
                at = Some(name);
            }
            (None, Some(name)) => {
                headers.append(name, value);
            }
            (None, None) => {}
        }
    }
}

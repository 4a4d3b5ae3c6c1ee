//! The request id: the client's if it is well formed, else a new one.

use framewright_core::Id;
use http::{HeaderMap, HeaderName};
use std::sync::Arc;

/// `X-Request-Id`
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id that the client sent (8 to 128 letters, digits, `-`, `_`, `.`), or a new UUIDv7.
pub(crate) fn of(headers: &HeaderMap) -> Arc<str> {
    let given = headers.get(&X_REQUEST_ID).and_then(|v| v.to_str().ok());
    match given.filter(|id| well_formed(id)) {
        Some(id) => Arc::from(id),
        None => {
            let mut text = [0; 36];
            Arc::from(&*Id::<()>::new().uuid().as_hyphenated().encode_lower(&mut text))
        }
    }
}

fn well_formed(id: &str) -> bool {
    (8..=128).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

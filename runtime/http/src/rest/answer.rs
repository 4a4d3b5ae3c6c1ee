//! Success in the envelope, written straight into the buffer that the records are written into.

use super::Served;
use super::target::etag;
use crate::edge::exchange::Exchange;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use framewright_core::json;
use framewright_data::list::ListPage;
use framewright_data::write::Written;
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// Headers of an answer: its own, the request id, those of security and caching.
const HEADERS: usize = 16;

/// The beginning of every success.
pub(super) fn begin() -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    out.extend_from_slice(br#"{"success":true,"data":"#);
    out
}

/// The end of every success, and the response around it.
pub(super) fn end(mut out: Vec<u8>, status: StatusCode, exchange: &Exchange) -> Response {
    out.extend_from_slice(br#","request_id":""#);
    out.extend_from_slice(exchange.request_id().as_bytes());
    out.extend_from_slice(br#""}"#);
    let mut response = Response::new(Body::from(out));
    *response.status_mut() = status;
    // Room for what the edge adds, so that the map does not grow on its way out.
    *response.headers_mut() = HeaderMap::with_capacity(HEADERS);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A record that was written.
pub(super) fn written(written: Written, status: StatusCode, exchange: &Exchange) -> Response {
    let mut out = begin();
    out.extend_from_slice(&written.body);
    let mut response = end(out, status, exchange);
    if let Some(tag) = written.version.and_then(etag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// What stands beside a record: the included relations that it has more of than it carries.
pub(super) fn truncated(mut out: Vec<u8>, relations: &[String]) -> Vec<u8> {
    if !relations.is_empty() {
        out.extend_from_slice(br#","meta":{"#);
        cut(&mut out, relations);
        out.push(b'}');
    }
    out
}

fn cut(out: &mut Vec<u8>, relations: &[String]) {
    out.extend_from_slice(br#""truncated":["#);
    for (i, relation) in relations.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        json::write::text(out, relation);
    }
    out.push(b']');
}

impl Served {
    /// A page of a list; `of` is the request whose parameters the next page repeats.
    pub(super) fn page(&self, page: ListPage, of: Option<&Request>, exchange: &Exchange) -> Response {
        let mut out = page.body;
        let member = |out: &mut Vec<u8>, name: &str, value: u64| {
            out.extend_from_slice(name.as_bytes());
            json::write::int(out, i64::try_from(value).unwrap_or(i64::MAX));
        };
        member(&mut out, r#","meta":{"page":{"size":"#, page.size.into());
        out.extend_from_slice(if page.more { br#","more":true"# } else { br#","more":false"# });
        out.extend_from_slice(br#","next_cursor":"#);
        text_or_null(&mut out, page.next_cursor.as_deref());
        if let Some(number) = page.number {
            member(&mut out, r#","number":"#, number.into());
        }
        if let Some(total) = page.total {
            member(&mut out, r#","total":"#, total);
            member(&mut out, r#","pages":"#, total.div_ceil(u64::from(page.size.max(1))));
        }
        if page.clamped {
            out.extend_from_slice(br#","clamped":true"#);
        }
        out.extend_from_slice(br#"},"links":{"next":"#);
        let next = of.and_then(|request| match (page.more, page.number, &page.next_cursor) {
            (true, Some(number), _) => {
                Some(self.next(request, "page[number]", &number.saturating_add(1).to_string()))
            }
            (true, None, Some(cursor)) => Some(self.next(request, "page[after]", cursor)),
            _ => None,
        });
        text_or_null(&mut out, next.as_deref());
        out.push(b'}');
        if !page.truncated.is_empty() {
            out.push(b',');
            cut(&mut out, &page.truncated);
        }
        out.push(b'}');
        end(out, StatusCode::OK, exchange)
    }

    /// The address of the next page: the same parameters, with another page.
    fn next(&self, request: &Request, name: &str, value: &str) -> String {
        let query = request.uri().query().unwrap_or("");
        let mut address = String::with_capacity(self.base.len() + query.len() + name.len() + value.len() + 2);
        address.push_str(&self.base);
        let mut mark = '?';
        for piece in query.split('&').filter(|piece| !piece.is_empty() && !turns(piece)) {
            address.push(mark);
            address.push_str(piece);
            mark = '&';
        }
        for piece in [mark.encode_utf8(&mut [0; 4]), name, "=", value] {
            address.push_str(piece);
        }
        address
    }
}

fn text_or_null(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => json::write::text(out, text),
        None => {
            out.extend_from_slice(b"null");
            Some(())
        }
    };
}

/// Whether a parameter says which page: `page[after]` or `page[number]`, with its brackets escaped or not.
fn turns(piece: &str) -> bool {
    let name = piece.split('=').next().unwrap_or_default();
    let Some(rest) = name.strip_prefix("page") else { return false };
    let rest =
        rest.strip_prefix('[').or_else(|| rest.strip_prefix("%5B")).or_else(|| rest.strip_prefix("%5b"));
    let inner = rest.and_then(|r| {
        r.strip_suffix(']').or_else(|| r.strip_suffix("%5D")).or_else(|| r.strip_suffix("%5d"))
    });
    matches!(inner, Some("after" | "number"))
}

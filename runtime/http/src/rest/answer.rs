//! Success in the envelope, written straight into the buffer that the records are written into.

use super::Served;
use super::target::etag;
use crate::edge::exchange::Exchange;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use framewright_data::list::ListPage;
use framewright_data::write::Written;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

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
        out.extend_from_slice(br#","meta":"#);
        out.extend_from_slice(json!({"truncated": relations}).to_string().as_bytes());
    }
    out
}

impl Served {
    /// A page of a list; `of` is the request whose parameters the next page repeats.
    pub(super) fn page(&self, page: ListPage, of: Option<&Request>, exchange: &Exchange) -> Response {
        let mut meta = Map::new();
        let pages = page.total.map(|total| total.div_ceil(u64::from(page.size.max(1))));
        meta.insert("size".into(), page.size.into());
        meta.insert("more".into(), page.more.into());
        meta.insert("next_cursor".into(), page.next_cursor.clone().into());
        for (name, value) in [("number", page.number.map(u64::from)), ("total", page.total), ("pages", pages)]
        {
            if let Some(value) = value {
                meta.insert(name.into(), value.into());
            }
        }
        if page.clamped {
            meta.insert("clamped".into(), true.into());
        }
        let next = match (page.more, page.number, &page.next_cursor) {
            (true, Some(number), _) => {
                Some(("page[number]", u64::from(number).saturating_add(1).to_string()))
            }
            (true, None, Some(cursor)) => Some(("page[after]", cursor.clone())),
            _ => None,
        };
        let next = next.and_then(|(name, value)| of.map(|request| self.next(request, name, &value)));
        let mut meta: Value = json!({"page": meta, "links": {"next": next}});
        if !page.truncated.is_empty() {
            meta["truncated"] = page.truncated.into();
        }
        let mut out = page.body;
        out.extend_from_slice(br#","meta":"#);
        out.extend_from_slice(meta.to_string().as_bytes());
        end(out, StatusCode::OK, exchange)
    }

    /// The address of the next page: the same parameters, with another page.
    fn next(&self, request: &Request, name: &str, value: &str) -> String {
        let query = request.uri().query().unwrap_or("");
        let kept = query.split('&').filter(|piece| {
            let name = piece
                .split('=')
                .next()
                .unwrap_or("")
                .replace("%5B", "[")
                .replace("%5b", "[")
                .replace("%5D", "]")
                .replace("%5d", "]");
            !piece.is_empty() && name != "page[after]" && name != "page[number]"
        });
        let mut address = self.base.clone();
        for (i, piece) in kept.chain(std::iter::once(format!("{name}={value}").as_str())).enumerate() {
            address.push(if i == 0 { '?' } else { '&' });
            address.push_str(piece);
        }
        address
    }
}

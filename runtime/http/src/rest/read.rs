//! `GET /posts`, `POST /posts/query`, `GET /posts/{id}`.

use super::Served;
use super::answer::{begin, end, truncated};
use super::target::{etag, negotiate, parameters, unchanged, without_parameters};
use crate::edge::exchange::Exchange;
use crate::extract::json_body;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use framewright_core::query::{CursorKey, ListQuery, RecordQuery, params, tree};
use framewright_core::{Cx, Error, Result};
use framewright_data::list::{get_json, list_json};
use http::{StatusCode, header};
use std::sync::Arc;

pub(super) fn cx(request: &Request) -> Result<Cx> {
    request.extensions().get::<Cx>().cloned().ok_or_else(|| Error::internal("a request without `Cx`"))
}

fn pairs(all: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    all.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

pub(super) async fn list(served: Arc<Served>, request: Request, exchange: Exchange) -> Result<Response> {
    negotiate(request.headers())?;
    let cx = cx(&request)?;
    let query = match request.uri().query() {
        None | Some("") => ListQuery::of(served.d),
        Some(_) => params::list_query(served.d, pairs(&parameters(&request)?), &CursorKey::of(cx.state()))?,
    };
    let page = list_json(&cx, served.d, &query, begin()).await?;
    Ok(served.page(page, Some(&request), &exchange))
}

pub(super) async fn query(served: Arc<Served>, request: Request, exchange: Exchange) -> Result<Response> {
    negotiate(request.headers())?;
    without_parameters(&request)?;
    let cx = cx(&request)?;
    let body = json_body(request).await?;
    let query = tree::list_query(served.d, &body, &CursorKey::of(cx.state()))?;
    let page = list_json(&cx, served.d, &query, begin()).await?;
    Ok(served.page(page, None, &exchange))
}

pub(super) async fn get(served: Arc<Served>, request: Request, exchange: Exchange) -> Result<Response> {
    negotiate(request.headers())?;
    let cx = cx(&request)?;
    let key = served.key(&request)?;
    let query = match request.uri().query() {
        None | Some("") => RecordQuery::default(),
        Some(_) => params::record_query(served.d, pairs(&parameters(&request)?))?,
    };
    let found = get_json(&cx, served.d, key, &query, begin()).await?;
    let record = found.ok_or_else(|| Error::not_found(served.d))?;
    // What is included has versions of its own, which the tag of the record says nothing about.
    let Some(version) = record.version.filter(|_| query.include.is_empty()) else {
        return Ok(end(truncated(record.body, &record.truncated), StatusCode::OK, &exchange));
    };
    let mut response = if unchanged(request.headers(), version) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        end(record.body, StatusCode::OK, &exchange)
    };
    if let Some(tag) = etag(version) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

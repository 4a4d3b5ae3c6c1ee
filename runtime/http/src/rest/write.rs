//! `POST /posts`, `PATCH`, `PUT` and `DELETE /posts/{id}`, `POST /posts/{id}/restore`, `POST /posts/bulk`.

use super::Served;
use super::answer::{begin, end, written};
use super::read::cx;
use super::target::{expected, negotiate, without_parameters};
use crate::edge::exchange::Exchange;
use crate::extract::json_body;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use framewright_core::json::{self, Purpose, read};
use framewright_core::{ErrorKind, Result};
use framewright_data::write::{self, Expected};
use http::{StatusCode, header};
use std::future::Future;
use std::sync::Arc;

pub(super) async fn create(served: Arc<Served>, request: Request, exchange: Exchange) -> Result<Response> {
    negotiate(request.headers())?;
    without_parameters(&request)?;
    let cx = cx(&request)?;
    let values = read(served.d, &json_body(request).await?, Purpose::Create)?;
    let record = write::create_json(&cx, served.d, values).await?;
    let location = served.location(&record.key);
    let mut response = written(record, StatusCode::CREATED, &exchange);
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

pub(super) async fn update(served: Arc<Served>, request: Request, exchange: Exchange) -> Result<Response> {
    change(served, request, exchange, Purpose::Update).await
}

pub(super) async fn replace(served: Arc<Served>, request: Request, exchange: Exchange) -> Result<Response> {
    change(served, request, exchange, Purpose::Replace).await
}

/// Writes under the first of the expected versions that is the record's. Each attempt is a write of its own, whose
/// statement asks for the version; there is hardly ever more than one.
async fn matching<T, F: Future<Output = Result<T>>>(
    expected: Vec<Expected>,
    mut write: impl FnMut(Expected) -> F,
) -> Result<T> {
    let (last, others) = expected.split_last().unwrap_or((&Expected::Unsaid, &[]));
    for one in others {
        match write(*one).await {
            Err(stale) if stale.kind() == ErrorKind::Stale => {}
            done => return done,
        }
    }
    write(*last).await
}

async fn change(
    served: Arc<Served>,
    request: Request,
    exchange: Exchange,
    purpose: Purpose,
) -> Result<Response> {
    negotiate(request.headers())?;
    without_parameters(&request)?;
    let (cx, key, expected) = (cx(&request)?, served.key(&request)?, expected(request.headers())?);
    let values = read(served.d, &json_body(request).await?, purpose)?;
    let (cx, d) = (&cx, served.d);
    let record = matching(expected, move |expected| {
        let (key, values) = (key.clone(), values.clone());
        async move {
            match purpose {
                Purpose::Replace => write::replace_json(cx, d, key, values, expected).await,
                Purpose::Create | Purpose::Update => write::update_json(cx, d, key, values, expected).await,
            }
        }
    })
    .await?;
    Ok(written(record, StatusCode::OK, &exchange))
}

pub(super) async fn delete(served: Arc<Served>, request: Request, _: Exchange) -> Result<Response> {
    negotiate(request.headers())?;
    without_parameters(&request)?;
    let (cx, key, expected) = (cx(&request)?, served.key(&request)?, expected(request.headers())?);
    matching(expected, |expected| write::delete(&cx, served.d, key.clone(), expected)).await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

pub(super) async fn restore(served: Arc<Served>, request: Request, exchange: Exchange) -> Result<Response> {
    negotiate(request.headers())?;
    without_parameters(&request)?;
    let (cx, key, expected) = (cx(&request)?, served.key(&request)?, expected(request.headers())?);
    let record = matching(expected, |expected| {
        // Nothing is overwritten by bringing a record back, so its version need not be known.
        let expected = if expected == Expected::Unsaid { Expected::Any } else { expected };
        write::restore_json(&cx, served.d, key.clone(), expected)
    })
    .await?;
    Ok(written(record, StatusCode::OK, &exchange))
}

pub(super) async fn bulk(served: Arc<Served>, request: Request, exchange: Exchange) -> Result<Response> {
    negotiate(request.headers())?;
    without_parameters(&request)?;
    let cx = cx(&request)?;
    let body = json_body(request).await?;
    let operations = write::read_bulk(served.d, &body)?;
    let results = write::bulk_json(&cx, served.d, operations).await?;
    let mut out = begin();
    out.push(b'[');
    for (nth, one) in results.iter().enumerate() {
        out.extend_from_slice(if nth == 0 { br#"{"id":"# } else { br#",{"id":"# });
        json::value(&mut out, served.d.key_field(), &one.key.borrow())?;
        out.extend_from_slice(br#","record":"#);
        out.extend_from_slice(if one.body.is_empty() { b"null" } else { &one.body });
        out.push(b'}');
    }
    out.push(b']');
    Ok(end(out, StatusCode::OK, &exchange))
}

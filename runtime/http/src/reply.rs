//! What handlers answer with: data in the envelope.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use framewright_core::http::{Behind, behind};
use framewright_core::{Error, Result};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// An answer in the envelope: `Reply::ok(&post)`, `Reply::created("/api/v1/posts/1", &post)`.
///
/// ```
/// # use framewright_http::Reply;
/// async fn handler() -> framewright_core::Result<Reply> {
///     Reply::ok(&["a", "b"])?.meta("total", &2)
/// }
/// ```
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    location: Option<String>,
    data: Vec<u8>,
    meta: Vec<u8>,
}

impl Reply {
    /// 200 with data.
    ///
    /// # Errors
    /// When the data cannot be written as JSON.
    pub fn ok(data: &impl Serialize) -> Result<Self> {
        Self::new(StatusCode::OK, data)
    }

    /// 201 with data, and where the new thing is.
    ///
    /// # Errors
    /// When the data cannot be written as JSON.
    pub fn created(location: impl Into<String>, data: &impl Serialize) -> Result<Self> {
        Ok(Self { location: Some(location.into()), ..Self::new(StatusCode::CREATED, data)? })
    }

    /// Any status with data.
    ///
    /// # Errors
    /// When the data cannot be written as JSON.
    pub fn new(status: StatusCode, data: &impl Serialize) -> Result<Self> {
        let data = serde_json::to_vec(data).map_err(Error::internal)?;
        Ok(Self { status, location: None, data, meta: Vec::new() })
    }

    /// Adds an entry of `meta`.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn meta(mut self, key: &str, value: &impl Serialize) -> Result<Self> {
        if !self.meta.is_empty() {
            self.meta.push(b',');
        }
        serde_json::to_writer(&mut self.meta, key).map_err(Error::internal)?;
        self.meta.push(b':');
        serde_json::to_writer(&mut self.meta, value).map_err(Error::internal)?;
        Ok(self)
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut out = Vec::with_capacity(self.data.len() + self.meta.len() + 48);
        out.extend_from_slice(br#"{"success":true,"data":"#);
        out.extend_from_slice(&self.data);
        if !self.meta.is_empty() {
            out.extend_from_slice(br#","meta":{"#);
            out.extend_from_slice(&self.meta);
            out.push(b'}');
        }
        let request = behind();
        let mut response = complete(out, self.status, request.as_deref().map(Behind::request_id));
        if let Some(location) = self.location.and_then(|l| HeaderValue::try_from(l).ok()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// A success envelope with its end, and the response around it.
pub(crate) fn complete(mut out: Vec<u8>, status: StatusCode, request_id: Option<&str>) -> Response {
    if let Some(id) = request_id {
        out.extend_from_slice(br#","request_id":""#);
        out.extend_from_slice(id.as_bytes());
        out.push(b'"');
    }
    out.push(b'}');
    let mut response = Response::new(Body::from(out));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

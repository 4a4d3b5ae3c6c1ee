//! What axum has to know of [`Cx`] and [`Error`], so that handlers take the one and return the other. The types
//! are of this crate, so the two impls have to be too; everything else about HTTP is in `framewright-http`.

use crate::di::{Inject, Provided};
use crate::{Cx, Error};
use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use std::sync::Arc;

/// An error on its way out of a handler: the edge finds it among the extensions of the response and writes it in
/// the form that the client asked for, with the request id.
#[derive(Clone, Debug)]
pub struct Failed(pub Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        *response.status_mut() =
            StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.extensions_mut().insert(Failed(Arc::new(self)));
        response
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Cx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Error::internal("this router is served without the edge, so its requests have no `Cx`")
        })
    }
}

/// A service as the argument of a handler: `async fn pay(billing: Inject<Billing>) -> …`.
impl<S: Send + Sync, T: Provided + ?Sized> FromRequestParts<S> for Inject<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        Cx::from_request_parts(parts, state).await?.service::<T>()
    }
}

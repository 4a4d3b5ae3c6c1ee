//! What axum has to know of [`Cx`] and [`Error`], so that handlers take the one and return the other. The types
//! are of this crate, so the two impls have to be too; everything else about HTTP is in `framewright-http`.

use crate::di::{Inject, Provided};
use crate::{Cx, Error};
use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use std::cell::RefCell;
use std::sync::Arc;

/// What an answer needs to know of the request that it answers. The edge of `framewright-http` is behind every handler
/// and layer that it runs, so that their answers are complete when they leave their hands.
pub trait Behind: Send + Sync {
    /// The request id.
    fn request_id(&self) -> &str;
    /// An error as a whole answer, in the form that the client asked for, with [`Failed`] among its extensions.
    fn answer(&self, error: Error) -> Response;
}

thread_local! {
    static BEHIND: RefCell<Option<Arc<dyn Behind>>> = const { RefCell::new(None) };
}

/// Until this is dropped, what runs on this thread runs for a request.
pub struct Entered<'a>(&'a mut Option<Arc<dyn Behind>>);

/// Enters a request on this thread, as long as one future of it is polled.
pub fn enter(request: &mut Option<Arc<dyn Behind>>) -> Entered<'_> {
    BEHIND.with_borrow_mut(|now| std::mem::swap(now, request));
    Entered(request)
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        BEHIND.with_borrow_mut(|now| std::mem::swap(now, self.0));
    }
}

/// The request that this code runs for; `None` outside of an edge, and in a task that a handler has spawned.
#[must_use]
pub fn behind() -> Option<Arc<dyn Behind>> {
    BEHIND.with_borrow(Clone::clone)
}

/// The error that an answer was made of, among its extensions: for the log, and for layers that look.
#[derive(Clone, Debug)]
pub struct Failed {
    /// the error
    pub error: Arc<Error>,
    /// whether the answer says it already; if not, it was made outside of a request and the edge writes it
    pub written: bool,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Some(request) = behind() {
            return request.answer(self);
        }
        let mut response = Response::default();
        *response.status_mut() =
            StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.extensions_mut().insert(Failed { error: Arc::new(self), written: false });
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

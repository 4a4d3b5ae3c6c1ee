//! The edge: what every request passes on its way in and every answer on its way out, whatever serves it. Request
//! id, host trust, overload, body guard, panic recovery, deadline, envelope, security headers, metrics, log:
//! one flat function, so that an answer costs no chain of boxed layers.

mod answer;
pub mod body;
pub mod exchange;
mod host;
mod panic;
mod probe;
pub mod request_id;
mod security;

use crate::config::ServerConfig;
use crate::envelope::Form;
use crate::health::Health;
use crate::metrics::{Metrics, RouteSeries};
use crate::stack::Guards;
use answer::Told;
pub(crate) use answer::{NOWHERE, bare};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use body::{GuardedBody, Pace};
use bytes::Bytes;
use exchange::Exchange;
use framewright_core::http::Behind as _;
use framewright_core::{Actor, Cx, Error, ErrorKind};
pub(crate) use host::valid as host_valid;
use http::{HeaderValue, Method};
pub(crate) use probe::PATHS as PROBES;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use tower::Service;

/// An application, ready to answer requests. Cheap to clone; a tower service, so tests call it in process through
/// exactly the chain that the server uses.
#[derive(Clone)]
pub struct Edge(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) router: Router,
    pub(crate) cx: Cx,
    pub(crate) config: ServerConfig,
    pub(crate) guards: Guards,
    pub(crate) health: Health,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) unmatched: Arc<RouteSeries>,
    /// state-changing requests whose client may be gone
    pub(crate) tasks: TaskTracker,
}

/// Counts a request while it is being answered.
struct InFlight(Arc<Metrics>);

impl InFlight {
    fn enter(metrics: &Arc<Metrics>, most: usize) -> Option<Self> {
        let before = metrics.in_flight.fetch_add(1, Ordering::Relaxed);
        let entered = Self(metrics.clone());
        (before < most as u64).then_some(entered)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A state-changing request in its own task. It goes on when nobody waits for it any more, but not for ever.
struct Write<T> {
    task: JoinHandle<T>,
    until: tokio::time::Instant,
}

impl<T> Drop for Write<T> {
    fn drop(&mut self) {
        if self.task.is_finished() {
            return;
        }
        let (task, until) = (self.task.abort_handle(), self.until);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep_until(until).await;
                if !task.is_finished() {
                    tracing::error!(
                        "a write was still running after twice the time of a request; it is ended"
                    );
                    task.abort();
                }
            });
        }
    }
}

impl Edge {
    /// The context that requests start from: anonymous, with the state of the application.
    #[must_use]
    pub fn cx(&self) -> &Cx {
        &self.0.cx
    }

    /// The counters behind `/metrics`.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.0.metrics
    }

    /// Limits and timeouts.
    #[must_use]
    pub fn config(&self) -> &ServerConfig {
        &self.0.config
    }

    /// From now on readiness says no.
    pub fn drain(&self) {
        self.0.health.drain();
    }

    /// Answers a request. Never fails and never panics.
    pub async fn handle<B>(&self, request: http::Request<B>) -> Response
    where
        B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    {
        let started = Instant::now();
        let inner = &*self.0;
        let request_id = request_id::of(request.headers());
        let form = Form::of(request.headers());
        let exchange = Exchange::new(request_id, inner.config.max_body_bytes, form);
        let method = request.method().clone();
        let uri = request.uri().clone();
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0);
        let probe = probe::matches(uri.path());

        let mut told = Told::default();
        let response = match self.refuse(&request) {
            Some(error) => exchange.0.answer(error),
            None if probe => probe::answer(self, &exchange, &method, uri.path()).await,
            None => self.route(request, &exchange, &mut told).await,
        };
        let mut response = answer::finish(response, &exchange, &mut told).await;
        if method == Method::HEAD {
            response = answer::head(response);
        }
        if let Ok(id) = HeaderValue::from_str(exchange.request_id()) {
            response.headers_mut().insert(request_id::X_REQUEST_ID, id);
        }
        if inner.guards.security_headers {
            security::apply(response.status(), response.headers_mut());
        }
        let took = started.elapsed();
        let series = exchange.0.route.get().unwrap_or(&inner.unmatched);
        if !probe {
            series.record(&method, response.status(), took);
        }
        if inner.guards.log {
            let line = answer::Line {
                exchange: &exchange,
                method: &method,
                path: uri.path(),
                route: series.route(),
                peer,
                took,
            };
            line.write(probe, response.status(), &told);
        }
        response
    }

    fn refuse<B>(&self, request: &http::Request<B>) -> Option<Error> {
        let config = &self.0.config;
        if self.0.guards.host_trust
            && let Err(error) =
                host::check(request.version(), request.uri(), request.headers(), &config.hosts)
        {
            return Some(error);
        }
        let target = request.uri().path_and_query().map_or(0, |p| p.as_str().len());
        (target > config.max_uri_bytes).then(|| {
            Error::new(
                ErrorKind::UriTooLong,
                "uri.too_long",
                format!("the target is longer than {} bytes", config.max_uri_bytes),
            )
        })
    }

    async fn route<B>(&self, request: http::Request<B>, exchange: &Exchange, told: &mut Told) -> Response
    where
        B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    {
        let inner = &*self.0;
        let Some(permit) = InFlight::enter(&inner.metrics, inner.config.max_in_flight) else {
            inner.metrics.refused.fetch_add(1, Ordering::Relaxed);
            return exchange
                .0
                .answer(Error::unavailable("overloaded", "too many requests at once; try again"));
        };
        let limit = inner.config.request_timeout;
        let (mut parts, inner_body) = request.into_parts();
        let pace = Pace { total: limit, grace: inner.config.body_grace, rate: inner.config.body_min_rate };
        let cx = inner.cx.with_request_id(exchange.request_id()).within(limit);
        // only code in this process can put one there: the test kit does
        let cx = match parts.extensions.remove::<Actor>() {
            Some(actor) => cx.as_actor(actor),
            None => cx,
        };
        let safe = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
        parts.extensions.insert(cx);
        parts.extensions.insert(exchange.clone());
        let body = if inner_body.is_end_stream() {
            Body::empty()
        } else {
            Body::new(GuardedBody::new(inner_body, exchange.clone(), pace))
        };
        let mut router = inner.router.clone();
        let future = router.call(Request::from_parts(parts, body));
        let outcome = if safe {
            let _permit = permit;
            tokio::time::timeout(limit, panic::guarded(exchange.clone(), future)).await
        } else {
            // A client that hangs up must not cut a write in half, so the write does not run in its connection.
            let guarded = panic::guarded(exchange.clone(), future);
            let task = inner.tasks.spawn(async move {
                let _permit = permit;
                guarded.await
            });
            let mut write = Write { task, until: tokio::time::Instant::now() + limit.saturating_mul(2) };
            let joined = async { (&mut write.task).await.unwrap_or_else(|gone| Err(gone.to_string())) };
            tokio::time::timeout(limit, joined).await
        };
        match outcome {
            Ok(Ok(Ok(response))) => response,
            Ok(Ok(Err(never))) => match never {},
            Ok(Err(panicked)) => {
                inner.metrics.panics.fetch_add(1, Ordering::Relaxed);
                told.cause = Some(panicked);
                exchange.0.answer(Error::new(ErrorKind::Internal, "internal", answer::OUR_FAULT))
            }
            // The guard of the body has the same limit, and began a little later.
            Err(_) if exchange.waiting() => {
                exchange.0.answer(body::fault_error(exchange::BodyFault::TooSlow, exchange.body_limit()))
            }
            Err(_) => exchange.0.answer(Error::new(ErrorKind::Timeout, "timeout", "it took too long")),
        }
    }
}

impl Inner {
    pub(crate) fn start(self) -> Edge {
        if self.guards.panic {
            panic::install();
        }
        Edge(Arc::new(self))
    }
}

impl Service<Request> for Edge {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let edge = self.clone();
        Box::pin(async move { Ok(edge.handle(request).await) })
    }
}

/// Sets the largest body of the routes below: `.layer(BodyLimit(20 << 20))`.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(pub u64);

impl<S> tower::Layer<S> for BodyLimit {
    type Service = Limited<S>;

    fn layer(&self, inner: S) -> Limited<S> {
        Limited { inner, limit: self.0 }
    }
}

/// The service of [`BodyLimit`].
#[derive(Debug, Clone)]
pub struct Limited<S> {
    inner: S,
    limit: u64,
}

impl<S: Service<Request>> Service<Request> for Limited<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> S::Future {
        if let Some(exchange) = request.extensions().get::<Exchange>() {
            exchange.set_body_limit(self.limit);
        }
        self.inner.call(request)
    }
}

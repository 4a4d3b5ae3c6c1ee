//! REST over descriptors, written once: every resource is served by the same functions, which only read its
//! descriptor. Only declared actions have routes.

mod answer;
mod read;
pub(crate) mod table;
mod target;
mod write;

use crate::edge::exchange::Exchange;
use crate::metrics::{Metrics, RouteSeries};
use crate::routes::filter;
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use framewright_core::{ResourceDescriptor, Result};
use http::{HeaderValue, StatusCode, header};
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use table::{Derived, Does};

/// A resource under its address.
pub(crate) struct Served {
    d: &'static ResourceDescriptor,
    /// `/api/v1/posts`
    base: String,
}

/// The router of all resources under a prefix.
pub(crate) fn router(prefix: &str, resources: &[&'static ResourceDescriptor], metrics: &Metrics) -> Router {
    resources.iter().fold(Router::new(), |router, d| {
        Arc::new(Served { d, base: format!("{prefix}/{}", d.path) }).routes(router, metrics)
    })
}

/// The answer to a request, on its way.
type Answering = Pin<Box<dyn Future<Output = std::result::Result<Response, Infallible>> + Send>>;

/// A path of a resource with its methods, while it is being put together.
struct Path {
    tail: &'static str,
    path: String,
    methods: MethodRouter,
    allow: Vec<&'static str>,
    series: Arc<RouteSeries>,
    served: Arc<Served>,
}

impl Path {
    fn new(served: &Arc<Served>, tail: &'static str, metrics: &Metrics) -> Self {
        let path = format!("{}{tail}", served.base);
        let series = metrics.route(&path);
        Self { tail, path, methods: MethodRouter::new(), allow: Vec::new(), series, served: served.clone() }
    }

    /// Adds a route of the table, with what answers it.
    fn add(self, route: &Derived) -> Self {
        match route.does {
            Does::List => self.on(route, read::list),
            Does::Create => self.on(route, write::create),
            Does::Query => self.on(route, read::query),
            Does::Bulk => self.on(route, write::bulk),
            Does::Read => self.on(route, read::get),
            Does::Update => self.on(route, write::update),
            Does::Replace => self.on(route, write::replace),
            Does::Delete => self.on(route, write::delete),
            Does::Restore => self.on(route, write::restore),
        }
    }

    fn on<F, Fut>(mut self, route: &Derived, run: F) -> Self
    where
        F: Fn(Arc<Served>, Request, Exchange) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<Response>> + Send + 'static,
    {
        let (served, series) = (self.served.clone(), self.series.clone());
        // A service and not a handler: axum moves the future of a handler several times before it is boxed, and these are
        // of some kilobytes. This one is boxed where it is made.
        let service = tower::service_fn(move |request: Request| -> Answering {
            let (served, series, run) = (served.clone(), series.clone(), run.clone());
            Box::pin(async move {
                let Some(exchange) = request.extensions().get::<Exchange>().cloned() else {
                    return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
                };
                let _ = exchange.0.route.set(series);
                Ok(run(served, request, exchange).await.unwrap_or_else(IntoResponse::into_response))
            })
        });
        self.methods = self.methods.on_service(filter(route.method), service);
        self.allow.push(route.method);
        if route.method == "GET" {
            self.allow.push("HEAD");
        }
        self
    }

    fn mount(self, router: Router) -> Router {
        let mut allow = self.allow;
        allow.push("OPTIONS");
        let allow = HeaderValue::from_str(&allow.join(",")).unwrap_or(HeaderValue::from_static("OPTIONS"));
        let options = move || async move { (StatusCode::NO_CONTENT, [(header::ALLOW, allow)]) };
        router.route(&self.path, self.methods.on(MethodFilter::OPTIONS, options))
    }
}

impl Served {
    fn routes(self: &Arc<Self>, mut router: Router, metrics: &Metrics) -> Router {
        let mut open: Option<Path> = None;
        for route in table::of(self.d) {
            let path = match open.take() {
                Some(path) if path.tail == route.tail => path,
                done => {
                    router = done.into_iter().fold(router, |router, path| path.mount(router));
                    Path::new(self, route.tail, metrics)
                }
            };
            open = Some(path.add(route));
        }
        open.into_iter().fold(router, |router, path| path.mount(router))
    }
}

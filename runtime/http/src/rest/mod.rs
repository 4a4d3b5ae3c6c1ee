//! REST over descriptors, written once: every resource is served by the same functions, which only read its
//! descriptor. Only declared actions have routes.

mod answer;
mod read;
mod target;
mod write;

use crate::edge::exchange::Exchange;
use crate::metrics::{Metrics, RouteSeries};
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use framewright_core::descriptor::{Actions, PolicyDescriptor};
use framewright_core::{ResourceDescriptor, Result};
use http::{HeaderValue, StatusCode, header};
use std::future::Future;
use std::sync::Arc;

/// A resource under its address.
pub(crate) struct Served {
    d: &'static ResourceDescriptor,
    /// `/api/v1/posts`
    base: String,
}

/// The router of all resources under a prefix.
pub(crate) fn router(prefix: &str, resources: &[&'static ResourceDescriptor], metrics: &Metrics) -> Router {
    resources.iter().filter(|d| d.policy != PolicyDescriptor::Internal && d.actions != Actions::NONE).fold(
        Router::new(),
        |router, d| {
            let served = Arc::new(Served { d, base: format!("{prefix}/{}", d.path) });
            served.routes(router, metrics)
        },
    )
}

/// A path of a resource with its methods, while it is being put together.
struct Path {
    path: String,
    methods: MethodRouter,
    allow: Vec<&'static str>,
    series: Arc<RouteSeries>,
    served: Arc<Served>,
}

impl Path {
    fn new(served: &Arc<Served>, tail: &str, metrics: &Metrics) -> Self {
        let path = format!("{}{tail}", served.base);
        let series = metrics.route(&path);
        Self { path, methods: MethodRouter::new(), allow: Vec::new(), series, served: served.clone() }
    }

    /// Adds a method if the resource has the action.
    fn on<F, Fut>(mut self, action: u16, filter: MethodFilter, names: &[&'static str], run: F) -> Self
    where
        F: Fn(Arc<Served>, Request, Exchange) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<Response>> + Send + 'static,
    {
        if !self.served.d.actions.has(action) {
            return self;
        }
        let (served, series) = (self.served.clone(), self.series.clone());
        let handler = move |request: Request| {
            let exchange = request.extensions().get::<Exchange>().cloned();
            if let Some(exchange) = &exchange {
                let _ = exchange.0.route.set(series.clone());
            }
            let running = exchange.map(|exchange| run(served.clone(), request, exchange));
            async move {
                match running {
                    Some(running) => running.await.unwrap_or_else(IntoResponse::into_response),
                    None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                }
            }
        };
        self.methods = self.methods.on(filter, handler);
        self.allow.extend(names);
        self
    }

    fn mount(self, router: Router) -> Router {
        if self.allow.is_empty() {
            return router;
        }
        let mut allow = self.allow;
        allow.push("OPTIONS");
        let allow = HeaderValue::from_str(&allow.join(",")).unwrap_or(HeaderValue::from_static("OPTIONS"));
        let options = move || async move { (StatusCode::NO_CONTENT, [(header::ALLOW, allow)]) };
        router.route(&self.path, self.methods.on(MethodFilter::OPTIONS, options))
    }
}

impl Served {
    fn routes(self: &Arc<Self>, router: Router, metrics: &Metrics) -> Router {
        let path = |tail: &str| Path::new(self, tail, metrics);
        let read = ["GET", "HEAD"];
        let router = path("")
            .on(Actions::LIST, MethodFilter::GET, &read, read::list)
            .on(Actions::CREATE, MethodFilter::POST, &["POST"], write::create)
            .mount(router);
        let router =
            path("/query").on(Actions::LIST, MethodFilter::POST, &["POST"], read::query).mount(router);
        let router =
            path("/bulk").on(Actions::BULK, MethodFilter::POST, &["POST"], write::bulk).mount(router);
        let router = path("/{id}")
            .on(Actions::READ, MethodFilter::GET, &read, read::get)
            .on(Actions::UPDATE, MethodFilter::PATCH, &["PATCH"], write::update)
            .on(Actions::UPDATE, MethodFilter::PUT, &["PUT"], write::replace)
            .on(Actions::DELETE, MethodFilter::DELETE, &["DELETE"], write::delete)
            .mount(router);
        if self.d.kept.deleted_at.is_none() {
            return router;
        }
        path("/{id}/restore")
            .on(Actions::RESTORE, MethodFilter::POST, &["POST"], write::restore)
            .mount(router)
    }
}

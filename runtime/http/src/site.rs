//! An application put together: groups of routes under their stacks, resources, custom routers, probes.

use crate::config::ServerConfig;
use crate::edge::exchange::Exchange;
use crate::edge::{Edge, Inner, NOWHERE, bare};
use crate::health::Health;
use crate::metrics::Metrics;
use crate::openapi::{self, Info};
use crate::stack::Stack;
use crate::{docs, rest};
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::response::Response;
use framewright_core::cx::State;
use framewright_core::{Cx, Error, ErrorKind, ResourceDescriptor};
use serde_json::Value;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio_util::task::TaskTracker;
use tower::{Layer, Service};

/// Routes under one prefix and one stack.
pub struct Group {
    prefix: String,
    stack: Stack,
    router: Router,
    groups: Vec<Group>,
}

impl Group {
    /// An empty group: `Group::new("/api/v1", Stack::empty())`; `/` is the root.
    #[must_use]
    pub fn new(prefix: impl Into<String>, stack: Stack) -> Self {
        Self { prefix: prefix.into(), stack, router: Router::new(), groups: Vec::new() }
    }

    /// Adds the routes of any axum router.
    #[must_use]
    pub fn routes(mut self, router: Router) -> Self {
        self.router = self.router.merge(router);
        self
    }

    /// Adds a group inside this one.
    #[must_use]
    pub fn group(mut self, group: Self) -> Self {
        self.groups.push(group);
        self
    }

    fn build(self, tap: &Tap) -> Router {
        let inner = self.groups.into_iter().fold(self.router.layer(tap.clone()), |router, group| {
            let prefix = group.prefix.clone();
            nest(router, &prefix, group.build(tap))
        });
        self.stack.apply(inner)
    }
}

fn nest(router: Router, prefix: &str, inner: Router) -> Router {
    if prefix.is_empty() || prefix == "/" { router.merge(inner) } else { router.nest(prefix, inner) }
}

/// The derived part of an application: its resources, their document, its page.
pub struct Api {
    prefix: String,
    stack: Stack,
    resources: Vec<&'static ResourceDescriptor>,
    info: Info,
    amend: Vec<Amend>,
    documented: bool,
}

type Amend = Box<dyn FnOnce(&mut Value) + Send>;

fn document(
    info: &Info,
    prefix: &str,
    resources: &[&'static ResourceDescriptor],
    amend: Vec<Amend>,
) -> Value {
    let mut document = openapi::document(info, prefix, resources);
    amend.into_iter().for_each(|amend| amend(&mut document));
    document
}

impl Api {
    /// These resources under a prefix: `Api::new("/api/v1", resources)`.
    #[must_use]
    pub fn new(prefix: impl Into<String>, resources: Vec<&'static ResourceDescriptor>) -> Self {
        let (stack, info) = (Stack::empty(), Info::default());
        Self { prefix: prefix.into(), stack, resources, info, amend: Vec::new(), documented: true }
    }

    /// The layers around the derived routes.
    #[must_use]
    pub fn stack(mut self, stack: Stack) -> Self {
        self.stack = stack;
        self
    }

    /// What the document says of the application.
    #[must_use]
    pub fn info(mut self, info: Info) -> Self {
        self.info = info;
        self
    }

    /// Adds to the document, say the routes of custom routers.
    #[must_use]
    pub fn document(mut self, amend: impl FnOnce(&mut Value) + Send + 'static) -> Self {
        self.amend.push(Box::new(amend));
        self
    }

    /// Serves neither `/openapi.json` nor `/docs`.
    #[must_use]
    pub fn undocumented(mut self) -> Self {
        self.documented = false;
        self
    }

    /// The OpenAPI document.
    #[must_use]
    pub fn openapi(self) -> Value {
        document(&self.info, &self.prefix, &self.resources, self.amend)
    }

    fn build(mut self, metrics: &Metrics) -> (Router, Router) {
        let stack = std::mem::replace(&mut self.stack, Stack::empty());
        let derived = stack.apply(rest::router(&self.prefix, &self.resources, metrics));
        let documents = match self.documented {
            true => {
                let Self { prefix, resources, info, amend, .. } = self;
                docs::router(move || document(&info, &prefix, &resources, amend))
            }
            false => Router::new(),
        };
        (derived, documents)
    }
}

/// What an application serves, before it serves.
pub struct Site {
    api: Option<Api>,
    cx: Cx,
    stack: Stack,
    groups: Vec<Group>,
    health: Health,
    metrics: Arc<Metrics>,
}

impl Site {
    /// An application without routes.
    #[must_use]
    pub fn new(state: Arc<State>) -> Self {
        Self {
            api: None,
            cx: Cx::new(state),
            stack: Stack::global(),
            groups: Vec::new(),
            health: Health::default(),
            metrics: Arc::default(),
        }
    }

    /// Requests start from this context: its clock, its locale.
    #[must_use]
    pub fn cx(mut self, cx: Cx) -> Self {
        self.cx = cx;
        self
    }

    /// Replaces the global stack.
    #[must_use]
    pub fn stack(mut self, stack: Stack) -> Self {
        self.stack = stack;
        self
    }

    /// Adds the derived part.
    #[must_use]
    pub fn api(mut self, api: Api) -> Self {
        self.api = Some(api);
        self
    }

    /// Adds a group of routes.
    #[must_use]
    pub fn group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self
    }

    /// Adds any axum router as it is, at the root.
    #[must_use]
    pub fn routes(self, router: Router) -> Self {
        self.group(Group::new("/", Stack::empty()).routes(router))
    }

    /// What has to be well before requests are welcome.
    #[must_use]
    pub fn health(mut self, health: Health) -> Self {
        self.health = health;
        self
    }

    /// The counters behind `/metrics`, for parts that add their own.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Puts everything together.
    ///
    /// # Errors
    /// When two routes are in each other's way.
    pub fn build(self, config: ServerConfig) -> Result<Edge, Error> {
        let guards = self.stack.guards();
        let Self { api, cx, stack, groups, health, metrics } = self;
        let tap = Tap(metrics.clone());
        // axum says it with a panic when two routes clash; at start that is a mistake to explain, not a crash.
        let router = catch_unwind(AssertUnwindSafe(|| {
            let (derived, documents) = api.map_or_else(Default::default, |api| api.build(&metrics));
            let custom = groups.into_iter().fold(documents.layer(tap.clone()), |router, group| {
                let prefix = group.prefix.clone();
                nest(router, &prefix, group.build(&tap))
            });
            // The limits of bodies are ours; derived routes know their name without being told.
            let custom = custom.layer(DefaultBodyLimit::disable());
            stack.apply(custom.merge(derived).fallback(not_found))
        }))
        .map_err(|panic| {
            let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
            Error::new(ErrorKind::Internal, "route.clash", format!("the routes cannot be put together: {}", said.unwrap_or("")))
                .hint("give one of the two another path, or leave the derived action out with `#[resource(only(…))]`")
        })?;
        let unmatched = metrics.route("");
        let cx = cx.answering_within(config.max_answer_bytes);
        let inner =
            Inner { router, cx, config, guards, health, metrics, unmatched, tasks: TaskTracker::new() };
        Ok(inner.start())
    }
}

async fn not_found() -> Error {
    Error::new(ErrorKind::NotFound, NOWHERE.0, NOWHERE.1)
}

/// Innermost around every custom route, inside of the layers of its groups: tells the exchange which route has
/// matched, and gives the bare answers of axum our form before a layer sees them.
#[derive(Clone)]
struct Tap(Arc<Metrics>);

#[derive(Clone)]
struct Tapped<S> {
    inner: S,
    metrics: Arc<Metrics>,
}

impl<S> Layer<S> for Tap {
    type Service = Tapped<S>;

    fn layer(&self, inner: S) -> Tapped<S> {
        Tapped { inner, metrics: self.0.clone() }
    }
}

impl<S> Service<Request> for Tapped<S>
where
    S: Service<Request, Response = Response>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let extensions = request.extensions();
        let exchange = extensions.get::<Exchange>().cloned();
        if let (Some(exchange), Some(path)) = (&exchange, extensions.get::<MatchedPath>()) {
            let _ = exchange.0.route.set(self.metrics.route(path.as_str()));
        }
        let answering = self.inner.call(request);
        Box::pin(async move {
            let response = answering.await?;
            Ok(match exchange {
                Some(exchange) => bare(response, &exchange).await,
                None => response,
            })
        })
    }
}

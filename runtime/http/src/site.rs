//! An application put together: groups of routes under their stacks, resources, custom routers, probes.

use crate::config::ServerConfig;
use crate::edge::exchange::Exchange;
use crate::edge::{Edge, Inner, NOWHERE, PROBES, bare};
use crate::health::Health;
use crate::metrics::Metrics;
use crate::openapi::{self, Info};
use crate::routes::{self, Listed, Record, Routes, Source, derived};
use crate::stack::Stack;
use crate::{docs, rest};
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
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
    routes: Routes,
    groups: Vec<Group>,
}

impl Group {
    /// An empty group: `Group::new("/api/v1", Stack::empty())`; `/` is the root.
    #[must_use]
    pub fn new(prefix: impl Into<String>, stack: Stack) -> Self {
        Self { prefix: prefix.into(), stack, routes: Routes::new(), groups: Vec::new() }
    }

    /// Adds routes, or any axum router as it is.
    #[must_use]
    #[track_caller]
    pub fn routes(mut self, routes: impl Into<Routes>) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// Adds a group inside this one.
    #[must_use]
    pub fn group(mut self, group: Self) -> Self {
        self.groups.push(group);
        self
    }

    fn build(self, tap: &Tap) -> Router {
        let own = self.routes.mount(Router::new()).layer(tap.clone());
        self.stack.apply(mount(own, self.groups, tap))
    }

    /// What is mounted, as it is seen from outside of the group.
    fn records(&self) -> Vec<Record> {
        let own = self.routes.records().iter().cloned();
        let all = own.chain(self.groups.iter().flat_map(Self::records));
        let layers = self.stack.names();
        all.map(|record| record.inside(&self.prefix, &layers)).collect()
    }
}

fn mount(router: Router, groups: Vec<Group>, tap: &Tap) -> Router {
    groups.into_iter().fold(router, |router, group| {
        let prefix = group.prefix.clone();
        nest(router, &prefix, group.build(tap))
    })
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

    /// Changes the document before it is served, say to describe what stands on a router without a record.
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

    fn written(self, routes: &[Record]) -> Value {
        let mut document = openapi::document(&self.info, &self.prefix, &self.resources, routes);
        self.amend.into_iter().for_each(|amend| amend(&mut document));
        document
    }

    fn build(mut self, metrics: &Metrics, routes: Vec<Record>) -> (Router, Router) {
        let stack = std::mem::replace(&mut self.stack, Stack::empty());
        let derived = stack.apply(rest::router(&self.prefix, &self.resources, metrics));
        let documents = match self.documented {
            true => docs::router(move || self.written(&routes)),
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

    /// Adds routes at the root, or any axum router as it is.
    #[must_use]
    #[track_caller]
    pub fn routes(self, routes: impl Into<Routes>) -> Self {
        self.group(Group::new("/", Stack::empty()).routes(routes))
    }

    fn records(&self) -> Vec<Record> {
        self.groups.iter().flat_map(Group::records).collect()
    }

    /// Every route: the derived ones, those of the application, those of the framework.
    #[must_use]
    pub fn listed(&self) -> Vec<Listed> {
        let system = |path: &str, what| Listed {
            method: Some("GET"),
            path: path.to_owned(),
            source: Source::System { what },
            layers: Vec::new(),
        };
        let mut all = Vec::new();
        if let Some(api) = &self.api {
            let layers: Vec<String> = api.stack.names().into_iter().map(str::to_owned).collect();
            let derived = api.resources.iter().flat_map(|d| derived(&api.prefix, d));
            all.extend(derived.map(|route| Listed { layers: layers.clone(), ..route }));
        }
        all.extend(self.records().into_iter().map(|record| Listed {
            method: record.method,
            path: record.path,
            source: Source::Own { place: record.place },
            layers: record.layers,
        }));
        all.extend(PROBES.iter().map(|(path, _)| system(path, "probe")));
        if self.api.as_ref().is_some_and(|api| api.documented) {
            all.extend(docs::PATHS.iter().map(|(path, what)| system(path, what)));
        }
        all
    }

    /// The OpenAPI document, where there is a derived part.
    #[must_use]
    pub fn openapi(self) -> Option<Value> {
        let records = self.records();
        self.api.map(|api| api.written(&records))
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
        let clash = |why: &str| {
            Error::new(ErrorKind::Internal, "route.clash", format!("the routes cannot be put together: {why}"))
                .hint("give one of the two another path, or leave the derived action out with `#[resource(only(…))]`")
        };
        // with the places of both, where there is a record of both
        if let Some(why) = routes::clash(&self.listed()) {
            return Err(clash(&why));
        }
        let guards = self.stack.guards();
        let records = self.records();
        let Self { api, cx, stack, groups, health, metrics } = self;
        let tap = Tap(metrics.clone());
        // axum says it with a panic when two routes clash; at start that is a mistake to explain, not a crash.
        let router = catch_unwind(AssertUnwindSafe(|| {
            let (derived, documents) = api.map_or_else(Default::default, |api| api.build(&metrics, records));
            let custom = mount(documents.layer(tap.clone()), groups, &tap).merge(probes());
            // The limits of bodies are ours; derived routes know their name without being told.
            let custom = custom.layer(DefaultBodyLimit::disable());
            stack.apply(custom.merge(derived).fallback(not_found))
        }))
        .map_err(|panic| {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            clash(said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default())
        })?;
        let unmatched = metrics.route("");
        let cx = cx.answering_within(config.max_answer_bytes);
        let inner =
            Inner { router, cx, config, guards, health, metrics, unmatched, tasks: TaskTracker::new() };
        Ok(inner.start())
    }
}

/// The paths of the probes, taken. The edge answers them before anything is routed, so that a route of the
/// application at one of them would never be asked: here it is in the way of another, as it would be anywhere.
fn probes() -> Router {
    let every =
        [MethodFilter::GET, MethodFilter::HEAD, MethodFilter::POST, MethodFilter::PUT, MethodFilter::PATCH];
    let every = every.into_iter().fold(MethodFilter::DELETE, MethodFilter::or);
    PROBES
        .iter()
        .fold(Router::new(), |router, (path, _)| router.route(path, on(every, not_found).fallback(not_found)))
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

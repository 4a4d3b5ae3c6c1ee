//! The three scopes of middleware, in this order: global → group → route. Each is a visible list of tower layers.

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route;
use std::convert::Infallible;
use std::fmt;
use tower::{Layer, Service};

/// A protection that is on by default, each removable alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// one structured line per request
    Log,
    /// a panic is answered `internal`, its stack goes to the log
    Panic,
    /// the security headers of every answer
    SecurityHeaders,
    /// a valid `Host`, and one that is served
    HostTrust,
}

impl Guard {
    const fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Panic => "panic",
            Self::SecurityHeaders => "security-headers",
            Self::HostTrust => "host-trust",
        }
    }
}

/// Which guards the edge applies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guards {
    pub(crate) log: bool,
    pub(crate) panic: bool,
    pub(crate) security_headers: bool,
    pub(crate) host_trust: bool,
}

type Apply = Box<dyn FnOnce(Router) -> Router + Send>;

enum Part {
    /// part of the edge itself, always there
    Fixed(&'static str),
    Guard(Guard),
    Layer(String, Apply),
}

/// A list of layers, outermost first.
///
/// ```
/// use framewright_http::{Guard, Stack};
/// let stack = Stack::global().without(Guard::HostTrust);
/// assert_eq!(stack.to_string(), "request-id → log → panic → security-headers");
/// ```
pub struct Stack {
    parts: Vec<Part>,
}

impl Stack {
    /// Around everything: request id, log, panic recovery, security headers, host trust.
    #[must_use]
    pub fn global() -> Self {
        let guards = [Guard::Log, Guard::Panic, Guard::SecurityHeaders, Guard::HostTrust];
        let fixed = Part::Fixed("request-id");
        Self { parts: std::iter::once(fixed).chain(guards.map(Part::Guard)).collect() }
    }

    /// No layer: what groups and routes start from.
    #[must_use]
    pub fn empty() -> Self {
        Self { parts: Vec::new() }
    }

    /// Adds a layer inside the ones that are there.
    #[must_use]
    pub fn layer<L>(mut self, name: impl Into<String>, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.parts.push(Part::Layer(name.into(), Box::new(move |router| router.layer(layer))));
        self
    }

    /// Takes a guard out.
    #[must_use]
    pub fn without(mut self, guard: Guard) -> Self {
        self.parts.retain(|p| !matches!(p, Part::Guard(g) if *g == guard));
        self
    }

    /// The names, outermost first.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.parts
            .iter()
            .map(|p| match p {
                Part::Fixed(name) => *name,
                Part::Guard(guard) => guard.name(),
                Part::Layer(name, _) => name.as_str(),
            })
            .collect()
    }

    pub(crate) fn guards(&self) -> Guards {
        let on = |guard| self.parts.iter().any(|p| matches!(p, Part::Guard(g) if *g == guard));
        Guards {
            log: on(Guard::Log),
            panic: on(Guard::Panic),
            security_headers: on(Guard::SecurityHeaders),
            host_trust: on(Guard::HostTrust),
        }
    }

    /// Wraps a router in the layers, the first one outermost.
    pub(crate) fn apply(self, router: Router) -> Router {
        self.parts.into_iter().rev().fold(router, |router, part| match part {
            Part::Layer(_, apply) => apply(router),
            Part::Fixed(_) | Part::Guard(_) => router,
        })
    }
}

impl fmt::Display for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(" → "))
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

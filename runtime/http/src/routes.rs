//! Routes of an application's own: a router that remembers what is mounted on it, so that it can be listed and
//! described. Any axum router can be mounted beside it as it is, but keeps no record.

use crate::rest::table::Does;
use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use framewright_core::ResourceDescriptor;
use serde_json::Value;
use std::fmt;
use std::panic::Location;

type Mount = Box<dyn FnOnce(Router) -> Router + Send>;
type Place = &'static Location<'static>;

/// A list of routes, in the order in which they were added.
///
/// ```
/// use framewright_http::{Reply, Routes};
/// use serde_json::json;
/// let routes = Routes::new()
///     .get("/api/v1/statistics", async || Reply::ok(&7))
///     .summary("Counts everything.")
///     .gives(200, json!({"type": "integer"}));
/// assert_eq!(format!("{routes:?}"), r#"["GET /api/v1/statistics"]"#);
/// ```
#[derive(Default)]
pub struct Routes {
    mounts: Vec<Mount>,
    records: Vec<Record>,
}

/// A route as it was mounted.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// `None`: a router without a record, at this path and below it
    pub(crate) method: Option<&'static str>,
    pub(crate) path: String,
    pub(crate) place: Option<Place>,
    /// the layers of its groups, outermost first
    pub(crate) layers: Vec<String>,
    pub(crate) summary: Option<String>,
    pub(crate) takes: Option<Value>,
    pub(crate) gives: Option<(u16, Value)>,
}

impl Record {
    fn at(method: Option<&'static str>, path: &str, place: Option<Place>) -> Self {
        let (layers, path) = (Vec::new(), path.to_owned());
        Self { method, path, place, layers, summary: None, takes: None, gives: None }
    }

    /// The same inside a group.
    pub(crate) fn inside(mut self, prefix: &str, layers: &[&str]) -> Self {
        let prefix = prefix.trim_end_matches('/');
        if !prefix.is_empty() {
            self.path = if self.path == "/" { prefix.to_owned() } else { format!("{prefix}{}", self.path) };
        }
        self.layers.splice(0..0, layers.iter().map(|l| (*l).to_owned()));
        self
    }
}

macro_rules! methods {
    ($($name:ident $method:literal $doc:literal),* $(,)?) => {$(
        #[doc = $doc]
        #[must_use]
        #[track_caller]
        pub fn $name<H, T>(self, path: &str, handler: H) -> Self
        where
            H: Handler<T, ()>,
            T: 'static,
        {
            self.add($method, path, handler, Location::caller())
        }
    )*};
}

impl Routes {
    /// No route.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    methods! {
        get "GET" "Answers `GET`, and `HEAD` with it; the path and the handler are axum's.",
        post "POST" "Answers `POST`; the path and the handler are axum's.",
        put "PUT" "Answers `PUT`; the path and the handler are axum's.",
        patch "PATCH" "Answers `PATCH`; the path and the handler are axum's.",
        delete "DELETE" "Answers `DELETE`; the path and the handler are axum's.",
    }

    fn add<H, T>(mut self, method: &'static str, path: &str, handler: H, place: Place) -> Self
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        let at = path.to_owned();
        self.mounts.push(Box::new(move |router| router.route(&at, on(filter(method), handler))));
        self.records.push(Record::at(Some(method), path, Some(place)));
        self
    }

    /// What the last route does, in one sentence: its summary in the document.
    #[must_use]
    pub fn summary(self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.last(|record| record.summary = Some(text))
    }

    /// What the last route takes as its body: a JSON Schema, or the name of one of the document such as
    /// `{"$ref": "#/components/schemas/CreatePost"}`.
    #[must_use]
    pub fn takes(self, schema: Value) -> Self {
        self.last(|record| record.takes = Some(schema))
    }

    /// What the last route answers when all goes well: the status, and the JSON Schema of `data`.
    #[must_use]
    pub fn gives(self, status: u16, schema: Value) -> Self {
        self.last(|record| record.gives = Some((status, schema)))
    }

    fn last(mut self, change: impl FnOnce(&mut Record)) -> Self {
        if let Some(record) = self.records.last_mut() {
            change(record);
        }
        self
    }

    /// Adds other routes, or any axum router.
    #[must_use]
    #[track_caller]
    pub fn merge(mut self, other: impl Into<Self>) -> Self {
        let place = Location::caller();
        let other = other.into();
        self.mounts.extend(other.mounts);
        self.records.extend(other.records.into_iter().map(|mut record| {
            record.place = record.place.or(Some(place));
            record
        }));
        self
    }

    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    pub(crate) fn mount(self, router: Router) -> Router {
        self.mounts.into_iter().fold(router, |router, mount| mount(router))
    }
}

/// A router as it is. What stands on it is not known, so it is listed by its prefix alone.
impl From<Router> for Routes {
    fn from(router: Router) -> Self {
        let records = if router.has_routes() { vec![Record::at(None, "/", None)] } else { Vec::new() };
        Self { mounts: vec![Box::new(move |all| all.merge(router))], records }
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.records.iter().map(|r| format!("{} {}", r.method.unwrap_or("*"), r.path));
        f.debug_list().entries(all).finish()
    }
}

/// The filter of a method that routes can have.
pub(crate) fn filter(method: &str) -> MethodFilter {
    match method {
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "PATCH" => MethodFilter::PATCH,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    }
}

/// One route of a site.
#[derive(Debug, Clone)]
pub struct Listed {
    /// the method; `None` is a router that keeps no record, at this path and below it
    pub method: Option<&'static str>,
    /// the path, with its parameters in braces
    pub path: String,
    /// where it comes from
    pub source: Source,
    /// the layers of its groups, outermost first; those around everything come before them
    pub layers: Vec<String>,
}

/// Where a route comes from.
#[derive(Clone)]
pub enum Source {
    /// from a resource
    Derived {
        /// the resource
        resource: &'static ResourceDescriptor,
        /// what it does
        does: Does,
    },
    /// from the application
    Own {
        /// where it was mounted
        place: Option<&'static Location<'static>>,
    },
    /// from the framework: a probe, the document, its page
    System {
        /// what it is for
        what: &'static str,
    },
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Derived { resource: d, does } => {
                write!(f, "`{}` of {} ({}:{})", does.name(), d.name, d.source.file, d.source.line)
            }
            Self::Own { place: Some(at) } => write!(f, "{}:{}", at.file(), at.line()),
            Self::Own { place: None } => f.write_str("the application"),
            Self::System { what } => write!(f, "the framework's own ({what})"),
        }
    }
}

/// The derived routes of a resource under a prefix.
pub fn derived(prefix: &str, resource: &'static ResourceDescriptor) -> impl Iterator<Item = Listed> {
    let base = format!("{prefix}/{}", resource.path);
    crate::rest::table::of(resource).map(move |route| Listed {
        method: Some(route.method),
        path: format!("{base}{}", route.tail),
        source: Source::Derived { resource, does: route.does },
        layers: Vec::new(),
    })
}

/// Two routes with one method and one path, in words; parameters are in each other's way whatever they are called.
pub(crate) fn clash(all: &[Listed]) -> Option<String> {
    let mut seen = std::collections::HashMap::new();
    all.iter().find_map(|route| {
        let key = (route.method?, shape(&route.path));
        let first = seen.insert(key, route)?;
        let method = route.method.unwrap_or_default();
        Some(format!("{method} {} is there twice: {} and {}", route.path, first.source, route.source))
    })
}

fn shape(path: &str) -> String {
    let segments = path.split('/').map(|s| if s.starts_with('{') && !s.starts_with("{*") { "{}" } else { s });
    segments.collect::<Vec<_>>().join("/")
}

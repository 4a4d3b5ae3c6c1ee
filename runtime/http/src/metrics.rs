//! Counters and histograms of requests, in the text form that Prometheus reads. A route has a bounded set of
//! series, so clients cannot make memory grow.

use http::{Method, StatusCode};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

const METHODS: [Method; 8] = [
    Method::GET,
    Method::POST,
    Method::PATCH,
    Method::PUT,
    Method::DELETE,
    Method::HEAD,
    Method::OPTIONS,
    Method::TRACE,
];
const STATUSES: [u16; 29] = [
    200, 201, 202, 204, 301, 302, 303, 304, 400, 401, 403, 404, 405, 406, 408, 409, 412, 413, 414, 415, 421,
    422, 428, 429, 431, 500, 503, 504, 507,
];
/// Upper bounds in microseconds; the last bucket has none.
const BUCKETS: [u64; 11] =
    [100, 250, 1_000, 2_500, 10_000, 25_000, 100_000, 250_000, 1_000_000, 5_000_000, 30_000_000];

/// The series of one route.
#[derive(Debug)]
pub struct RouteSeries {
    route: String,
    methods: [OnceLock<Box<MethodSeries>>; METHODS.len() + 1],
}

#[derive(Debug, Default)]
struct MethodSeries {
    statuses: [AtomicU64; STATUSES.len()],
    others: AtomicU64,
    buckets: [AtomicU64; BUCKETS.len() + 1],
    micros: AtomicU64,
}

impl RouteSeries {
    /// The pattern of the route.
    #[must_use]
    pub fn route(&self) -> &str {
        &self.route
    }

    pub(crate) fn record(&self, method: &Method, status: StatusCode, took: Duration) {
        let at = METHODS.iter().position(|m| m == method).unwrap_or(METHODS.len());
        let Some(slot) = self.methods.get(at) else { return };
        let series = slot.get_or_init(Box::default);
        let counter = STATUSES
            .iter()
            .position(|s| *s == status.as_u16())
            .and_then(|i| series.statuses.get(i))
            .unwrap_or(&series.others);
        counter.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS.iter().position(|b| micros <= *b).unwrap_or(BUCKETS.len());
        if let Some(b) = series.buckets.get(bucket) {
            b.fetch_add(1, Ordering::Relaxed);
        }
        series.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

/// Where other parts of the application add series of their own to `/metrics`.
type Source = Box<dyn Fn(&mut String) + Send + Sync>;

/// The registry behind `/metrics`.
#[derive(Default)]
pub struct Metrics {
    routes: Mutex<BTreeMap<String, Arc<RouteSeries>>>,
    sources: Mutex<Vec<Source>>,
    pub(crate) in_flight: AtomicU64,
    pub(crate) connections: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) panics: AtomicU64,
}

impl Metrics {
    /// The series of a route; only routes of the router get one, never paths of clients.
    pub fn route(&self, pattern: &str) -> Arc<RouteSeries> {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(RouteSeries { route: pattern.to_owned(), methods: Default::default() });
        routes.entry(pattern.to_owned()).or_insert_with(new).clone()
    }

    /// Counts a request whose head was refused before it had a route; its method is not to be trusted.
    pub(crate) fn refuse(&self, status: u16) {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        self.route("").record(&Method::CONNECT, status, Duration::ZERO);
    }

    /// Adds lines of another part, written whenever `/metrics` is asked for.
    pub fn source(&self, write: impl Fn(&mut String) + Send + Sync + 'static) {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(write));
    }

    /// The text form.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(4096);
        let gauge = |out: &mut String, name: &str, kind: &str, help: &str, value: &AtomicU64| {
            let _ = writeln!(
                out,
                "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {}",
                value.load(Ordering::Relaxed)
            );
        };
        gauge(&mut out, "http_requests_in_flight", "gauge", "Requests being answered.", &self.in_flight);
        gauge(&mut out, "http_connections", "gauge", "Open connections.", &self.connections);
        gauge(
            &mut out,
            "http_requests_refused_total",
            "counter",
            "Requests refused because of overload.",
            &self.refused,
        );
        gauge(&mut out, "http_panics_total", "counter", "Handlers that panicked.", &self.panics);
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        out.push_str("# HELP http_requests_total Requests by route, method and status.\n# TYPE http_requests_total counter\n");
        for_each(&routes, |route, method, series| {
            let all = STATUSES.iter().map(|s| s.to_string()).zip(&series.statuses);
            for (status, count) in all.chain([("other".to_owned(), &series.others)]) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let _ = writeln!(
                        out,
                        "http_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}} {count}"
                    );
                }
            }
        });
        out.push_str("# HELP http_request_duration_seconds Time to the head of the answer.\n# TYPE http_request_duration_seconds histogram\n");
        for_each(&routes, |route, method, series| {
            let labels = format!("route=\"{route}\",method=\"{method}\"");
            let bounds = BUCKETS.iter().map(|b| format!("{}", *b as f64 / 1e6)).chain(["+Inf".to_owned()]);
            let mut sum = 0;
            for (bound, count) in bounds.zip(&series.buckets) {
                sum += count.load(Ordering::Relaxed);
                let _ =
                    writeln!(out, "http_request_duration_seconds_bucket{{{labels},le=\"{bound}\"}} {sum}");
            }
            let seconds = series.micros.load(Ordering::Relaxed) as f64 / 1e6;
            let _ = writeln!(
                out,
                "http_request_duration_seconds_sum{{{labels}}} {seconds}\nhttp_request_duration_seconds_count{{{labels}}} {sum}"
            );
        });
        drop(routes);
        for source in self.sources.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            source(&mut out);
        }
        out
    }
}

fn for_each(routes: &BTreeMap<String, Arc<RouteSeries>>, mut f: impl FnMut(&str, &str, &MethodSeries)) {
    for series in routes.values() {
        let route = series.route.replace('\\', "\\\\").replace('"', "\\\"");
        let names = METHODS.iter().map(Method::as_str).chain(["other"]);
        for (method, slot) in names.zip(&series.methods) {
            if let Some(m) = slot.get() {
                f(&route, method, m);
            }
        }
    }
}

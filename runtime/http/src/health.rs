//! Liveness and readiness.

use framewright_core::{Cx, Error};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

type Check = Box<dyn Fn(Cx) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>> + Send + Sync>;

/// What has to be well before requests are welcome.
#[derive(Default)]
pub struct Health {
    checks: Vec<(&'static str, Check)>,
    draining: AtomicBool,
}

/// The longest that one check may take.
const PATIENCE: Duration = Duration::from_secs(2);

impl Health {
    /// Adds a check: a database, a cache, a queue.
    pub fn check<F>(&mut self, name: &'static str, check: impl Fn(Cx) -> F + Send + Sync + 'static)
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.checks.push((name, Box::new(move |cx| Box::pin(check(cx)))));
    }

    /// From now on readiness says no.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether a shutdown has begun.
    #[must_use]
    pub fn draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Runs every check: the names, and whether each is well.
    pub async fn report(&self, cx: &Cx) -> Vec<(&'static str, bool)> {
        let mut all = Vec::with_capacity(self.checks.len());
        for (name, check) in &self.checks {
            let outcome = tokio::time::timeout(PATIENCE, check(cx.clone())).await;
            if let Ok(Err(error)) = &outcome {
                tracing::warn!(check = name, %error, "not ready");
            }
            all.push((*name, matches!(outcome, Ok(Ok(())))));
        }
        all
    }
}

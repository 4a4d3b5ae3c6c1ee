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

    /// Runs every check; the names with what came out, as JSON text, and whether all is well.
    pub async fn report(&self, cx: &Cx) -> (bool, String) {
        let mut well = !self.draining();
        let mut out = String::from("{");
        for (i, (name, check)) in self.checks.iter().enumerate() {
            let outcome = tokio::time::timeout(PATIENCE, check(cx.clone())).await;
            let ok = matches!(outcome, Ok(Ok(())));
            if let Ok(Err(error)) = &outcome {
                tracing::warn!(check = name, %error, "not ready");
            }
            well &= ok;
            if i > 0 {
                out.push(',');
            }
            crate::envelope::text(&mut out, name);
            out.push_str(if ok { r#":"up""# } else { r#":"down""# });
        }
        out.push('}');
        (well, out)
    }
}

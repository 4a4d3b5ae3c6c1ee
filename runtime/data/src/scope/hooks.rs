//! What runs after a transaction, by how it ended.

use framewright_core::Cx;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) type Run = Box<dyn FnOnce(Cx) -> BoxFuture<'static, ()> + Send>;

/// The hooks of a transaction in the order of their registration, those of ended inner ones among them.
#[derive(Default)]
pub(crate) struct Hooks(Vec<(bool, Run)>);

impl Hooks {
    pub(crate) fn on_commit(&mut self, run: Run) {
        self.0.push((true, run));
    }

    pub(crate) fn on_rollback(&mut self, run: Run) {
        self.0.push((false, run));
    }

    /// Takes over the hooks of an inner transaction that was released into this one.
    pub(crate) fn absorb(&mut self, inner: Self) {
        self.0.extend(inner.0);
    }

    /// Runs those for this end, one after the other.
    pub(crate) async fn run(self, committed: bool, cx: Cx) {
        for (_, hook) in self.0.into_iter().filter(|(on_commit, _)| *on_commit == committed) {
            let cx = cx.clone();
            let ended = match catch_unwind(AssertUnwindSafe(|| hook(cx))) {
                Ok(hook) => AssertUnwindSafe(hook).catch_unwind().await,
                Err(panic) => Err(panic),
            };
            if ended.is_err() {
                tracing::error!(committed, "a hook after a transaction panicked");
            }
        }
    }
}

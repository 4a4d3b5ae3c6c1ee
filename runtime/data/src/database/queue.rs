//! A queue with one piece of work under way at a time: what comes meanwhile waits, and is done together next.

use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::mpsc;

/// What works a queue off.
pub(super) trait Works: Send + Sync + 'static {
    /// what waits in the queue
    type Item: Send + 'static;
    /// how many are taken at once
    const MOST: usize;

    /// Does all that waits.
    fn work(&self, all: Vec<Self::Item>) -> impl Future<Output = ()> + Send;
}

/// The end of a queue that is put into. It is worked off from the first item on, on the runtime that this came from.
pub(super) struct Queue<W: Works> {
    by: Arc<W>,
    open: RwLock<Option<mpsc::UnboundedSender<W::Item>>>,
}

impl<W: Works> Queue<W> {
    pub(super) fn new(by: Arc<W>) -> Self {
        Self { by, open: RwLock::default() }
    }

    pub(super) fn by(&self) -> &Arc<W> {
        &self.by
    }

    pub(super) fn put(&self, mut item: W::Item) {
        if let Some(open) = &*self.open.read().unwrap_or_else(PoisonError::into_inner) {
            match open.send(item) {
                Ok(()) => return,
                Err(back) => item = back.0, // the runtime that it was worked off on is gone
            }
        }
        // Two at once open two, and what is in the one that is not kept is still done.
        let open = self.start();
        let _ = open.send(item);
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = Some(open);
    }

    /// Works it off until nobody can put anything into it any more.
    fn start(&self) -> mpsc::UnboundedSender<W::Item> {
        let (end, mut queue) = mpsc::unbounded_channel();
        let by = Arc::clone(&self.by);
        tokio::spawn(async move {
            let mut all = Vec::new();
            while queue.recv_many(&mut all, W::MOST).await > 0 {
                by.work(std::mem::take(&mut all)).await;
            }
        });
        end
    }
}

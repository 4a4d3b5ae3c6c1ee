//! A connection that all tasks share, opened when it is needed and opened again when it was lost.

use super::line::Line;
use crate::violation::{Failure, unavailable};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio_postgres::Config;

pub(super) struct Shared {
    config: Config,
    wait: Duration,
    line: RwLock<Option<Arc<Line>>>,
    opening: Mutex<()>,
}

impl Shared {
    pub(super) fn new(config: Config, wait: Duration) -> Self {
        Self { config, wait, line: RwLock::default(), opening: Mutex::default() }
    }

    fn current(&self) -> Option<Arc<Line>> {
        let line = self.line.read().unwrap_or_else(PoisonError::into_inner);
        line.as_ref().filter(|l| !l.client.is_closed()).cloned()
    }

    /// The connection, made if there is none.
    pub(super) async fn line(&self) -> Result<Arc<Line>, Failure> {
        if let Some(line) = self.current() {
            return Ok(line);
        }
        // Boxed, as it is rare and large.
        let open = Box::pin(async {
            let _opening = self.opening.lock().await;
            if let Some(line) = self.current() {
                return Ok(line);
            }
            let line = Arc::new(Line::open(&self.config).await?);
            *self.line.write().unwrap_or_else(PoisonError::into_inner) = Some(line.clone());
            Ok(line)
        });
        tokio::time::timeout(self.wait, open).await.map_err(|_| Failure::Ours(unavailable()))?
    }
}

//! Time that stands still until a test moves it, and ids that count.

use framewright_core::Timestamp;
use framewright_core::cx::{Clock, IdSource};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A clock that stands still; without a time it is that of the machine.
#[derive(Debug, Default)]
pub struct TestClock(Mutex<Option<Timestamp>>);

impl TestClock {
    /// From now on it is this time.
    ///
    /// # Panics
    /// When the text is no RFC 3339 time.
    pub fn set(&self, time: &str) {
        let time = time.parse().unwrap_or_else(|_| panic!("`{time}` is no time: write 2026-01-31T12:00:00Z"));
        *self.0.lock().unwrap() = Some(time);
    }

    /// It is this much later; a clock that ran stands still from now on.
    pub fn advance(&self, span: Duration) {
        let mut time = self.0.lock().unwrap();
        *time = Some(time.unwrap_or_else(Timestamp::now).plus(span));
    }

    /// It runs again.
    pub fn release(&self) {
        *self.0.lock().unwrap() = None;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.0.lock().unwrap().unwrap_or_else(Timestamp::now)
    }
}

/// Ids that count: `00000000-0000-7000-8000-000000000001`, …2, …3.
#[derive(Debug, Default)]
pub struct CountedIds(AtomicU64);

impl IdSource for CountedIds {
    fn next(&self) -> uuid::Uuid {
        let n = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        uuid::Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0000 | u128::from(n))
    }
}

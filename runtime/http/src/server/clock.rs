//! The clock of a connection: which phase it is in, until when, and whether the client takes what it is sent.

use crate::config::ServerConfig;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;

const WAITING: u8 = 0;
const HEADER: u8 = 1;
const BUSY: u8 = 2;
const LINGERING: u8 = 3;
/// the answer is made, and still on its way to the socket
const FLUSHING: u8 = 4;

/// Longer than any connection, in milliseconds.
const FAR: u64 = u32::MAX as u64;

const LOST: u8 = 1;
const UPGRADED: u8 = 2;

/// What the clock of a connection looks at. Setting a deadline is one store; one timer per connection looks at it
/// now and then, so requests arm no timers of their own.
pub(super) struct Clock {
    born: Instant,
    phase: AtomicU8,
    /// milliseconds after `born`; 0 is none
    deadline: AtomicU64,
    /// since when the client takes no byte at all; 0 when it does
    stalled: AtomicU64,
    /// since when there is more to send than the client takes; 0 when there is not
    congested: AtomicU64,
    /// what it has taken since then
    taken: AtomicU64,
    lost: AtomicU8,
}

impl Clock {
    pub(super) fn new(first_byte: Duration) -> Arc<Self> {
        let clock = Self {
            born: Instant::now(),
            phase: AtomicU8::new(WAITING),
            deadline: AtomicU64::new(0),
            stalled: AtomicU64::new(0),
            congested: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            lost: AtomicU8::new(0),
        };
        clock.enter(WAITING, first_byte);
        Arc::new(clock)
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    fn enter(&self, phase: u8, within: Duration) {
        let at = if within.is_zero() {
            0
        } else {
            self.millis().saturating_add(u64::try_from(within.as_millis()).unwrap_or(u64::MAX))
        };
        self.phase.store(phase, Ordering::Relaxed);
        self.deadline.store(at, Ordering::Relaxed);
    }

    /// A request is being answered; its own deadlines hold.
    pub(super) fn busy(&self) {
        self.enter(BUSY, Duration::ZERO);
    }

    /// The answer is made. How long it takes to get out is up to the client, and to the limits of writing.
    pub(super) fn answered(&self) {
        if self.phase.load(Ordering::Relaxed) == BUSY {
            self.enter(FLUSHING, Duration::ZERO);
        }
    }

    /// Everything written so far is with the system. After an answer the next request may come, of which some may be
    /// here already.
    pub(super) fn flushed(&self, idle: Duration, head: Option<Duration>) {
        if self.congested.load(Ordering::Relaxed) != 0 {
            self.congested.store(0, Ordering::Relaxed);
            self.stalled.store(0, Ordering::Relaxed);
        }
        if self.phase.load(Ordering::Relaxed) == FLUSHING {
            match head {
                Some(within) => self.enter(HEADER, within),
                None => self.enter(WAITING, idle),
            }
        }
    }

    /// The system has taken bytes of an answer, or has no room for them.
    pub(super) fn wrote(&self, polled: &Poll<io::Result<usize>>) {
        match polled {
            Poll::Pending => {
                let now = self.millis();
                let _ = self.stalled.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
                if self.congested.load(Ordering::Relaxed) == 0 {
                    self.taken.store(0, Ordering::Relaxed);
                    self.congested.store(now, Ordering::Relaxed);
                }
            }
            Poll::Ready(Ok(n)) if self.congested.load(Ordering::Relaxed) != 0 => {
                self.taken.fetch_add(*n as u64, Ordering::Relaxed);
                self.stalled.store(0, Ordering::Relaxed);
            }
            Poll::Ready(_) => {}
        }
    }

    /// Until when the client has to take more of an answer, with what it has taken so far.
    fn writing(&self, config: &ServerConfig) -> Option<u64> {
        let patience = u64::try_from(config.write_timeout.as_millis()).unwrap_or(u64::MAX);
        let after =
            |since: u64, more: u64| (since != 0).then(|| since.saturating_add(patience).saturating_add(more));
        let stalled = after(self.stalled.load(Ordering::Relaxed), 0);
        if config.write_min_rate == 0 {
            return stalled;
        }
        let taken = self.taken.load(Ordering::Relaxed).saturating_mul(1000);
        let earned = taken / u64::from(config.write_min_rate);
        let slow = after(self.congested.load(Ordering::Relaxed), earned);
        stalled.into_iter().chain(slow).min()
    }

    /// Whether a request is being answered, or was refused and is being told so.
    pub(super) fn answering(&self) -> bool {
        matches!(self.phase.load(Ordering::Relaxed), BUSY | FLUSHING | LINGERING)
    }

    /// What was refused is told to the client, whose bytes are thrown away meanwhile.
    pub(super) fn linger(&self, within: Duration) {
        self.enter(LINGERING, within);
    }

    /// Whether a refusal is being told.
    pub(super) fn lingering(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == LINGERING
    }

    /// The first bytes of a request are here.
    pub(super) fn header(&self, within: Duration) {
        if self.phase.load(Ordering::Relaxed) == WAITING {
            self.enter(HEADER, within);
        }
    }

    /// Whether no further request can be read here.
    pub(super) fn lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed) == LOST
    }

    /// The framing is lost: no further request can be read here.
    pub(super) fn lose(&self) {
        self.lost.store(LOST, Ordering::Relaxed);
    }

    /// Whether the connection speaks another protocol by now.
    pub(super) fn is_upgraded(&self) -> bool {
        self.lost.load(Ordering::Relaxed) == UPGRADED
    }

    /// From now on the connection speaks another protocol.
    pub(super) fn upgraded(&self) {
        self.lost.store(UPGRADED, Ordering::Relaxed);
    }

    /// `None` when time is up, else when to look again.
    pub(super) fn check(&self, config: &ServerConfig) -> Option<Instant> {
        let now = self.millis();
        let deadline = Some(self.deadline.load(Ordering::Relaxed)).filter(|d| *d != 0);
        let due = deadline.into_iter().chain(self.writing(config)).min();
        if due.is_some_and(|due| now >= due) {
            return None;
        }
        // Any deadline that is set from here on is later than the shortest of all.
        let later = config
            .header_timeout
            .min(config.idle_timeout)
            .min(config.write_timeout)
            .max(Duration::from_millis(1));
        let later = Instant::now() + later;
        Some(due.map_or(later, |due| later.min(self.born + Duration::from_millis(due.min(FAR)))))
    }
}

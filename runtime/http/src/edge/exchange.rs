//! What the edge, the layers and the handlers of one request share.

use crate::envelope::Form;
use crate::metrics::RouteSeries;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// One request and its answer, from accept to the last header. In the extensions of every request.
#[derive(Clone, Debug)]
pub struct Exchange(pub(crate) Arc<Shared>);

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) request_id: Arc<str>,
    body_limit: AtomicU64,
    /// the form of errors that the client asked for
    pub(crate) form: Form,
    fault: AtomicU8,
    /// whether the handler waits for bytes of the body
    waiting: AtomicBool,
    pub(crate) route: OnceLock<Arc<RouteSeries>>,
}

/// Why the body of a request ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFault {
    /// longer than the route allows
    TooLarge,
    /// slower than the server waits
    TooSlow,
    /// the connection broke, or the framing did
    Broken,
}

impl Exchange {
    pub(crate) fn new(request_id: Arc<str>, body_limit: u64, form: Form) -> Self {
        Self(Arc::new(Shared {
            request_id,
            body_limit: AtomicU64::new(body_limit),
            form,
            fault: AtomicU8::new(0),
            waiting: AtomicBool::new(false),
            route: OnceLock::new(),
        }))
    }

    /// The request id.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// The largest body that is taken.
    #[must_use]
    pub fn body_limit(&self) -> u64 {
        self.0.body_limit()
    }

    /// Sets the largest body that is taken; what a route says holds, whichever way the server is configured.
    pub fn set_body_limit(&self, bytes: u64) {
        self.0.body_limit.store(bytes, Ordering::Relaxed);
    }

    /// Why the body ended early, if it did.
    #[must_use]
    pub fn body_fault(&self) -> Option<BodyFault> {
        self.0.body_fault()
    }

    /// Whether it is the client that is waited for: some of the body has not come yet.
    pub(crate) fn waiting(&self) -> bool {
        self.0.waiting.load(Ordering::Relaxed)
    }

    pub(crate) fn set_waiting(&self, waiting: bool) {
        self.0.waiting.store(waiting, Ordering::Relaxed);
    }

    pub(crate) fn set_fault(&self, fault: BodyFault) {
        let code = match fault {
            BodyFault::TooLarge => 1,
            BodyFault::TooSlow => 2,
            BodyFault::Broken => 3,
        };
        self.0.fault.store(code, Ordering::Relaxed);
    }
}

impl Shared {
    pub(super) fn body_limit(&self) -> u64 {
        self.body_limit.load(Ordering::Relaxed)
    }

    pub(super) fn body_fault(&self) -> Option<BodyFault> {
        match self.fault.load(Ordering::Relaxed) {
            1 => Some(BodyFault::TooLarge),
            2 => Some(BodyFault::TooSlow),
            3 => Some(BodyFault::Broken),
            _ => None,
        }
    }
}

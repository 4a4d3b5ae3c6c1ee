//! `Cx`: who asks, for which tenant, under which request id, in which language, at what time, until when, and in
//! which transaction. Every channel makes one; everything that touches data takes one.

use crate::types::Timestamp;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Actor {
    /// nobody has said who they are
    #[default]
    Anonymous,
    /// a user, by the text of the key
    User {
        /// the key, as text
        id: String,
        /// the roles that are known without a look-up
        roles: Vec<String>,
    },
    /// the system itself, with the reason that was given to [`Cx::as_system`]
    System {
        /// why
        reason: &'static str,
    },
}

impl Actor {
    /// The text that `created_by` and the audit keep; `None` for nobody.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
            Self::User { id, .. } => Some(id),
            Self::System { .. } => Some("system"),
        }
    }
}

/// Where the time comes from; tests stop it.
pub trait Clock: Send + Sync {
    /// The time it is.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Where new ids come from; tests count them. Put into the [`State`] as an [`Ids`].
pub trait IdSource: Send + Sync {
    /// An id that no record has.
    fn next(&self) -> uuid::Uuid;
}

/// The source of ids of an application that does not take the usual ones.
pub struct Ids(pub Arc<dyn IdSource>);

/// The parts of a running application, by type: database, configuration, services. Filled once at start.
#[derive(Default)]
pub struct State(RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl State {
    /// Puts a part in, in place of one of the same type.
    pub fn insert<T: Send + Sync + 'static>(&self, part: Arc<T>) {
        let mut parts = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        parts.insert(TypeId::of::<T>(), part);
    }

    /// The part of this type.
    #[must_use]
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let parts = self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        parts.get(&TypeId::of::<T>()).cloned().and_then(|p| p.downcast().ok())
    }
}

#[derive(Clone)]
struct Inner {
    state: Arc<State>,
    actor: Actor,
    tenant: Option<Arc<str>>,
    request_id: Arc<str>,
    locale: Arc<str>,
    clock: Arc<dyn Clock>,
    deadline: Option<Instant>,
    answer_bytes: Option<usize>,
    scope: Option<Arc<dyn Any + Send + Sync>>,
}

/// The context of one piece of work; cheap to clone, never changed in place.
#[derive(Clone)]
pub struct Cx(Arc<Inner>);

impl Cx {
    /// A context for an application's state: anonymous, outside any transaction.
    #[must_use]
    pub fn new(state: Arc<State>) -> Self {
        Self(Arc::new(Inner {
            state,
            actor: Actor::Anonymous,
            tenant: None,
            request_id: Arc::from(""),
            locale: Arc::from("en"),
            clock: Arc::new(SystemClock),
            deadline: None,
            answer_bytes: None,
            scope: None,
        }))
    }

    fn with(&self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Inner::clone(&self.0);
        change(&mut inner);
        Self(Arc::new(inner))
    }

    /// The parts of the application.
    #[must_use]
    pub fn state(&self) -> &Arc<State> {
        &self.0.state
    }
    /// Who asks.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.0.actor
    }
    /// For which tenant.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.0.tenant.as_deref()
    }
    /// Under which request id.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }
    /// In which language.
    #[must_use]
    pub fn locale(&self) -> &str {
        &self.0.locale
    }
    /// What time it is; tests can stop this clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
    /// A new id, a UUIDv7; tests can count them.
    #[must_use]
    pub fn new_id(&self) -> uuid::Uuid {
        self.0.state.get::<Ids>().map_or_else(uuid::Uuid::now_v7, |ids| ids.0.next())
    }
    /// When the work has to be done.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.0.deadline
    }
    /// The most bytes that an answer may have which is written for a client; `None` where nobody has said.
    #[must_use]
    pub fn answer_bytes(&self) -> Option<usize> {
        self.0.answer_bytes
    }
    /// The open transaction, for the store that opened it.
    #[must_use]
    pub fn scope(&self) -> Option<&Arc<dyn Any + Send + Sync>> {
        self.0.scope.as_ref()
    }

    /// The same work for another actor.
    #[must_use]
    pub fn as_actor(&self, actor: Actor) -> Self {
        self.with(|c| c.actor = actor)
    }
    /// The same work with every right: the only way past policies, with a reason that greps and is recorded.
    #[must_use]
    pub fn as_system(&self, reason: &'static str) -> Self {
        self.with(|c| c.actor = Actor::System { reason })
    }
    /// The same work for a tenant.
    #[must_use]
    pub fn for_tenant(&self, tenant: &str) -> Self {
        self.with(|c| c.tenant = Some(Arc::from(tenant)))
    }
    /// The same work under a request id.
    #[must_use]
    pub fn with_request_id(&self, id: &str) -> Self {
        self.with(|c| c.request_id = Arc::from(id))
    }
    /// The same work in a language.
    #[must_use]
    pub fn with_locale(&self, locale: &str) -> Self {
        self.with(|c| c.locale = Arc::from(locale))
    }
    /// The same work by another clock.
    #[must_use]
    pub fn with_clock(&self, clock: Arc<dyn Clock>) -> Self {
        self.with(|c| c.clock = clock)
    }
    /// The same work, to be done within a span; an earlier deadline stays.
    #[must_use]
    pub fn within(&self, span: Duration) -> Self {
        let at = Instant::now() + span;
        self.with(|c| c.deadline = Some(c.deadline.map_or(at, |d| d.min(at))))
    }
    /// The same work, with answers of so many bytes at most.
    #[must_use]
    pub fn answering_within(&self, bytes: usize) -> Self {
        self.with(|c| c.answer_bytes = Some(bytes))
    }
    /// The same work inside (or, with `None`, outside) a transaction of the store.
    #[must_use]
    pub fn with_scope(&self, scope: Option<Arc<dyn Any + Send + Sync>>) -> Self {
        self.with(|c| c.scope = scope)
    }
}

impl fmt::Debug for Cx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cx")
            .field("actor", &self.0.actor)
            .field("tenant", &self.0.tenant)
            .field("request_id", &self.0.request_id)
            .field("in_transaction", &self.0.scope.is_some())
            .finish_non_exhaustive()
    }
}

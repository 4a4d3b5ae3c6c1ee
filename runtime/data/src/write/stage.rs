//! The stages of a write, in their order, and what other parts of the framework put into them.

use super::draft::{Action, Draft, Expected};
use crate::unit::Step;
use framewright_core::descriptor::PolicyDescriptor;
use framewright_core::{Cx, Error, ErrorKind, Result, Values, validate};
use std::sync::{Arc, PoisonError, RwLock};

/// A stage of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// may this actor do this?
    Authorise,
    /// is every field valid?
    Validate,
    /// what the application does before
    Hooks,
    /// the change itself
    Statement,
    /// the record as it was
    History,
    /// who did what
    Audit,
    /// the event
    Outbox,
    /// jobs that were enqueued along with it
    Jobs,
    /// the answer under the client's key
    Idempotency,
    /// all of it, or nothing
    Commit,
}

/// The stages, in their order.
pub const STAGES: [Stage; 10] = [
    Stage::Authorise,
    Stage::Validate,
    Stage::Hooks,
    Stage::Statement,
    Stage::History,
    Stage::Audit,
    Stage::Outbox,
    Stage::Jobs,
    Stage::Idempotency,
    Stage::Commit,
];

/// A part of the framework that takes part in writes at one stage.
pub trait Part: Send + Sync {
    /// Where it stands.
    fn stage(&self) -> Stage;

    /// Looks at a write before its statement: called for the stages up to [`Stage::Hooks`], after what the framework
    /// itself does there. What a hook changes is not validated again; the constraints of the table hold all the same.
    ///
    /// # Errors
    /// Refuse the write.
    fn before(&self, cx: &Cx, draft: &mut Draft) -> Result<()> {
        let _ = (cx, draft);
        Ok(())
    }

    /// Adds statements to the transaction, after the one that changes the record: called for the stages from
    /// [`Stage::History`] to [`Stage::Commit`].
    ///
    /// # Errors
    /// Refuse the write.
    fn after(&self, cx: &Cx, draft: &Draft) -> Result<Vec<Step>> {
        let _ = (cx, draft);
        Ok(Vec::new())
    }
}

/// The parts of an application that take part in writes; kept in its [`State`](framewright_core::cx::State).
#[derive(Default)]
pub struct Parts(RwLock<Vec<Arc<dyn Part>>>);

impl Parts {
    /// Adds a part; parts of one stage are called in the order in which they were added.
    pub fn add(&self, part: Arc<dyn Part>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(part);
    }

    /// The parts of the application that `cx` belongs to.
    pub(super) fn of(cx: &Cx) -> Vec<Arc<dyn Part>> {
        let parts = cx.state().get::<Self>();
        parts.map(|p| p.0.read().unwrap_or_else(PoisonError::into_inner).clone()).unwrap_or_default()
    }
}

/// Runs the stages before the statement, once for each draft.
pub(super) fn before(cx: &Cx, parts: &[Arc<dyn Part>], draft: &mut Draft) -> Result<()> {
    if draft.staged {
        return Ok(());
    }
    for stage in STAGES.into_iter().take_while(|s| *s != Stage::Statement) {
        match stage {
            Stage::Authorise => authorise(cx, draft)?,
            Stage::Validate => check(draft)?,
            _ => {}
        }
        for part in parts.iter().filter(|p| p.stage() == stage) {
            part.before(cx, draft)?;
        }
    }
    draft.staged = true;
    Ok(())
}

/// The same for a store that has no statements: the memory repository.
pub(crate) fn before_alone(cx: &Cx, draft: &mut Draft) -> Result<()> {
    before(cx, &Parts::of(cx), draft)
}

/// What the stages between the statement and the commit add to the transaction.
pub(super) fn after(cx: &Cx, parts: &[Arc<dyn Part>], draft: &Draft) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for stage in STAGES.into_iter().skip_while(|s| *s != Stage::Statement).skip(1) {
        for part in parts.iter().filter(|p| p.stage() == stage) {
            steps.extend(part.after(cx, draft)?);
        }
    }
    Ok(steps)
}

/// May this actor do this? The one place where a policy will be asked for writes.
fn authorise(_: &Cx, draft: &Draft) -> Result<()> {
    match draft.descriptor.policy {
        // Written out by the developer (`policy = public`), or without any route.
        PolicyDescriptor::Public | PolicyDescriptor::Internal => Ok(()),
    }
}

fn check(draft: &Draft) -> Result<()> {
    // Nothing is overwritten by a create or by bringing a record back, so their version need not be known.
    let blind = matches!(draft.action, Action::Create | Action::Restore);
    let versioned = draft.descriptor.kept.version.is_some() && !blind;
    if versioned && draft.expected == Expected::Unsaid {
        let message = "this resource is versioned: say which version the change is for";
        return Err(Error::new(ErrorKind::PreconditionRequired, "precondition.required", message)
            .hint("send the ETag of the record as If-Match, or `*` for any version"));
    }
    if draft.descriptor.kept.version.is_none() && matches!(draft.expected, Expected::Version(_)) {
        // An ETag that no answer has carried matches nothing.
        return Err(Error::new(ErrorKind::Stale, "conflict.version", "this resource has no versions")
            .hint("send the change without If-Match, or with `*`"));
    }
    if draft.torn {
        return Err(stale(draft).hint("If-Match and the version in the body are not the same"));
    }
    let Some(purpose) = draft.purpose() else { return Ok(()) };
    let mut errors = Vec::new();
    validate::fields(draft.descriptor, &draft.values, purpose, &mut errors);
    if !draft.descriptor.checks.is_empty() {
        validate::checks(draft.descriptor, &whole(draft), &mut errors);
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::validation(errors)) }
}

/// The record as it will be.
pub(super) fn whole(draft: &Draft) -> Values {
    let mut values = draft.before.clone().unwrap_or_default();
    for (index, value) in draft.values.given() {
        values.set(index, value.clone());
    }
    values
}

/// The record has another version by now.
pub(crate) fn stale(draft: &Draft) -> Error {
    let name = draft.descriptor.singular.replace('_', " ");
    let message = format!("the {name} has been changed since you read it");
    Error::new(ErrorKind::Stale, "conflict.version", message).hint("read it again and repeat the change")
}

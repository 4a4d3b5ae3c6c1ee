//! The first failure of a transaction: what every later statement of it and its commit answer with.

use framewright_core::{Error, ErrorKind};
use std::sync::{Mutex, PoisonError};

const HINT: &str = "let the error end the closure";

/// What broke a transaction, if the database did.
#[derive(Default)]
pub(super) struct First(Mutex<Option<Said>>);

/// What can be said again of an error.
struct Said {
    kind: ErrorKind,
    code: String,
    message: String,
    retry_after: Option<u32>,
}

impl First {
    /// Notes a failure; what came first is what counts.
    pub(super) fn note(&self, e: &Error) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| Said {
            kind: e.kind(),
            code: e.code().to_owned(),
            message: e.message().to_owned(),
            retry_after: e.retry_after_seconds(),
        });
    }

    /// The failure once more; an internal one where the transaction was broken by a caller that went away.
    pub(super) fn again(&self) -> Error {
        let cause = "a statement of this transaction failed before, so it can only be undone";
        let first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(said) = &*first else { return Error::internal(cause).hint(HINT) };
        // Clients may read this one, so the way out for the developer stands in the log alone.
        let error = Error::new(said.kind, said.code.clone(), said.message.clone());
        let error = error.caused_by(format!("{cause}: {HINT}"));
        match said.retry_after {
            Some(seconds) => error.retry_after(seconds),
            None => error,
        }
    }
}

//! How much one answer may hold. What a client asks for in a short line can be millions of records, so it is counted
//! while the rows come, not when the answer is done.

use framewright_core::query::limits;
use framewright_core::{Cx, Error, ErrorKind, Result};

/// What is left to an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    /// bytes of the whole answer. No buffer on the way to it is larger than the answer itself, because every record
    /// that is read stands in it at least once: so each buffer is held against the whole.
    bytes: usize,
    /// rows that may still be read
    rows: usize,
}

impl Budget {
    /// No bound: for whoever owns the process.
    pub(crate) const NONE: Self = Self { bytes: usize::MAX, rows: usize::MAX };

    /// What a context allows.
    pub(crate) fn of(cx: &Cx) -> Self {
        cx.answer_bytes().map_or(Self::NONE, |bytes| Self { bytes, rows: limits::ROWS })
    }

    /// Refuses a buffer of so many bytes, put together from so many rows, if it is more than the answer may hold.
    pub(crate) fn check(&self, bytes: usize, rows: usize) -> Result<()> {
        if bytes > self.bytes {
            return Err(too_much(&format!("more than {} bytes", self.bytes)));
        }
        if rows > self.rows {
            return Err(too_much(&format!("more than {} records", limits::ROWS)));
        }
        Ok(())
    }

    /// Takes rows that were read off what may be read.
    pub(crate) fn spend(&mut self, rows: usize) {
        self.rows = self.rows.saturating_sub(rows);
    }
}

fn too_much(what: &str) -> Error {
    Error::new(ErrorKind::Invalid, "query.too_complex", format!("the answer would have {what}"))
        .hint("ask for a smaller page, fewer fields or fewer relations")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_over_all_statements() {
        let cx = Cx::new(Default::default());
        assert!(Budget::of(&cx).check(usize::MAX, usize::MAX).is_ok(), "nobody has said");
        let mut budget = Budget::of(&cx.answering_within(10));
        assert!(budget.check(10, limits::ROWS).is_ok());
        assert!(budget.check(11, 0).is_err());
        assert!(budget.check(0, limits::ROWS + 1).is_err());
        budget.spend(limits::ROWS - 1);
        assert!(budget.check(0, 1).is_ok());
        assert_eq!(
            budget.check(0, 2).map_err(|e| (e.status(), e.code().to_owned())),
            Err((422, "query.too_complex".to_owned()))
        );
    }
}

//! Reads by key that are joined under load: one `key IN (…)` for all that wait. The list is filled up to a power of two
//! with its last key, so that there are few texts to prepare.

use super::pool::Pool;
use crate::database::join::{self, Counted, Group, Joiner, Joins};
use crate::dialect::Dialect;
use crate::stmt::{Bind, Stmt, StmtBuilder, Text};
use crate::violation::Failure;
use framewright_core::{Kind, Value};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Queues, each with one statement under way at a time.
const QUEUES: usize = 2;
/// Joined texts that are remembered.
const TEXTS: usize = 1024;

/// Joined texts, by the text that they are made of and the number of keys.
type Texts = HashMap<(Arc<str>, usize), Arc<Text>>;

/// The queues of reads that wait to be joined.
pub(super) struct Joined {
    queues: Vec<Joiner<By>>,
    next: AtomicUsize,
    points: AtomicUsize,
}

impl Joined {
    pub(super) fn start(pool: &Pool) -> Self {
        let by = Arc::new(By { pool: pool.clone(), texts: RwLock::default() });
        let queues = (0..QUEUES).map(|_| Joiner::new(Arc::clone(&by))).collect();
        Self { queues, next: AtomicUsize::new(0), points: AtomicUsize::new(0) }
    }

    /// Counts a read by key as in flight; `None` for any other. Text keys are left alone: what the database takes for
    /// equal is for it to say.
    pub(super) fn count(&self, stmt: &Stmt) -> Option<Counted<'_>> {
        let key = join::point(stmt).and_then(|point| stmt.binds.get(point.bind))?;
        let exact = matches!(key.kind, Kind::I16 | Kind::I32 | Kind::I64 | Kind::Uuid);
        exact.then(|| Counted::one(&self.points))
    }

    /// The queue to wait in, when so many are in flight that it pays.
    pub(super) fn joiner(&self) -> Option<&Joiner<By>> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.queues.len().max(1);
        self.queues.get(turn).filter(|_| join::pays(&self.points))
    }
}

/// What runs a joined statement: a connection of the pool.
pub(super) struct By {
    pool: Pool,
    texts: RwLock<Texts>,
}

impl Joins for By {
    async fn run(&self, group: &mut Group) -> Result<(), Failure> {
        let keys = group.keys();
        let (Some(last), size) = (keys.last().cloned(), keys.len().next_power_of_two()) else {
            return Ok(());
        };
        let stmt = self.statement(group, keys.into_iter().chain(std::iter::repeat(last)).take(size), size);
        super::read(&self.pool, &stmt, group).await
    }
}

impl By {
    fn statement(&self, group: &Group, keys: impl Iterator<Item = Value>, size: usize) -> Stmt {
        let (first, at) = (&group.first, group.point.bind);
        let (before, rest) = first.binds.split_at_checked(at).unwrap_or_default();
        let Some((key, after)) = rest.split_first() else { return first.clone() };
        let keys = keys.map(|value| Bind { kind: key.kind, value });
        let binds = before.iter().cloned().chain(keys).chain(after.iter().cloned()).collect();
        let name = (Arc::clone(first.text.sql()), size);
        if let Some(text) = self.texts.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Stmt::of(text, binds);
        }
        let text = joined(&first.text, at, size);
        let mut all = self.texts.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() < TEXTS {
            all.insert(name, Arc::clone(&text));
        }
        Stmt::of(&text, binds)
    }
}

/// The text with ` IN (?, …)` for ` = ?` at the key.
fn joined(text: &Text, at: usize, size: usize) -> Arc<Text> {
    let mut b = StmtBuilder::new(Dialect::Mysql);
    for (i, part) in text.parts.iter().enumerate() {
        match part.strip_suffix(" = ").filter(|_| i == at) {
            Some(part) => {
                b.sql(part).sql(" IN (");
                for n in 0..size {
                    b.sql(if n == 0 { "" } else { ", " }).bind(Kind::Uuid, Value::Null);
                }
                b.sql(")");
            }
            None if i + 1 < text.parts.len() => {
                b.sql(part).bind(Kind::Uuid, Value::Null);
            }
            None => {
                b.sql(part);
            }
        }
    }
    b.cached().bounded();
    b.finish().text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_key_becomes_a_list() {
        let mut b = StmtBuilder::new(Dialect::Mysql);
        b.sql("SELECT * FROM `notes` WHERE `realm` = ").bind(Kind::I64, Value::I64(1)).sql(" AND `id`");
        b.point(Kind::I64, Value::I64(2), 0).sql(" AND `deleted_at` IS NULL").cached();
        let stmt = b.finish();
        let at = stmt.text.point.unwrap().bind;
        assert_eq!(
            &**joined(&stmt.text, at, 2).sql(),
            "SELECT * FROM `notes` WHERE `realm` = ? AND `id` IN (?, ?) AND `deleted_at` IS NULL"
        );
    }
}

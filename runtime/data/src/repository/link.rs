//! Many-to-many relations: attach, detach and sync, with as few statements as the difference needs.

use crate::row::Collect;
use crate::scope::CxData;
use crate::select::{self, Select, Slice};
use crate::write;
use framewright_core::descriptor::RelationKind;
use framewright_core::query::{Deleted, Filter, Op};
use framewright_core::{
    Column, Cx, Error, ErrorKind, RelationDescriptor, Resource, ResourceDescriptor, Result, Value, Values,
    json,
};
use std::collections::HashSet;
use std::marker::PhantomData;

/// How often a race with another change of the same relation is run again.
const TRIES: usize = 5;
/// How many keys stand in one statement.
const SET: usize = 1_000;

/// The many-to-many relation of one record: `post.link(post::tags)`.
pub struct Link<S> {
    owner: &'static ResourceDescriptor,
    key: Value,
    relation: &'static RelationDescriptor,
    of: PhantomData<fn() -> S>,
}

/// What [`Link::sync`] had to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Synced {
    /// how many were attached
    pub attached: usize,
    /// how many were detached
    pub detached: usize,
}

/// The resource in between, and its two fields.
struct Between {
    through: &'static ResourceDescriptor,
    near: u16,
    far: u16,
}

impl<S: Resource> Link<S> {
    pub(super) fn new(
        owner: &'static ResourceDescriptor,
        key: Value,
        relation: &'static RelationDescriptor,
    ) -> Self {
        Self { owner, key, relation, of: PhantomData }
    }

    fn between(&self) -> Result<Between> {
        let found = match self.relation.kind {
            RelationKind::ManyToMany { through } => self
                .relation
                .foreign_key(self.owner)
                .zip(self.relation.far_key())
                .map(|(near, far)| Between { through: through(), near, far }),
            _ => None,
        };
        found.ok_or_else(|| {
            let message =
                format!("`{}` of `{}` is not a many-to-many relation", self.relation.name, self.owner.name);
            Error::internal(message)
        })
    }

    /// The keys that are attached.
    ///
    /// # Errors
    /// Translated database errors.
    pub async fn keys(&self, cx: &Cx) -> Result<Vec<S::Key>> {
        let between = self.between()?;
        let found = self.attached(cx, &between).await?;
        let key = |v| S::Key::take(v).map_err(|_| crate::typed::drifted(between.through));
        found.into_iter().map(key).collect()
    }

    async fn attached(&self, cx: &Cx, between: &Between) -> Result<Vec<Value>> {
        let db = cx.database()?;
        let d = between.through;
        let filter = Filter::Compare(between.near, Op::Eq, self.key.clone());
        let columns = [between.far];
        let select = Select {
            d,
            columns: &columns,
            filter: Some(&filter),
            order: &[],
            deleted: Deleted::Without,
            distinct: false,
        };
        let stmt = select::rows(db.dialect(), &select, Slice::All)?;
        let found = db.read(cx, stmt, Collect::new([d.field(between.far).kind()])).await?;
        Ok(found.rows.into_iter().filter_map(|mut row| row.pop()).collect())
    }

    /// Attaches those that are not attached yet and says how many that were.
    ///
    /// # Errors
    /// 422 `reference.not_found` when one of them is not there.
    pub async fn attach(&self, cx: &Cx, keys: impl IntoIterator<Item = S::Key>) -> Result<usize> {
        let wanted = distinct(keys);
        if wanted.is_empty() {
            return Ok(0);
        }
        Ok(self.change(cx, &wanted, false).await?.attached)
    }

    /// Detaches those that are attached and says how many that were.
    ///
    /// # Errors
    /// Translated database errors.
    pub async fn detach(&self, cx: &Cx, keys: impl IntoIterator<Item = S::Key>) -> Result<usize> {
        let between = self.between()?;
        self.remove(cx, &between, distinct(keys)).await
    }

    /// Detaches all and says how many that were.
    ///
    /// # Errors
    /// Translated database errors.
    pub async fn detach_all(&self, cx: &Cx) -> Result<usize> {
        let between = self.between()?;
        let filter = Filter::Compare(between.near, Op::Eq, self.key.clone());
        let gone = write::delete_where(cx, between.through, Some(&filter), Deleted::With).await?;
        Ok(usize::try_from(gone).unwrap_or(usize::MAX))
    }

    /// Attaches and detaches until exactly these are attached: one statement to see, one to detach, one to attach, each
    /// only where there is something to do, in one transaction.
    ///
    /// # Errors
    /// 422 `reference.not_found` when one of them is not there; then nothing has changed.
    pub async fn sync(&self, cx: &Cx, keys: impl IntoIterator<Item = S::Key>) -> Result<Synced> {
        let wanted = distinct(keys);
        self.change(cx, &wanted, true).await
    }

    async fn change(&self, cx: &Cx, wanted: &[Value], exactly: bool) -> Result<Synced> {
        let mut tries = TRIES;
        loop {
            tries -= 1;
            match self.change_once(cx, wanted, exactly).await {
                // Somebody else attached the same in between; what is there now says what is left to do.
                Err(e)
                    if tries > 0 && e.kind() == ErrorKind::Conflict && e.code() != "conflict.reference" => {}
                done => return done,
            }
        }
    }

    async fn change_once(&self, cx: &Cx, wanted: &[Value], exactly: bool) -> Result<Synced> {
        let between = self.between()?;
        cx.transaction(async |cx| {
            let there = self.attached(cx, &between).await?;
            let texts = |all: &[Value]| all.iter().map(json::key_text).collect::<HashSet<String>>();
            let (is, shall) = (texts(&there), texts(wanted));
            let surplus = |v: &Value| exactly && !shall.contains(&json::key_text(v));
            let extra: Vec<Value> = there.into_iter().filter(surplus).collect();
            let detached = self.remove(cx, &between, extra).await?;
            let missing: Vec<Values> = wanted
                .iter()
                .filter(|v| !is.contains(&json::key_text(v)))
                .map(|far| {
                    let mut values = Values::of(between.through);
                    values.set(between.near, self.key.clone());
                    values.set(between.far, far.clone());
                    values
                })
                .collect();
            let attached = missing.len();
            write::create_many(cx, between.through, missing).await?;
            Ok(Synced { attached, detached })
        })
        .await
    }

    async fn remove(&self, cx: &Cx, between: &Between, keys: Vec<Value>) -> Result<usize> {
        let mut gone = 0;
        for some in keys.chunks(SET) {
            let near = Filter::Compare(between.near, Op::Eq, self.key.clone());
            let filter = Filter::And(vec![near, Filter::In(between.far, some.to_vec())]);
            gone += write::delete_where(cx, between.through, Some(&filter), Deleted::With).await?;
        }
        Ok(usize::try_from(gone).unwrap_or(usize::MAX))
    }
}

fn distinct<K: Column>(keys: impl IntoIterator<Item = K>) -> Vec<Value> {
    let mut seen = HashSet::new();
    keys.into_iter().map(|key| key.value()).filter(|key| seen.insert(json::key_text(key))).collect()
}

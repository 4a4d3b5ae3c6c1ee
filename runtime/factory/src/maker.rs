//! Makers: how many, in which states, belonging to whom; and the records, through the same write path as every other.

use crate::define::{self, Factory};
use crate::faker::Faker;
use crate::made_up::wanted;
use framewright_core::record::{Record, Resource, Values};
use framewright_core::{Cx, Error, Kind, ResourceDescriptor, Result, Value};
use framewright_data::{CxData, write};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

type State<R> = Box<dyn Fn(<R as Resource>::Create, &mut Faker) -> <R as Resource>::Create + Send + Sync>;

/// Whether records are new ones at every call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Making {
    Anew,
    Once,
}

/// How deep the parents of parents are followed.
const DEPTH: usize = 8;

/// Makes records of a resource up.
#[must_use = "nothing is made before `make`, `create` or `once`"]
pub struct Maker<R: Resource> {
    count: usize,
    states: Vec<State<R>>,
    seed: Option<u64>,
    fake: Faker,
}

impl<R: Factory> Maker<R> {
    pub(crate) fn new() -> Self {
        Self { count: 1, states: Vec::new(), seed: None, fake: Faker::new(0) }
    }

    /// So many.
    pub fn count(mut self, count: usize) -> Self {
        self.count = count;
        self
    }

    /// Changed by a state: any function from a body to a body, applied after those before it.
    pub fn state(self, state: impl Fn(R::Create) -> R::Create + Send + Sync + 'static) -> Self {
        self.state_with(move |body, _| state(body))
    }

    /// Changed by a state that makes something up itself.
    pub fn state_with(
        mut self,
        state: impl Fn(R::Create, &mut Faker) -> R::Create + Send + Sync + 'static,
    ) -> Self {
        self.states.push(Box::new(state));
        self
    }

    /// With the data of this seed: the same on every machine, in every run.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Belonging to this record: foreign keys to its resource point to it.
    pub fn for_parent<P: Resource>(mut self, parent: &P) -> Self {
        let d = parent.descriptor();
        if let Some(key) = parent.field(d.key) {
            self.fake.adopt(d, key.to_value());
        }
        self
    }

    fn begin(&mut self, otherwise: impl FnOnce() -> Faker) {
        let fake = self.seed.map_or_else(otherwise, Faker::seeded);
        self.fake.restart(fake);
    }

    fn one(&mut self) -> R::Create {
        let body = R::define(&mut self.fake);
        self.states.iter().fold(body, |body, state| state(body, &mut self.fake))
    }

    /// The bodies, without a database.
    #[must_use]
    pub fn make(mut self) -> Vec<R::Create> {
        self.begin(Faker::default);
        (0..self.count).map(|_| self.one()).collect()
    }

    /// One body, without a database.
    #[must_use]
    pub fn make_one(mut self) -> R::Create {
        self.begin(Faker::default);
        self.one()
    }

    /// The records, all in one transaction; records that required foreign keys point to are made first, one of each,
    /// by their own factories.
    ///
    /// # Errors
    /// Those of a create.
    pub async fn create(mut self, cx: &Cx) -> Result<Vec<R>> {
        self.begin(|| Faker::numbered(2 * next(cx)));
        self.records(cx, Making::Anew).await
    }

    /// One record.
    ///
    /// # Errors
    /// Those of [`create`](Self::create).
    pub async fn create_one(self, cx: &Cx) -> Result<R> {
        let made = self.count(1).create(cx).await?;
        made.into_iter().next().ok_or_else(|| Error::internal("one record was asked for, and none was made"))
    }

    /// The records, made once: what an earlier call has made is found again, whatever has become of it since, and what
    /// was deleted comes back. For seeds, which run as often as you like. Several calls for one resource that mean
    /// different records say different [`seed`](Self::seed)s; parents are those that `once` of their own factory makes
    /// first.
    ///
    /// # Errors
    /// Those of a create, and an internal error for a resource that has neither a UUID as its key nor a unique key.
    pub async fn once(mut self, cx: &Cx) -> Result<Vec<R>> {
        self.begin(|| Faker::new(of_table(R::DESCRIPTOR)));
        self.records(cx, Making::Once).await
    }

    async fn records(mut self, cx: &Cx, making: Making) -> Result<Vec<R>> {
        cx.transaction(async move |cx: &Cx| {
            let d = R::DESCRIPTOR;
            parents(cx, d, &mut self.fake, making, 0).await?;
            let mut records = Vec::with_capacity(self.count);
            for number in 0..self.count {
                let values = self.one().values();
                let made = match making {
                    Making::Anew => write::create(cx, d, values).await?,
                    Making::Once => found_or_made(cx, d, values, self.seed, number).await?,
                };
                records.push(built(made)?);
            }
            Ok(records)
        })
        .await
    }
}

fn built<R: Resource>(mut values: Values) -> Result<R> {
    R::build(&mut values).map_err(|_| Error::internal("a created record does not fit its type"))
}

/// How many makers an application has begun, so that no two of its tasks make the same data; each database of a test
/// begins anew.
#[derive(Default)]
struct Begun(AtomicU64);

fn next(cx: &Cx) -> u64 {
    static FIRST: Mutex<()> = Mutex::new(());
    let guard = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
    let begun = cx.state().get::<Begun>().unwrap_or_else(|| {
        let begun = Arc::new(Begun::default());
        cx.state().insert(Arc::clone(&begun));
        begun
    });
    drop(guard);
    begun.0.fetch_add(1, Ordering::Relaxed)
}

/// Makes a record of every resource that a required foreign key points to, unless there is one already.
fn parents<'a>(
    cx: &'a Cx,
    of: &'static ResourceDescriptor,
    fake: &'a mut Faker,
    making: Making,
    depth: usize,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
    Box::pin(async move {
        for field in of.fields.iter().filter(|f| wanted(f)) {
            let Some(target) = field.facts.references.map(|r| r()) else { continue };
            if target.table == of.table || fake.parent(target).is_some() || depth > DEPTH {
                continue;
            }
            let made = if making == Making::Once {
                let mut own = Faker::new(of_table(target));
                parents(cx, target, &mut own, making, depth + 1).await?;
                found_or_made(cx, target, define::values(target, &mut own)?, None, 0).await?
            } else {
                parents(cx, target, fake, making, depth + 1).await?;
                write::create(cx, target, define::values(target, fake)?).await?
            };
            if let Some(key) = made.get(target.key) {
                fake.adopt(target, key.clone());
            }
        }
        Ok(())
    })
}

/// The record with this number of this seed: by its key, which follows from the two, or, where the database counts the
/// keys, by its first unique key.
async fn found_or_made(
    cx: &Cx,
    d: &'static ResourceDescriptor,
    mut values: Values,
    seed: Option<u64>,
    number: usize,
) -> Result<Values> {
    if d.field(d.key).kind() == Kind::Uuid && values.get(d.key).is_none() {
        let mut key = Faker::new(hash(&format!("{} {} {number}", d.table, seed.unwrap_or_default())));
        values.set(d.key, Value::Uuid(*key.uuid().as_bytes()));
    }
    let key = [d.key];
    let given = |fields: &[u16]| fields.iter().all(|i| values.get(*i).is_some_and(|v| !v.is_null()));
    let unique = || d.uniques.iter().map(|k| k.fields).find(|fields| given(fields));
    let Some(target) = Some(&key[..]).filter(|fields| given(fields)).or_else(unique) else {
        let message = format!("nothing tells which `{}` was made already", d.name);
        return Err(Error::internal(message).hint("give it a unique key, or `create` what need not be found"));
    };
    let target = target.to_vec();
    let back = values.get(d.key).cloned();
    match (write::first_or_create(cx, d, values, &target).await, back) {
        (Ok((found, _)), _) => Ok(found),
        (Err(e), Some(key)) if d.kept.deleted_at.is_some() => {
            write::restore(cx, d, key, write::Expected::Any).await.map_err(|_| e)
        }
        (Err(e), _) => Err(e),
    }
}

/// The seed of a resource's `once`.
fn of_table(d: &ResourceDescriptor) -> u64 {
    hash(d.table)
}

/// FNV-1a: the same on every machine, which is all that is asked of it.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

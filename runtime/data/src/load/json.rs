//! Relations as JSON inside the records they belong to, from the rows, without structs.

use super::budget::Budget;
use super::{KEYS, Key, Related, distinct, held, key_kind, single, statement};
use crate::database::Database;
use crate::select::sink::{JsonSink, Projection};
use framewright_core::json::write;
use framewright_core::query::Include;
use framewright_core::{Cx, ResourceDescriptor, Result, Value};
use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;

/// The fields of `d` whose values find these relations, one for each.
pub(crate) fn needed<'a>(
    d: &'a ResourceDescriptor,
    include: &'a [Include],
) -> impl Iterator<Item = u16> + Clone + 'a {
    include.iter().map(|i| held(d, i.relation))
}

/// A record as it was written: where it stands, and the values of [`needed`].
type Written = (Range<usize>, Vec<Value>);

/// What records get along.
#[derive(Default)]
pub(crate) struct Tails {
    /// what each record gets before its closing brace: `,"author":{…},"comments":[…]`
    pub texts: Vec<Vec<u8>>,
    /// the relations of which some record has more than it carries: `comments`, `comments.likes`
    pub truncated: BTreeSet<String>,
}

/// Loads relations along.
///
/// At most `page.max` records of a to-many relation stand in a record, the first by key: the rest are a list of
/// their own (`filter[post_id]=…`).
pub(crate) fn tails<'a>(
    cx: &'a Cx,
    db: &'a Database,
    d: &'static ResourceDescriptor,
    include: &'a [Include],
    records: &'a [Written],
    budget: &'a mut Budget,
) -> Pin<Box<dyn Future<Output = Result<Tails>> + Send + 'a>> {
    Box::pin(async move {
        let mut tails = vec![Vec::new(); records.len()];
        let mut truncated = BTreeSet::new();
        let mut size = 0;
        for (nth, include) in include.iter().enumerate() {
            let held = || records.iter().map(|(_, values)| values.get(nth).unwrap_or(&Value::Null));
            let groups = groups(cx, db, d, include, &distinct(held()), &mut truncated, budget).await?;
            for (tail, key) in tails.iter_mut().zip(held()) {
                let before = tail.len();
                tail.push(b',');
                let _ = write::text(tail, include.relation.name);
                tail.push(b':');
                let found = Key::of(key).and_then(|key| groups.get(&key));
                match (found, single(include.relation)) {
                    (Some(found), true) => {
                        tail.extend_from_slice(found.first().map_or(b"null", Vec::as_slice))
                    }
                    (None, true) => tail.extend_from_slice(b"null"),
                    (found, false) => {
                        tail.push(b'[');
                        for (i, object) in found.into_iter().flatten().enumerate() {
                            if i > 0 {
                                tail.push(b',');
                            }
                            tail.extend_from_slice(object);
                        }
                        tail.push(b']');
                    }
                }
                size += tail.len() - before;
                budget.check(size, 0)?;
            }
        }
        Ok(Tails { texts: tails, truncated })
    })
}

/// The related records as JSON objects, by the key that their parents hold.
async fn groups(
    cx: &Cx,
    db: &Database,
    d: &'static ResourceDescriptor,
    include: &Include,
    keys: &[Value],
    truncated: &mut BTreeSet<String>,
    budget: &mut Budget,
) -> Result<HashMap<Key, Vec<Vec<u8>>>> {
    let target = (include.relation.target)();
    let (name, most) = (include.relation.name, usize::from(target.page.max));
    let mut groups: HashMap<Key, Vec<Vec<u8>>> = HashMap::new();
    let mut size = 0;
    for keys in keys.chunks(KEYS) {
        let projection = Projection::of(target, None, needed(target, &include.include))
            .with_tail(key_kind(d, include.relation));
        let related = Related {
            owner: d,
            relation: include.relation,
            columns: &projection.columns,
            // One more, which only tells that there are more.
            cap: Some(target.page.max.saturating_add(1)),
            whole: false,
        };
        let stmt = statement(db.dialect(), &related, keys)?;
        let keep = needed(target, &include.include)
            .filter_map(|f| projection.position(f))
            .chain([projection.tail()])
            .collect();
        let sink = JsonSink::new(Arc::new(projection), Vec::new(), usize::MAX).keep(keep).within(*budget);
        let sink = db.read(cx, stmt, sink).await?;
        budget.spend(sink.rows);
        let tails = if include.include.is_empty() {
            Tails::default()
        } else {
            tails(cx, db, target, &include.include, &sink.kept, budget).await?
        };
        truncated.extend(tails.truncated.iter().map(|inner| format!("{name}.{inner}")));
        for (nth, (range, values)) in sink.kept.iter().enumerate() {
            let Some(parent) = values.last().and_then(Key::of) else { continue };
            let group = groups.entry(parent).or_default();
            if group.len() >= most && !single(include.relation) {
                truncated.insert(name.to_owned());
                continue;
            }
            let mut object = sink.out.get(range.clone()).unwrap_or_default().to_vec();
            close(&mut object, tails.texts.get(nth).map_or(b"", Vec::as_slice));
            size += object.len();
            budget.check(size, 0)?;
            group.push(object);
        }
    }
    Ok(groups)
}

/// Ends an object with what is loaded along.
pub(crate) fn close(object: &mut Vec<u8>, tail: &[u8]) {
    // The tail begins with a comma, which an object without fields does not take.
    let tail = if object.ends_with(b"{") { tail.get(1..).unwrap_or_default() } else { tail };
    object.extend_from_slice(tail);
    object.push(b'}');
}

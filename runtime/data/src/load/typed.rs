//! Relations for typed records: values by the key of their parents, built into `Vec<Loaded<S>>` by the node's own
//! function.

use super::{KEYS, Key, Related, distinct, held, key_kind, statement};
use crate::database::Database;
use crate::select::sink::ValuesSink;
use framewright_core::query::loaded::{LoadNode, Related as Loaded};
use framewright_core::{Cx, Error, ResourceDescriptor, Result, Value, Values};
use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What was loaded along with each of the records, in their order.
pub(crate) fn related<'a>(
    cx: &'a Cx,
    db: &'a Database,
    d: &'static ResourceDescriptor,
    nodes: &'a [LoadNode],
    records: &'a [Values],
) -> Pin<Box<dyn Future<Output = Result<Vec<Loaded>>> + Send + 'a>> {
    Box::pin(async move {
        let mut all: Vec<Loaded> = vec![Vec::with_capacity(nodes.len()); records.len()];
        for node in nodes {
            let field = held(d, node.relation);
            let keys = || records.iter().map(|r| r.get(field).unwrap_or(&Value::Null));
            let groups = groups(cx, db, d, node, &distinct(keys())).await?;
            let none = (node.build)(Vec::new()).map_err(|_| mismatch(node))?;
            for (loaded, key) in all.iter_mut().zip(keys()) {
                let found = Key::of(key).and_then(|key| groups.get(&key)).unwrap_or(&none);
                loaded.push((node.relation, Arc::clone(found)));
            }
        }
        Ok(all)
    })
}

type Built = Arc<dyn Any + Send + Sync>;

async fn groups(
    cx: &Cx,
    db: &Database,
    d: &'static ResourceDescriptor,
    node: &LoadNode,
    keys: &[Value],
) -> Result<HashMap<Key, Built>> {
    let target = (node.relation.target)();
    let columns: Vec<u16> = (0u16..).take(target.fields.len()).collect();
    let mut groups: HashMap<Key, Vec<(Values, Loaded)>> = HashMap::new();
    for keys in keys.chunks(KEYS) {
        let wanted = Related { owner: d, relation: node.relation, columns: &columns, cap: None, whole: true };
        let stmt = statement(db.dialect(), &wanted, keys)?;
        let sink = ValuesSink::new(target, columns.clone(), Some(key_kind(d, node.relation)));
        let sink = db.read(cx, stmt, sink).await?;
        let nested = related(cx, db, target, &node.nested, &sink.rows).await?;
        for ((values, parent), nested) in sink.rows.into_iter().zip(&sink.tails).zip(nested) {
            if let Some(parent) = Key::of(parent) {
                groups.entry(parent).or_default().push((values, nested));
            }
        }
    }
    groups.into_iter().map(|(key, rows)| Ok((key, (node.build)(rows).map_err(|_| mismatch(node))?))).collect()
}

fn mismatch(node: &LoadNode) -> Error {
    Error::internal(format!(
        "rows of `{}` do not fit its struct: the live schema differs, see `drift`",
        (node.relation.target)().name
    ))
}

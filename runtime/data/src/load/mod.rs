//! Relations: one statement per relation and level, whatever the number of parents.

pub(crate) mod budget;
pub(crate) mod json;
pub(crate) mod typed;

use crate::dialect::Dialect;
use crate::select::kept;
use crate::select::predicate::{Writer, unrelated};
use crate::select::sink::readable;
use crate::stmt::{Bind, Stmt};
use framewright_core::descriptor::RelationKind;
use framewright_core::query::Deleted;
use framewright_core::{Kind, RelationDescriptor, ResourceDescriptor, Result, Value};

/// Keys of one statement; more parents take further statements. SQLite allows 32,766 binds.
pub(crate) const KEYS: usize = 16_384;

/// The related records of many parents. The answer's last column is the key of the parent (of the related record
/// itself, where the parents hold it).
pub(crate) struct Related<'a> {
    /// the parents' resource
    pub owner: &'static ResourceDescriptor,
    /// the relation
    pub relation: &'static RelationDescriptor,
    /// the columns of the other side
    pub columns: &'a [u16],
    /// at most so many per parent, the first by key
    pub cap: Option<u16>,
    /// whether `columns` are all there are, or those that answers carry
    pub whole: bool,
}

/// The field of a parent whose value finds the related records.
pub(crate) fn held(owner: &ResourceDescriptor, relation: &RelationDescriptor) -> u16 {
    match relation.kind {
        RelationKind::BelongsTo { field } => field,
        _ => owner.key,
    }
}

/// Whether there is at most one related record.
pub(crate) fn single(relation: &RelationDescriptor) -> bool {
    matches!(relation.kind, RelationKind::BelongsTo { .. } | RelationKind::HasOne { .. })
}

/// The kind of the key that ties the two sides.
pub(crate) fn key_kind(owner: &ResourceDescriptor, relation: &RelationDescriptor) -> Kind {
    match relation.kind {
        RelationKind::BelongsTo { .. } => (relation.target)().key_field().kind(),
        _ => owner.key_field().kind(),
    }
}

/// Distinct keys → the statement. The list of keys is filled up to a power of two with its last one, so that there
/// are few texts to prepare.
pub(crate) fn statement(dialect: Dialect, related: &Related<'_>, keys: &[Value]) -> Result<Stmt> {
    let kind = key_kind(related.owner, related.relation);
    let cap = related.cap.filter(|_| !single(related.relation));
    let size = keys.len().next_power_of_two();
    let filled =
        keys.iter().chain(std::iter::repeat_n(keys.last().unwrap_or(&Value::Null), size - keys.len()));
    let mut binds: Vec<Bind> = filled.map(|value| Bind { kind, value: value.clone() }).collect();
    binds.extend(cap.map(|n| Bind { kind: Kind::I64, value: Value::I64(i64::from(n)) }));
    // A kept text has the columns that every answer carries, or all there are.
    if !related.whole && related.columns != readable((related.relation.target)()) {
        let keys: Vec<Value> = binds.into_iter().take(size).map(|b| b.value).collect();
        return write(dialect, related, &keys, kind, cap).map(Writer::finish);
    }
    let shape = (size, cap.is_some() || single(related.relation), related.whole);
    let text = kept::related(dialect, related.owner, related.relation, shape, || {
        let keys: Vec<Value> = binds.iter().take(size).map(|b| b.value.clone()).collect();
        write(dialect, related, &keys, kind, cap)
    })?;
    Ok(Stmt::of(&text, binds))
}

/// `SELECT t0.…, parent FROM comments t0 WHERE t0.post_id IN (…) ORDER BY t0.id`, and with a cap the same inside
/// `SELECT … FROM (… ROW_NUMBER() OVER (PARTITION BY parent ORDER BY t0.id) …) WHERE row <= cap`.
fn write(
    dialect: Dialect,
    related: &Related<'_>,
    keys: &[Value],
    kind: Kind,
    cap: Option<u16>,
) -> Result<Writer> {
    let Related { owner, relation, columns, .. } = related;
    let near = relation.foreign_key(owner).ok_or_else(|| unrelated(relation))?;
    let mut w = Writer::new(dialect, (relation.target)());
    let far = w.main();
    let (parent, theirs, between) = match relation.kind {
        RelationKind::BelongsTo { .. } => (far, far.d.key, None),
        RelationKind::HasMany { .. } | RelationKind::HasOne { .. } => (far, near, None),
        RelationKind::ManyToMany { through } => {
            let between = w.table(through());
            (between, near, Some(between))
        }
    };
    if cap.is_some() {
        w.b.sql("SELECT ");
        for column in *columns {
            w.b.sql("q.").ident(far.d.field(*column).column).sql(", ");
        }
        w.b.sql("q.fw_parent FROM (");
    }
    w.b.sql("SELECT ");
    w.columns(far, columns)?;
    w.b.sql(", ");
    w.field(parent, theirs)?;
    w.b.sql(" AS fw_parent");
    if cap.is_some() {
        w.b.sql(", ROW_NUMBER() OVER (PARTITION BY ");
        w.field(parent, theirs)?;
        w.b.sql(" ORDER BY ");
        w.field(far, far.d.key)?;
        w.b.sql(") AS fw_row");
    }
    w.from(far);
    if let Some(between) = between {
        w.through(relation, between, far)?;
    }
    w.and();
    w.field(parent, theirs)?;
    w.b.sql(" IN (");
    for (i, key) in keys.iter().enumerate() {
        if i > 0 {
            w.b.sql(", ");
        }
        w.b.bind(kind, key.clone());
    }
    w.b.sql(")");
    w.filters(far, None, Deleted::Without)?;
    if let Some(between) = between {
        w.filters(between, None, Deleted::Without)?;
    }
    w.guard();
    match cap {
        Some(n) => {
            w.b.sql(") q WHERE q.fw_row <= ")
                .bind(Kind::I64, Value::I64(i64::from(n)))
                .sql(" ORDER BY q.fw_parent, q.fw_row");
        }
        None => {
            w.b.sql(" ORDER BY ");
            w.field(far, far.d.key)?;
        }
    }
    Ok(w)
}

/// A key that can be looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Number(i64),
    Uuid([u8; 16]),
    Text(String),
}

impl Key {
    /// The key of a value; `None` for NULL and what cannot be a key.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::I64(v) | Value::Timestamp(v) | Value::Time(v) => Some(Self::Number(*v)),
            Value::Date(v) => Some(Self::Number(i64::from(*v))),
            Value::Bool(v) => Some(Self::Number(i64::from(*v))),
            Value::Uuid(v) => Some(Self::Uuid(*v)),
            Value::Text(v) => Some(Self::Text(v.clone())),
            Value::Decimal(v) => Some(Self::Text(v.normalize().to_string())),
            Value::Null | Value::F64(_) | Value::Bytes(_) | Value::Json(_) => None,
        }
    }
}

/// The distinct keys among values, in their order.
pub(crate) fn distinct<'a>(values: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let mut seen = std::collections::HashSet::new();
    values.filter(|v| Key::of(v).is_some_and(|k| seen.insert(k))).cloned().collect()
}

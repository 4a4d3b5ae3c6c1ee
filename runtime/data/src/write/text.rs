//! The statements of writes: fixed texts by descriptor, dialect and shape, made once and kept, so that prepared
//! statements are found again.

use super::draft::{Added, Draft, Expected, Taken};
use crate::ddl::STILL;
use crate::dialect::Dialect;
use crate::stmt::{Bind, Stmt, StmtBuilder, Text};
use framewright_core::descriptor::FieldDescriptor;
use framewright_core::query::Deleted;
use framewright_core::{Kind, ResourceDescriptor, Value, Values};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// How many texts are kept; a patch of yet other fields is written anew each time.
const KEPT: usize = 4096;

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    dialect: Dialect,
    descriptor: usize,
    what: What,
    columns: Box<[u16]>,
    versioned: bool,
    deleted: Deleted,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum What {
    Insert,
    Upsert,
    Place,
    Mark,
    Placed,
    Update,
    Add,
    Delete,
    Read,
    ReadForUpdate,
    ReadCounted,
    State,
    Find,
}

fn kept(shape: Shape, write: impl FnOnce(&mut StmtBuilder)) -> Arc<Text> {
    static TEXTS: RwLock<Option<HashMap<Shape, Arc<Text>>>> = RwLock::new(None);
    let known =
        TEXTS.read().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|t| t.get(&shape).cloned());
    if let Some(text) = known {
        return text;
    }
    let mut texts = TEXTS.write().unwrap_or_else(PoisonError::into_inner);
    let texts = texts.get_or_insert_default();
    let mut b = StmtBuilder::new(shape.dialect);
    if texts.len() < KEPT {
        b.cached();
    }
    b.bounded();
    write(&mut b);
    let text = b.finish().text;
    if texts.len() < KEPT {
        texts.insert(shape, text.clone());
    }
    text
}

/// Whether the database answers a write with the row.
pub(super) const fn returning(dialect: Dialect) -> bool {
    !matches!(dialect, Dialect::Mysql)
}

/// Every column, in the order of the descriptor.
pub(super) fn columns(b: &mut StmtBuilder, d: &ResourceDescriptor) {
    for (n, field) in d.fields.iter().enumerate() {
        if n > 0 {
            b.sql(", ");
        }
        b.ident(field.column);
    }
}

/// ` RETURNING` every column, where the database can.
pub(super) fn return_all(b: &mut StmtBuilder, d: &ResourceDescriptor) {
    if returning(b.dialect()) {
        b.sql(" RETURNING ");
        columns(b, d);
    }
}

/// `INSERT INTO t (a, b) VALUES (?, ?)`, as often as there are rows, without an end.
pub(super) fn insert_rows(b: &mut StmtBuilder, d: &ResourceDescriptor, fields: &[u16], rows: usize) {
    b.sql("INSERT INTO ").ident(d.table).sql(" (");
    for (n, index) in fields.iter().enumerate() {
        if n > 0 {
            b.sql(", ");
        }
        b.ident(d.field(*index).column);
    }
    b.sql(") VALUES ");
    for row in 0..rows {
        b.sql(if row > 0 { ", (" } else { "(" });
        for (n, index) in fields.iter().enumerate() {
            if n > 0 {
                b.sql(", ");
            }
            b.bind(d.field(*index).kind(), Value::Null);
        }
        b.sql(")");
    }
}

fn shape(
    dialect: Dialect,
    d: &'static ResourceDescriptor,
    what: What,
    columns: Vec<u16>,
    versioned: bool,
) -> Shape {
    let descriptor = std::ptr::from_ref(d) as usize;
    Shape { dialect, descriptor, what, columns: columns.into(), versioned, deleted: Deleted::Without }
}

impl Shape {
    /// The same for records in this state.
    fn of(mut self, deleted: Deleted) -> Self {
        self.deleted = deleted;
        self
    }
}

/// The fields of a draft that are written, in order.
pub(super) fn written(draft: &Draft) -> Vec<u16> {
    draft.values.given().map(|(index, _)| index).collect()
}

/// The binds of these fields.
pub(super) fn binds(draft: &Draft, fields: &[u16]) -> Vec<Bind> {
    let value = |i: &u16| draft.values.get(*i).cloned().unwrap_or(Value::Null);
    fields.iter().map(|i| Bind::new(draft.descriptor.field(*i).kind(), value(i))).collect()
}

/// The statement of a create.
pub(super) fn insert(dialect: Dialect, draft: &Draft) -> Stmt {
    let d = draft.descriptor;
    let fields = written(draft);
    let mut columns = fields.clone();
    let mut what = What::Insert;
    if let Some(taken) = &draft.taken {
        what = if taken.set.is_some() { What::Upsert } else { What::Place };
        columns.push(u16::MAX);
        columns.extend(&taken.target);
        columns.push(u16::MAX);
        columns.extend(taken.set.iter().flatten());
    }
    let text = kept(shape(dialect, d, what, columns, false), |b| {
        insert_rows(b, d, &fields, 1);
        match &draft.taken {
            Some(_) if dialect == Dialect::Mysql => on_duplicate_key(b, d),
            Some(taken) => on_conflict(b, d, taken),
            None => {
                // Keys that the database makes say nothing about whose row is whose.
                if let Some(key) = fields.iter().position(|i| *i == d.key).filter(|_| returning(dialect)) {
                    b.row(key, usize::from(d.key));
                }
            }
        }
        return_all(b, d);
    });
    Stmt::of(&text, binds(draft, &fields))
}

/// ` ON CONFLICT (…) DO …`, which PostgreSQL and SQLite have in the same words. A deleted record that is given the
/// values comes back.
fn on_conflict(b: &mut StmtBuilder, d: &ResourceDescriptor, taken: &Taken) {
    b.sql(" ON CONFLICT (");
    for (n, index) in taken.target.iter().enumerate() {
        b.sql(if n > 0 { ", " } else { "" }).ident(d.field(*index).column);
    }
    let Some(set) = &taken.set else {
        b.sql(") DO NOTHING");
        return;
    };
    b.sql(") DO UPDATE SET ");
    // With nothing to set, the key is set to itself: only a row that is touched is answered with.
    let all = if set.is_empty() { &taken.target } else { set };
    for (n, index) in all.iter().enumerate() {
        let column = d.field(*index).column;
        b.sql(if n > 0 { ", " } else { "" }).ident(column).sql(" = excluded.").ident(column);
    }
    if let Some(index) = d.kept.deleted_at {
        b.sql(", ").ident(d.field(index).column).sql(" = NULL");
    }
    if let Some(index) = d.kept.version {
        let column = d.field(index).column;
        b.sql(", ").ident(column).sql(" = ").column(d.table, column).sql(" + 1");
    }
}

/// MySQL's way to leave the record that is there as it is, whichever unique key it has: it is locked at once for a
/// change (a plain `INSERT` that fails locks it for reading only, and two who then want to change it wait for each
/// other), and the last counted key becomes zero, which says that nothing was inserted. The zero is made of the key, so
/// that it is not computed before there is a record. The trigger that counts versions hears that nothing has changed.
fn on_duplicate_key(b: &mut StmtBuilder, d: &ResourceDescriptor) {
    let key = d.key_field().column;
    b.sql(" ON DUPLICATE KEY UPDATE ").ident(key).sql(" = IF(LAST_INSERT_ID(");
    if d.kept.version.is_some() {
        b.sql(STILL).sql(" := ");
    }
    b.sql("LENGTH(").ident(key);
    b.sql(") < 0) = 0, ").ident(key).sql(", ").ident(key).sql(")");
}

/// Before an [`insert`] that may leave the record that is there, on MySQL: what [`placed`] then finds to be zero or not.
pub(super) fn mark(dialect: Dialect, d: &'static ResourceDescriptor) -> Stmt {
    let text = kept(shape(dialect, d, What::Mark, Vec::new(), false), |b| {
        b.sql("DO LAST_INSERT_ID(1)");
    });
    Stmt::of(&text, Vec::new())
}

/// The record of a key, if the last insert on this connection was not left out.
pub(super) fn placed(dialect: Dialect, d: &'static ResourceDescriptor, key: &Value) -> Stmt {
    let text = kept(shape(dialect, d, What::Placed, Vec::new(), false), |b| {
        b.sql("SELECT ");
        columns(b, d);
        b.sql(" FROM ").ident(d.table).sql(" WHERE ").ident(d.key_field().column).sql(" = ");
        b.bind(d.key_field().kind(), Value::Null).sql(" AND LAST_INSERT_ID() <> 0");
    });
    Stmt::of(&text, vec![Bind::new(d.key_field().kind(), key.clone())])
}

/// The sum of a field and an amount.
fn sum(b: &mut StmtBuilder, field: &FieldDescriptor) {
    let exact = field.kind() == Kind::Decimal && b.dialect() == Dialect::Sqlite;
    b.sql(if exact { "fw_decimal_add(" } else { "(" });
    if field.facts.nullable {
        b.sql("COALESCE(").ident(field.column).sql(", ").bind(field.kind(), Value::Null).sql(")");
    } else {
        b.ident(field.column);
    }
    b.sql(if exact { ", " } else { " + " }).bind(field.kind(), Value::Null).sql(")");
}

fn sum_binds(field: &FieldDescriptor, added: &Added, binds: &mut Vec<Bind>) {
    if field.facts.nullable {
        let zero = match field.kind() {
            Kind::F64 => Value::F64(0.0),
            Kind::Decimal => Value::Decimal(framewright_core::Decimal::ZERO),
            _ => Value::I64(0),
        };
        binds.push(Bind::new(field.kind(), zero));
    }
    binds.push(Bind::new(field.kind(), added.by.clone()));
}

/// The statement that adds to a field, within its bounds.
fn add(dialect: Dialect, draft: &Draft, added: &Added) -> Stmt {
    let d = draft.descriptor;
    let field = d.field(added.field);
    let fields = written(draft);
    let mut columns = fields.clone();
    columns.extend([u16::MAX, added.field]);
    let (min, max) = &added.bounds;
    columns.extend([u16::from(min.is_some()), u16::from(max.is_some())]);
    let text = kept(shape(dialect, d, What::Add, columns, false).of(draft.deleted), |b| {
        b.sql("UPDATE ").ident(d.table).sql(" SET ").ident(field.column).sql(" = ");
        sum(b, field);
        for index in &fields {
            b.sql(", ").ident(d.field(*index).column).sql(" = ").bind(d.field(*index).kind(), Value::Null);
        }
        next_version(b, d, false);
        identify(b, d, draft.deleted, false);
        for (bound, op) in [(min, " >= "), (max, " <= ")] {
            if bound.is_some() {
                b.sql(" AND ");
                sum(b, field);
                b.sql(op).bind(field.kind(), Value::Null);
            }
        }
        return_all(b, d);
    });
    let mut all = Vec::new();
    sum_binds(field, added, &mut all);
    all.extend(binds(draft, &fields));
    all.push(Bind::new(d.key_field().kind(), draft.key.clone()));
    for bound in [min, max].into_iter().flatten() {
        sum_binds(field, added, &mut all);
        all.push(Bind::new(field.kind(), bound.clone()));
    }
    Stmt::of(&text, all)
}

/// ` WHERE key = ?`, in the state and with the version that are expected.
fn identify(b: &mut StmtBuilder, d: &ResourceDescriptor, deleted: Deleted, version: bool) {
    let key = d.key_field();
    b.sql(" WHERE ").ident(key.column).sql(" = ").bind(key.kind(), Value::Null);
    alive(b, d, deleted);
    if let Some(index) = d.kept.version.filter(|_| version) {
        b.sql(" AND ").ident(d.field(index).column).sql(" = ").bind(Kind::I64, Value::Null);
    }
}

/// ` AND deleted_at IS NULL`, or not.
fn alive(b: &mut StmtBuilder, d: &ResourceDescriptor, deleted: Deleted) {
    let Some(index) = d.kept.deleted_at else { return };
    let state = match deleted {
        Deleted::With => return,
        Deleted::Without => " IS NULL",
        Deleted::Only => " IS NOT NULL",
    };
    b.sql(" AND ").ident(d.field(index).column).sql(state);
}

/// `SET a = ?, …`, and the version one further.
pub(super) fn set(b: &mut StmtBuilder, d: &ResourceDescriptor, fields: &[u16]) {
    b.sql(" SET ");
    for (n, index) in fields.iter().enumerate() {
        if n > 0 {
            b.sql(", ");
        }
        b.ident(d.field(*index).column).sql(" = ").bind(d.field(*index).kind(), Value::Null);
    }
    next_version(b, d, fields.is_empty());
}

/// `, version = version + 1`.
pub(super) fn next_version(b: &mut StmtBuilder, d: &ResourceDescriptor, first: bool) {
    if let Some(index) = d.kept.version {
        let column = d.field(index).column;
        b.sql(if first { "" } else { ", " }).ident(column).sql(" = ").ident(column).sql(" + 1");
    }
}

fn identity(draft: &Draft) -> Vec<Bind> {
    let mut binds = vec![Bind::new(draft.descriptor.key_field().kind(), draft.key.clone())];
    if let (Some(_), Expected::Version(version)) = (draft.descriptor.kept.version, draft.expected) {
        binds.push(Bind::new(Kind::I64, Value::I64(version)));
    }
    binds
}

/// The statement of a change, a soft delete or a restore.
pub(super) fn update(dialect: Dialect, draft: &Draft) -> Stmt {
    let d = draft.descriptor;
    if let Some(added) = &draft.adds {
        return add(dialect, draft, added);
    }
    let fields = written(draft);
    let versioned = matches!(draft.expected, Expected::Version(_));
    let text = kept(shape(dialect, d, What::Update, fields.clone(), versioned).of(draft.deleted), |b| {
        b.sql("UPDATE ").ident(d.table);
        set(b, d, &fields);
        identify(b, d, draft.deleted, versioned);
        return_all(b, d);
    });
    let mut all = binds(draft, &fields);
    all.extend(identity(draft));
    Stmt::of(&text, all)
}

/// The statement of a delete for good. A record that is marked as deleted can be deleted for good as well.
pub(super) fn delete(dialect: Dialect, draft: &Draft) -> Stmt {
    let d = draft.descriptor;
    let versioned = d.kept.version.is_some() && matches!(draft.expected, Expected::Version(_));
    let text = kept(shape(dialect, d, What::Delete, Vec::new(), versioned), |b| {
        let key = d.key_field();
        b.sql("DELETE FROM ")
            .ident(d.table)
            .sql(" WHERE ")
            .ident(key.column)
            .sql(" = ")
            .bind(key.kind(), Value::Null);
        if let Some(index) = d.kept.version.filter(|_| versioned) {
            b.sql(" AND ").ident(d.field(index).column).sql(" = ").bind(Kind::I64, Value::Null);
        }
    });
    Stmt::of(&text, identity(draft))
}

/// ` FOR UPDATE`, where others could change a row that was read: SQLite lets one transaction write at a time.
pub(super) fn for_update(b: &mut StmtBuilder, lock: bool) {
    if lock && b.dialect() != Dialect::Sqlite {
        b.sql(" FOR UPDATE");
    }
}

/// The record of a key, all of its columns.
pub(super) fn read(
    dialect: Dialect,
    d: &'static ResourceDescriptor,
    key: &Value,
    deleted: Deleted,
    lock: bool,
) -> Stmt {
    let what = if lock { What::ReadForUpdate } else { What::Read };
    let text = kept(shape(dialect, d, what, Vec::new(), false).of(deleted), |b| {
        b.sql("SELECT ");
        columns(b, d);
        b.sql(" FROM ").ident(d.table);
        identify(b, d, deleted, false);
        for_update(b, lock);
    });
    Stmt::of(&text, vec![Bind::new(d.key_field().kind(), key.clone())])
}

/// The record whose key the database has just counted on this connection: MySQL, which has no `RETURNING`.
pub(super) fn read_counted(dialect: Dialect, d: &'static ResourceDescriptor) -> Stmt {
    let text = kept(shape(dialect, d, What::ReadCounted, Vec::new(), false), |b| {
        b.sql("SELECT ");
        columns(b, d);
        b.sql(" FROM ").ident(d.table).sql(" WHERE ").ident(d.key_field().column).sql(" = LAST_INSERT_ID()");
    });
    Stmt::of(&text, Vec::new())
}

/// The record with these values in these fields, all of its columns; locked until the end of the transaction if asked
/// to, which on MySQL also sees past the snapshot.
pub(super) fn find(
    dialect: Dialect,
    d: &'static ResourceDescriptor,
    target: &[u16],
    values: &Values,
    deleted: Deleted,
    lock: bool,
) -> Stmt {
    let text = kept(shape(dialect, d, What::Find, target.to_vec(), lock).of(deleted), |b| {
        b.sql("SELECT ");
        columns(b, d);
        b.sql(" FROM ").ident(d.table);
        for (n, index) in target.iter().enumerate() {
            let field = d.field(*index);
            b.sql(if n > 0 { " AND " } else { " WHERE " })
                .ident(field.column)
                .sql(" = ")
                .bind(field.kind(), Value::Null);
        }
        alive(b, d, deleted);
        for_update(b, lock);
    });
    let value = |i: &u16| values.get(*i).cloned().unwrap_or(Value::Null);
    Stmt::of(&text, target.iter().map(|i| Bind::new(d.field(*i).kind(), value(i))).collect())
}

/// Whether there is a record of this key, and whether it is deleted: why a write found nothing to change.
pub(super) fn state(dialect: Dialect, d: &'static ResourceDescriptor, key: &Value) -> Stmt {
    let text = kept(shape(dialect, d, What::State, Vec::new(), false), |b| {
        let mark = d.kept.deleted_at.map_or_else(|| d.key_field(), |i| d.field(i));
        b.sql("SELECT ").ident(mark.column).sql(" FROM ").ident(d.table);
        b.sql(" WHERE ").ident(d.key_field().column).sql(" = ").bind(d.key_field().kind(), Value::Null);
    });
    Stmt::of(&text, vec![Bind::new(d.key_field().kind(), key.clone())])
}

//! Cursors: the sort values of the last record of a page, authenticated and bound to the resource, the order and
//! the predicate they were made for. A client can neither forge one nor carry it to another list.

use super::{Deleted, Filter, ListQuery, Sort};
use crate::cx::State;
use crate::descriptor::ResourceDescriptor;
use crate::types::Decimal;
use crate::value::{Kind, Value};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Bytes of the tag: 128 bits, as no one can try more than a few thousand a second.
const TAG: usize = 16;
/// The first byte of every cursor; another layout gets another number, and old cursors end as invalid.
const LAYOUT: u8 = 1;

/// The key that authenticates cursors. Processes that serve the same clients must share it.
pub struct CursorKey(Hmac<Sha256>);

impl CursorKey {
    /// The key that follows from a secret of the application.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        let key = Sha256::new().chain_update(b"framewright cursor\0").chain_update(secret).finalize();
        Self(Hmac::new(&pad(&key)))
    }

    /// A key that ends with the process: cursors do not outlive it.
    #[must_use]
    pub fn random() -> Self {
        let mut secret = [0; 32];
        for (half, id) in secret.chunks_mut(16).zip([uuid::Uuid::new_v4(), uuid::Uuid::new_v4()]) {
            half.copy_from_slice(id.as_bytes());
        }
        Self::new(&secret)
    }

    /// The key of a running application; one that has none gets a random one.
    #[must_use]
    pub fn of(state: &State) -> Arc<Self> {
        state.get::<Self>().unwrap_or_else(|| {
            let key = Arc::new(Self::random());
            state.insert(Arc::clone(&key));
            // Two callers at once: both take the one that stayed.
            state.get::<Self>().unwrap_or(key)
        })
    }

    fn tag(&self, d: &ResourceDescriptor, query: &ListQuery, payload: &[u8]) -> Hmac<Sha256> {
        // The two blocks of the key were taken in once, when it was made.
        let mut mac = self.0.clone();
        mac.update(&fingerprint(d, query));
        mac.update(payload);
        mac
    }
}

/// A key of the size that the block of the hash has: what HMAC makes of a shorter one.
fn pad(key: &[u8]) -> hmac::digest::Key<Hmac<Sha256>> {
    let mut padded = hmac::digest::Key::<Hmac<Sha256>>::default();
    padded.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    padded
}

/// The cursor after a record with these sort values, in the order of [`ListQuery::order`].
#[must_use]
pub fn encode(key: &CursorKey, d: &ResourceDescriptor, query: &ListQuery, values: &[Value]) -> String {
    let mut bytes = vec![LAYOUT];
    for value in values {
        put(&mut bytes, value);
    }
    let tag = key.tag(d, query, &bytes).finalize().into_bytes();
    bytes.extend_from_slice(&tag[..TAG]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The sort values of a cursor; `None` when it is not one of ours, or of another list.
#[must_use]
pub fn decode(key: &CursorKey, d: &ResourceDescriptor, query: &ListQuery, text: &str) -> Option<Vec<Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (payload, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG)?)?;
    key.tag(d, query, payload).verify_truncated_left(tag).ok()?;
    let (layout, mut rest) = payload.split_first()?;
    if *layout != LAYOUT {
        return None;
    }
    let order = query.order(d);
    let mut values = Vec::with_capacity(order.len());
    for sort in &order {
        let value = take(&mut rest)?;
        let field = d.fields.get(usize::from(sort.field))?;
        if !of_kind(&value, field.kind()) {
            return None;
        }
        values.push(value);
    }
    rest.is_empty().then_some(values)
}

/// A digest of what a cursor belongs to: the resource, the order and the predicate.
fn fingerprint(d: &ResourceDescriptor, query: &ListQuery) -> [u8; 32] {
    let mut hash = Sha256::new().chain_update(d.table.as_bytes()).chain_update([0]);
    for Sort { field, descending } in query.order(d) {
        hash.update(d.fields.get(usize::from(field)).map_or("", |f| f.name).as_bytes());
        hash.update([0, u8::from(descending)]);
    }
    hash.update([match query.deleted {
        Deleted::Without => 0u8,
        Deleted::With => 1,
        Deleted::Only => 2,
    }]);
    if let Some(filter) = &query.filter {
        hash.update(digest(filter));
    }
    hash.finalize().into()
}

/// A digest of a predicate in which the order of `and`, `or` and `in` does not count.
fn digest(filter: &Filter) -> [u8; 32] {
    fn of_set(mark: u8, mut parts: Vec<Vec<u8>>) -> Vec<u8> {
        parts.sort_unstable();
        let mut bytes = vec![mark];
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(&part);
        }
        bytes
    }
    let each = |all: &[Filter]| all.iter().map(|f| digest(f).to_vec()).collect();
    let bytes = match filter {
        Filter::And(all) => of_set(0, each(all)),
        Filter::Or(any) => of_set(1, each(any)),
        Filter::Not(inner) => of_set(2, vec![digest(inner).to_vec()]),
        Filter::Compare(field, op, value) => {
            let mut bytes = vec![3, *op as u8];
            bytes.extend_from_slice(&field.to_le_bytes());
            put(&mut bytes, value);
            bytes
        }
        Filter::In(field, set) => {
            let values = set.iter().map(|v| {
                let mut bytes = Vec::new();
                put(&mut bytes, v);
                bytes
            });
            let mut bytes = of_set(4, values.collect());
            bytes.extend_from_slice(&field.to_le_bytes());
            bytes
        }
        Filter::Between(field, low, high) => {
            let mut bytes = vec![5];
            bytes.extend_from_slice(&field.to_le_bytes());
            put(&mut bytes, low);
            put(&mut bytes, high);
            bytes
        }
        Filter::IsNull(field) => [&[6], field.to_le_bytes().as_slice()].concat(),
        Filter::Related(relation, inner) => {
            [&[7], relation.name.as_bytes(), &[0], digest(inner).as_slice()].concat()
        }
    };
    Sha256::digest(bytes).into()
}

/// Writes a value with its type, so that it can be read back without the descriptor.
fn put(out: &mut Vec<u8>, value: &Value) {
    fn long(out: &mut Vec<u8>, mark: u8, bytes: &[u8]) {
        out.push(mark);
        out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend_from_slice(bytes);
    }
    fn short(out: &mut Vec<u8>, mark: u8, bytes: &[u8]) {
        out.push(mark);
        out.extend_from_slice(bytes);
    }
    match value {
        Value::Null => out.push(0),
        Value::Bool(v) => short(out, 1, &[u8::from(*v)]),
        Value::I64(v) => short(out, 2, &v.to_le_bytes()),
        Value::F64(v) => short(out, 3, &v.to_bits().to_le_bytes()),
        Value::Text(v) => long(out, 4, v.as_bytes()),
        Value::Bytes(v) => long(out, 5, v),
        Value::Uuid(v) => short(out, 6, v),
        Value::Decimal(v) => short(out, 7, &v.normalize().serialize()),
        Value::Timestamp(v) => short(out, 8, &v.to_le_bytes()),
        Value::Date(v) => short(out, 9, &v.to_le_bytes()),
        Value::Time(v) => short(out, 10, &v.to_le_bytes()),
        Value::Json(v) => long(out, 11, v.as_bytes()),
    }
}

fn take(rest: &mut &[u8]) -> Option<Value> {
    fn bytes<'a>(rest: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
        let (taken, more) = rest.split_at_checked(n)?;
        *rest = more;
        Some(taken)
    }
    fn fixed<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
        bytes(rest, N)?.try_into().ok()
    }
    fn long(rest: &mut &[u8]) -> Option<Vec<u8>> {
        let n = u32::from_le_bytes(fixed(rest)?);
        bytes(rest, usize::try_from(n).ok()?).map(<[u8]>::to_vec)
    }
    Some(match fixed::<1>(rest)?[0] {
        0 => Value::Null,
        1 => Value::Bool(fixed::<1>(rest)?[0] != 0),
        2 => Value::I64(i64::from_le_bytes(fixed(rest)?)),
        3 => Value::F64(f64::from_bits(u64::from_le_bytes(fixed(rest)?))),
        4 => Value::Text(String::from_utf8(long(rest)?).ok()?),
        5 => Value::Bytes(long(rest)?),
        6 => Value::Uuid(fixed(rest)?),
        7 => Value::Decimal(Decimal::deserialize(fixed(rest)?)),
        8 => Value::Timestamp(i64::from_le_bytes(fixed(rest)?)),
        9 => Value::Date(i32::from_le_bytes(fixed(rest)?)),
        10 => Value::Time(i64::from_le_bytes(fixed(rest)?)),
        11 => Value::Json(String::from_utf8(long(rest)?).ok()?),
        _ => return None,
    })
}

fn of_kind(value: &Value, kind: Kind) -> bool {
    matches!(
        (value, kind),
        (Value::Null, _)
            | (Value::Bool(_), Kind::Bool)
            | (Value::I64(_), Kind::I16 | Kind::I32 | Kind::I64)
            | (Value::F64(_), Kind::F64)
            | (Value::Text(_), Kind::Text)
            | (Value::Bytes(_), Kind::Bytes)
            | (Value::Uuid(_), Kind::Uuid)
            | (Value::Decimal(_), Kind::Decimal)
            | (Value::Timestamp(_), Kind::Timestamp)
            | (Value::Date(_), Kind::Date)
            | (Value::Time(_), Kind::Time)
            | (Value::Json(_), Kind::Json)
    )
}

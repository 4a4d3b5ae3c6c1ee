//! The query tree over rows in memory: what every database has to answer. It shares no code with the SQL writer, and
//! can be wrong on purpose, to show that a difference would be seen.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used)]

pub mod random;

use super::fixture::{comment, post, post_tag, tag, user};
use framewright_core::query::{Deleted, Filter, Op, Sort, complete};
use framewright_core::{ResourceDescriptor, Value, Values};
use std::cmp::Ordering;

/// A planted mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// none: the oracle
    None,
    /// `=` and `<>` ignore case
    Case,
    /// `=` ignores trailing blanks
    Blanks,
    /// `%` in a part of a text stands for anything
    Wildcard,
    /// `contains` ignores case
    CaseOfParts,
    /// a NULL is "not equal"
    NullIsOther,
    /// "not unknown" is true
    NotUnknown,
    /// `in ()` is true
    EmptySet,
    /// NULLs come first when ascending
    NullsFirst,
    /// the upper bound of `between` is excluded
    OpenBetween,
    /// a relation shows deleted records
    DeletedRelations,
    /// an empty `or` is true
    EmptyOr,
    /// text sorts without case
    SortCase,
    /// decimals compare as doubles
    InexactDecimals,
    /// times compare by the millisecond
    Milliseconds,
}

impl Mistake {
    pub const ALL: [Self; 14] = [
        Self::Case,
        Self::Blanks,
        Self::Wildcard,
        Self::CaseOfParts,
        Self::NullIsOther,
        Self::NotUnknown,
        Self::EmptySet,
        Self::NullsFirst,
        Self::OpenBetween,
        Self::DeletedRelations,
        Self::EmptyOr,
        Self::SortCase,
        Self::InexactDecimals,
        Self::Milliseconds,
    ];
}

/// All rows of the blog.
pub struct World {
    pub users: Vec<Values>,
    pub posts: Vec<Values>,
    pub comments: Vec<Values>,
    pub tags: Vec<Values>,
    pub post_tags: Vec<Values>,
}

pub struct Oracle<'a> {
    pub world: &'a World,
    pub mistake: Mistake,
}

fn same(d: &ResourceDescriptor, other: &ResourceDescriptor) -> bool {
    d.table == other.table
}

impl Oracle<'_> {
    /// The keys of the posts, in order.
    pub fn answer(&self, filter: Option<&Filter>, sort: &[Sort], deleted: Deleted) -> Vec<Value> {
        let mut rows: Vec<&Values> = self.world.posts.iter().filter(|r| alive(&post, r, deleted)).collect();
        rows.retain(|r| filter.is_none_or(|f| self.truth(&post, r, f) == Some(true)));
        let order = complete(sort, &post);
        rows.sort_by(|a, b| {
            let each = order
                .iter()
                .map(|k| self.order(a.get(k.field).unwrap(), b.get(k.field).unwrap(), k.descending));
            each.fold(Ordering::Equal, Ordering::then)
        });
        rows.into_iter().map(|r| r.get(0).unwrap().clone()).collect()
    }

    fn order(&self, a: &Value, b: &Value, descending: bool) -> Ordering {
        let ascending = match (a, b) {
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) if self.mistake == Mistake::NullsFirst => Ordering::Less,
            (_, Value::Null) if self.mistake == Mistake::NullsFirst => Ordering::Greater,
            (Value::Null, _) => Ordering::Greater,
            (_, Value::Null) => Ordering::Less,
            (Value::Text(a), Value::Text(b)) if self.mistake == Mistake::SortCase => {
                a.to_lowercase().cmp(&b.to_lowercase())
            }
            (a, b) => self.compare(a, b),
        };
        if descending { ascending.reverse() } else { ascending }
    }

    fn compare(&self, a: &Value, b: &Value) -> Ordering {
        match (a, b) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::I64(a), Value::I64(b)) | (Value::Time(a), Value::Time(b)) => a.cmp(b),
            (Value::Timestamp(a), Value::Timestamp(b)) if self.mistake == Mistake::Milliseconds => {
                (a / 1000).cmp(&(b / 1000))
            }
            (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
            (Value::Date(a), Value::Date(b)) => a.cmp(b),
            (Value::F64(a), Value::F64(b)) => a.partial_cmp(b).unwrap(),
            (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
            (Value::Uuid(a), Value::Uuid(b)) => a.cmp(b),
            (Value::Decimal(a), Value::Decimal(b)) if self.mistake == Mistake::InexactDecimals => {
                let double = |d: &framewright_core::Decimal| d.to_string().parse::<f32>().unwrap();
                double(a).partial_cmp(&double(b)).unwrap()
            }
            (Value::Decimal(a), Value::Decimal(b)) => a.cmp(b),
            _ => panic!("{a:?} and {b:?} do not compare"),
        }
    }

    fn equal(&self, a: &Value, b: &Value) -> bool {
        match (a, b, self.mistake) {
            (Value::Text(a), Value::Text(b), Mistake::Case) => a.to_lowercase() == b.to_lowercase(),
            (Value::Text(a), Value::Text(b), Mistake::Blanks) => {
                a.trim_end_matches(' ') == b.trim_end_matches(' ')
            }
            _ => self.compare(a, b) == Ordering::Equal,
        }
    }

    /// True, false or unknown.
    fn truth(&self, d: &'static ResourceDescriptor, row: &Values, filter: &Filter) -> Option<bool> {
        let value = |field: &u16| row.get(*field).unwrap();
        match filter {
            Filter::And(all) => {
                let each: Vec<_> = all.iter().map(|f| self.truth(d, row, f)).collect();
                if each.contains(&Some(false)) {
                    Some(false)
                } else {
                    each.iter().all(Option::is_some).then_some(true)
                }
            }
            Filter::Or(any) if any.is_empty() => Some(self.mistake == Mistake::EmptyOr),
            Filter::Or(any) => {
                let each: Vec<_> = any.iter().map(|f| self.truth(d, row, f)).collect();
                if each.contains(&Some(true)) {
                    Some(true)
                } else {
                    each.iter().all(Option::is_some).then_some(false)
                }
            }
            Filter::Not(inner) => match self.truth(d, row, inner) {
                None if self.mistake == Mistake::NotUnknown => Some(true),
                known => known.map(|t| !t),
            },
            Filter::IsNull(field) => Some(value(field).is_null()),
            Filter::In(_, set) if set.is_empty() => Some(self.mistake == Mistake::EmptySet),
            Filter::In(field, set) => {
                let v = value(field);
                (!v.is_null()).then(|| set.iter().any(|s| self.equal(v, s)))
            }
            Filter::Between(field, low, high) => {
                let v = value(field);
                (!v.is_null()).then(|| {
                    let above = self.compare(v, low) != Ordering::Less;
                    let upper = self.compare(v, high);
                    above
                        && (upper == Ordering::Less
                            || (upper == Ordering::Equal && self.mistake != Mistake::OpenBetween))
                })
            }
            Filter::Compare(field, op, wanted) => {
                let v = value(field);
                if v.is_null() {
                    return (*op == Op::Ne && self.mistake == Mistake::NullIsOther).then_some(true);
                }
                Some(self.holds(v, *op, wanted))
            }
            Filter::Related(relation, inner) => {
                let target = (relation.target)();
                let related = self.related(d, row, relation.name);
                Some(related.into_iter().any(|r| self.truth(target, r, inner) == Some(true)))
            }
        }
    }

    fn holds(&self, v: &Value, op: Op, wanted: &Value) -> bool {
        let part = |test: fn(&str, &str) -> bool| match (v, wanted) {
            (Value::Text(v), Value::Text(w)) if self.mistake == Mistake::CaseOfParts => {
                test(&v.to_lowercase(), &w.to_lowercase())
            }
            (Value::Text(v), Value::Text(w)) if self.mistake == Mistake::Wildcard => {
                w.split('%').all(|w| test(v, w))
            }
            (Value::Text(v), Value::Text(w)) => test(v, w),
            _ => panic!("parts of text only"),
        };
        match op {
            Op::Eq => self.equal(v, wanted),
            Op::Ne => !self.equal(v, wanted),
            Op::Gt => self.compare(v, wanted) == Ordering::Greater,
            Op::Gte => self.compare(v, wanted) != Ordering::Less,
            Op::Lt => self.compare(v, wanted) == Ordering::Less,
            Op::Lte => self.compare(v, wanted) != Ordering::Greater,
            Op::Contains => part(|v, w| v.contains(w)),
            Op::StartsWith => part(|v, w| v.starts_with(w)),
            Op::EndsWith => part(|v, w| v.ends_with(w)),
        }
    }

    /// The records on the other side of a relation, each found the slow way.
    fn related(&self, d: &ResourceDescriptor, row: &Values, name: &str) -> Vec<&Values> {
        let deleted =
            if self.mistake == Mistake::DeletedRelations { Deleted::With } else { Deleted::Without };
        let key = row.get(0).unwrap();
        let find = |all: &'static ResourceDescriptor, field: u16, value: &Value| -> Vec<&Values> {
            let rows = self.rows(all).iter();
            rows.filter(|r| !value.is_null() && r.get(field) == Some(value) && alive(all, r, deleted))
                .collect()
        };
        match name {
            "author" if same(d, &post) => find(&user, 0, row.get(3).unwrap()),
            "author" => find(&user, 0, row.get(2).unwrap()),
            "manager" => find(&user, 0, row.get(3).unwrap()),
            "reports" => find(&user, 3, key),
            "posts" => find(&post, 3, key),
            "comments" => find(&comment, 1, key),
            "post" => find(&post, 0, row.get(1).unwrap()),
            "tags" => {
                find(&post_tag, 1, key).into_iter().flat_map(|t| find(&tag, 0, t.get(2).unwrap())).collect()
            }
            other => panic!("the oracle does not know the relation {other}"),
        }
    }

    fn rows(&self, d: &ResourceDescriptor) -> &[Values] {
        match d.table {
            "users" => &self.world.users,
            "posts" => &self.world.posts,
            "comments" => &self.world.comments,
            "tags" => &self.world.tags,
            _ => &self.world.post_tags,
        }
    }
}

fn alive(d: &ResourceDescriptor, row: &Values, deleted: Deleted) -> bool {
    let Some(at) = d.kept.deleted_at else { return true };
    let is_deleted = !row.get(at).unwrap().is_null();
    match deleted {
        Deleted::With => true,
        Deleted::Without => !is_deleted,
        Deleted::Only => is_deleted,
    }
}

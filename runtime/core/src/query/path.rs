//! Names in a query → fields and relations of the descriptor, as far as a client may know of them.

use super::problems::{Problems, code, fields_with, list, shown};
use super::{Filter, Include, limits};
use crate::descriptor::{
    Access, Actions, FieldDescriptor, PolicyDescriptor, RelationDescriptor, RelationKind, ResourceDescriptor,
};

/// A field, and the relations that lead to it.
pub(super) struct Path {
    relations: Vec<&'static RelationDescriptor>,
    pub(super) index: u16,
    pub(super) field: &'static FieldDescriptor,
}

impl Path {
    /// The predicate on the field as one on the listed resource.
    pub(super) fn wrap(&self, leaf: Filter) -> Filter {
        self.relations.iter().rev().fold(leaf, |inner, relation| Filter::Related(relation, Box::new(inner)))
    }
}

/// The filterable field that `author.company.name` names.
pub(super) fn filterable(
    d: &'static ResourceDescriptor,
    name: &str,
    at: &str,
    problems: &mut Problems,
) -> Option<Path> {
    let mut here = d;
    let mut relations = Vec::new();
    let mut rest = name;
    while let Some((hop, more)) = rest.split_once('.') {
        if relations.len() == limits::HOPS {
            problems.push(code::COMPLEX, at, format!("a path may cross at most {} relations", limits::HOPS));
            return None;
        }
        let relation = relation(here, hop, at, problems)?;
        relations.push(relation);
        here = (relation.target)();
        rest = more;
    }
    let (index, field) = field(here, rest, Access::READ | Access::FILTER, "filtered on", at, problems)?;
    Some(Path { relations, index, field })
}

/// The field of this name, if it may be used like this. A field that is not there and one that is kept from the
/// client give the same answer.
pub(super) fn field(
    d: &'static ResourceDescriptor,
    name: &str,
    bits: u16,
    verb: &str,
    at: &str,
    problems: &mut Problems,
) -> Option<(u16, &'static FieldDescriptor)> {
    let found = d.field_named(name).filter(|(_, f)| f.access.has(bits));
    if found.is_none() {
        let accepted = fields_with(d, bits);
        problems.push(code::FIELD, at, format!("`{}` can't be {verb}; accepted: {accepted}", shown(name)));
    }
    found
}

/// The relation of this name, if a client may cross it.
pub(super) fn relation(
    d: &'static ResourceDescriptor,
    name: &str,
    at: &str,
    problems: &mut Problems,
) -> Option<&'static RelationDescriptor> {
    let found = d.relation(name).filter(|r| open(d, r));
    if found.is_none() {
        let accepted = list(d.relations.iter().filter(|r| open(d, r)).map(|r| r.name));
        problems.push(
            code::RELATION,
            at,
            format!("`{}` is no relation of {}; accepted: {accepted}", shown(name), d.singular),
        );
    }
    found
}

/// The relations that a client may cross, for whoever documents them.
pub fn relations(d: &'static ResourceDescriptor) -> impl Iterator<Item = &'static RelationDescriptor> {
    d.relations.iter().filter(|r| open(d, r))
}

/// Whether a client may cross a relation: what it leads to has a route that shows as much (a list where there are many,
/// a record or a list where there is one), and the key between the two may be read.
fn open(d: &ResourceDescriptor, relation: &RelationDescriptor) -> bool {
    let target = (relation.target)();
    let many = matches!(relation.kind, RelationKind::HasMany { .. } | RelationKind::ManyToMany { .. });
    let shown = target.actions.has(Actions::LIST) || (!many && target.actions.has(Actions::READ));
    if target.policy == PolicyDescriptor::Internal || !shown {
        return false;
    }
    let holder = match relation.kind {
        RelationKind::BelongsTo { .. } => d,
        RelationKind::HasMany { .. } | RelationKind::HasOne { .. } => target,
        RelationKind::ManyToMany { .. } => {
            return relation.foreign_key(d).is_some() && relation.far_key().is_some();
        }
    };
    relation
        .foreign_key(d)
        .and_then(|key| holder.fields.get(usize::from(key)))
        .is_some_and(|f| f.access.has(Access::READ))
}

/// `author,comments.author` → relations to load along.
pub(super) fn includes<'a>(
    d: &'static ResourceDescriptor,
    names: impl Iterator<Item = &'a str>,
    at: &str,
    problems: &mut Problems,
) -> Vec<Include> {
    let mut all = Vec::new();
    for (nth, name) in names.enumerate() {
        if nth == limits::INCLUDES {
            problems.push(
                code::COMPLEX,
                at,
                format!("at most {} relations can be included", limits::INCLUDES),
            );
            break;
        }
        if name.split('.').count() > limits::HOPS {
            problems.push(code::COMPLEX, at, format!("a path may cross at most {} relations", limits::HOPS));
            continue;
        }
        let mut here = d;
        let mut level = &mut all;
        let mut crossed: Option<(&ResourceDescriptor, &RelationDescriptor)> = None;
        for hop in name.split('.') {
            let Some(relation) = relation(here, hop, at, problems) else { break };
            if crossed.is_some_and(|(from, crossed)| returns(from, crossed, here, relation)) {
                let message = format!("`{}` leads back to the record that it came from", shown(name));
                problems.push(code::COMPLEX, at, message);
                break;
            }
            crossed = Some((here, relation));
            here = (relation.target)();
            level = enter(level, relation);
        }
    }
    all
}

/// Whether a hop leads from every record back to the very one that the hop before came from: the post of a comment
/// of a post. It says nothing new, and with each such pair an answer is as many times larger as there are comments.
#[must_use]
pub fn returns(
    from: &ResourceDescriptor,
    crossed: &RelationDescriptor,
    here: &ResourceDescriptor,
    next: &RelationDescriptor,
) -> bool {
    use RelationKind::{BelongsTo, HasMany, HasOne};
    let pair = matches!(
        (crossed.kind, next.kind),
        (HasMany { .. } | HasOne { .. }, BelongsTo { .. }) | (BelongsTo { .. }, HasOne { .. })
    );
    pair && (next.target)().table == from.table && crossed.foreign_key(from) == next.foreign_key(here)
}

fn enter<'a>(level: &'a mut Vec<Include>, relation: &'static RelationDescriptor) -> &'a mut Vec<Include> {
    let at = level.iter().position(|i| std::ptr::eq(i.relation, relation)).unwrap_or_else(|| {
        level.push(Include { relation, include: Vec::new() });
        level.len() - 1
    });
    &mut level[at].include
}

/// `title,body` → the fields of the answer; the key is always there.
pub(super) fn sparse<'a>(
    d: &'static ResourceDescriptor,
    names: impl Iterator<Item = &'a str>,
    at: &str,
    problems: &mut Problems,
) -> Vec<u16> {
    let mut fields = Vec::new();
    if d.fields.get(usize::from(d.key)).is_some_and(|f| f.access.has(Access::READ)) {
        fields.push(d.key);
    }
    for name in names {
        if let Some((index, _)) = field(d, name, Access::READ, "selected", at, problems)
            && !fields.contains(&index)
        {
            fields.push(index);
        }
    }
    fields
}

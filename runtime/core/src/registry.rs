//! What `inventory` has collected, in a stable order, with every problem reported at once.

use crate::descriptor::{FieldDescriptor, RelationDescriptor, RelationKind, ResourceDescriptor};
use crate::rule::Rule;
use crate::suggest::nearest;
use std::collections::HashMap;

/// The registration of a resource: what `#[resource]` submits.
pub struct ResourceEntry(pub &'static ResourceDescriptor);
inventory::collect!(ResourceEntry);

/// Every resource that was linked in, by name.
#[must_use]
pub fn resources() -> Vec<&'static ResourceDescriptor> {
    let mut all: Vec<_> = inventory::iter::<ResourceEntry>().map(|e| e.0).collect();
    all.sort_by_key(|d| (d.name, d.source.file, d.source.line));
    all
}

/// Every problem that only shows when all resources are known, each in one sentence with `file:line`.
#[must_use]
pub fn problems(resources: &[&'static ResourceDescriptor]) -> Vec<String> {
    let mut found = check_names(resources);
    let at = |d: &ResourceDescriptor| format!("`{}` ({}:{})", d.name, d.source.file, d.source.line);
    for (i, a) in resources.iter().enumerate() {
        for b in resources.iter().take(i) {
            if a.table == b.table {
                found.push(format!(
                    "the table `{}` belongs to {} and to {}: set `table = \"…\"` on one of them",
                    a.table,
                    at(b),
                    at(a)
                ));
            } else if a.path == b.path && a.actions.0 != 0 && b.actions.0 != 0 {
                found.push(format!(
                    "`GET /{}` is served by {} and by {}: set `path = \"…\"` on one of them",
                    a.path,
                    at(b),
                    at(a)
                ));
            }
        }
        // Clients tell errors apart by their codes.
        for b in resources.iter().take(i) {
            for code in codes(a).filter(|code| codes(b).any(|other| other == *code)) {
                found.push(format!(
                    "the error code `{code}` is of a unique key of {} and of one of {}: give one of them another",
                    at(b),
                    at(a)
                ));
            }
        }
        for r in a.relations {
            let target = (r.target)();
            if !resources.iter().any(|d| std::ptr::eq(*d, target)) {
                found.push(format!("the relation `{}` of {} points to `{}`, which is not linked into this program: add `use {} as _;`", r.name, at(a), target.name, target.source.module.split("::").next().unwrap_or("the_crate")));
            } else if r.foreign_key(a).is_none() {
                found.push(format!("the relation `{}` of {} {}", r.name, at(a), keyless(a, r)));
            } else if matches!(r.kind, RelationKind::ManyToMany { .. }) && r.far_key().is_none() {
                found.push(format!(
                    "the relation `{}` of {} has no foreign key to `{}` in between",
                    r.name,
                    at(a),
                    target.name
                ));
            } else if let (RelationKind::HasOne { .. }, Some(key)) = (r.kind, r.foreign_key(a))
                && key != target.key
                && !target.uniques.iter().any(|u| u.fields == [key])
            {
                let field = target.field(key).name;
                found.push(format!(
                    "the relation `{}` of {} is to one, but many `{}` can have the same `{field}`: add \
                     `#[field(unique)]` to it, or write `has_many({}: {})`",
                    r.name,
                    at(a),
                    target.name,
                    r.name,
                    target.name
                ));
            }
        }
    }
    found
}

/// Why a relation has no foreign key, and what to do about it.
fn keyless(owner: &ResourceDescriptor, relation: &RelationDescriptor) -> String {
    let target = (relation.target)();
    let (RelationKind::HasMany { by } | RelationKind::HasOne { by }) = relation.kind else {
        let between = match relation.kind {
            RelationKind::ManyToMany { through } => through().name,
            _ => target.name,
        };
        return format!(
            "has no foreign key: `{between}` needs exactly one field of type `Id<{}>`",
            owner.name
        );
    };
    let Some(by) = by else {
        return format!(
            "has no foreign key: `{}` needs exactly one field of type `Id<{}>`, or write `{}: {} by field`",
            target.name, owner.name, relation.name, target.name
        );
    };
    let what = match target.field_named(by) {
        None => format!("`{}` has no field `{by}`", target.name),
        Some((_, field)) => match field.facts.references {
            Some(other) => {
                format!("`{by}` of `{}` points to `{}`, not to `{}`", target.name, other().name, owner.name)
            }
            None => format!("`{by}` of `{}` points to no resource", target.name),
        },
    };
    let keys: Vec<&str> = target.pointing_to(owner).map(|(_, f)| f.name).collect();
    match nearest(by, keys.iter().copied()).or(keys.first().copied()) {
        Some(near) => format!("goes by the wrong field: {what}; did you mean `{near}`?"),
        None => format!("goes by the wrong field: {what}; it takes a field of type `Id<{}>`", owner.name),
    }
}

/// Checks that would have one name: MySQL keeps those of all tables in one place, and a violation says nothing else.
fn check_names(resources: &[&'static ResourceDescriptor]) -> Vec<String> {
    let mut names: HashMap<String, (&ResourceDescriptor, &FieldDescriptor)> = HashMap::new();
    let mut found = Vec::new();
    for d in resources {
        let checked = |f: &&FieldDescriptor| {
            // The others are held by the write path alone.
            let rule =
                |r: &Rule| !matches!(r, Rule::Email | Rule::Url | Rule::Pattern(_) | Rule::Alphanumeric);
            f.facts.options.is_some() || f.rules.iter().any(rule)
        };
        for field in d.fields.iter().filter(checked) {
            let name = format!("{}_{}", d.table, field.column);
            let Some((other, its)) = names.insert(name, (d, field)).filter(|(o, _)| o.table != d.table)
            else {
                continue;
            };
            found.push(format!(
                "the checks of `{}.{}` and of `{}.{}` ({}:{}) have one name: set `column = \"…\"` on one of them",
                other.name, its.name, d.name, field.name, d.source.file, d.source.line
            ));
        }
    }
    found
}

/// The error codes of its unique keys.
fn codes(of: &ResourceDescriptor) -> impl Iterator<Item = &'static str> {
    of.uniques.iter().filter_map(|key| key.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::KeyDescriptor;

    #[test]
    fn two_resources_do_not_share_an_error_code() {
        const KEYS: &[KeyDescriptor] = &[KeyDescriptor::of(&[]).code("user.taken"), KeyDescriptor::of(&[])];
        static USER: ResourceDescriptor = ResourceDescriptor {
            uniques: KEYS,
            ..ResourceDescriptor::of("User", "user", "users", crate::__source!())
        };
        static MEMBER: ResourceDescriptor = ResourceDescriptor {
            uniques: KEYS,
            ..ResourceDescriptor::of("Member", "member", "members", crate::__source!())
        };
        let found = problems(&[&USER, &MEMBER]);
        assert!(
            matches!(found.as_slice(), [one] if one.contains("`user.taken`") && one.contains("`Member`")),
            "{found:?}"
        );
        assert_eq!(problems(&[&USER]), Vec::<String>::new());
    }
}

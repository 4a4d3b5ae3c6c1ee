//! What `inventory` has collected, in a stable order, with every problem reported at once.

use crate::descriptor::{RelationKind, ResourceDescriptor};

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
    let mut found = Vec::new();
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
        for r in a.relations {
            let target = (r.target)();
            if !resources.iter().any(|d| std::ptr::eq(*d, target)) {
                found.push(format!("the relation `{}` of {} points to `{}`, which is not linked into this program: add `use {} as _;`", r.name, at(a), target.name, target.source.module.split("::").next().unwrap_or("the_crate")));
            } else if r.foreign_key(a).is_none() {
                let how = match r.kind {
                    RelationKind::ManyToMany { through } => {
                        format!("`{}` needs exactly one field of type `Id<{}>`", through().name, a.name)
                    }
                    _ => format!(
                        "`{}` needs exactly one field of type `Id<{}>`, or write `{}: {} by field`",
                        target.name, a.name, r.name, target.name
                    ),
                };
                found.push(format!("the relation `{}` of {} has no foreign key: {how}", r.name, at(a)));
            } else if matches!(r.kind, RelationKind::ManyToMany { .. }) && r.far_key().is_none() {
                found.push(format!(
                    "the relation `{}` of {} has no foreign key to `{}` in between",
                    r.name,
                    at(a),
                    target.name
                ));
            }
        }
    }
    found
}

//! The schemas of a resource: record, bodies, list, predicate.

use super::field::{Place, schema};
use framewright_core::descriptor::{Access, Actions, RelationKind};
use framewright_core::query::{limits, operators, relations, returns};
use framewright_core::{FieldDescriptor, RelationDescriptor, ResourceDescriptor};
use framewright_data::write::BULK_LIMIT;
use serde_json::{Map, Value, json};

pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn with(d: &ResourceDescriptor, bits: u16) -> impl Iterator<Item = &FieldDescriptor> {
    d.fields.iter().filter(move |f| f.access.has(bits))
}

/// Whether records of the resource appear in answers at all.
pub(super) fn shown(d: &ResourceDescriptor) -> bool {
    d.actions != Actions::NONE
}

/// Adds the schemas of a resource.
pub(super) fn add(schemas: &mut Map<String, Value>, d: &'static ResourceDescriptor, exposed: bool) {
    let name = d.name;
    schemas.insert(name.to_owned(), record(d, true));
    if !exposed {
        return;
    }
    if d.actions.has(Actions::LIST) || d.actions.has(Actions::READ) {
        schemas.insert(format!("{name}Part"), record(d, false));
    }
    if d.actions.has(Actions::CREATE) || d.actions.has(Actions::BULK) {
        schemas.insert(format!("Create{name}"), body(d, Access::CREATE, FieldDescriptor::required, false));
    }
    if d.actions.has(Actions::UPDATE) || d.actions.has(Actions::BULK) {
        schemas.insert(format!("Update{name}"), body(d, Access::UPDATE, |_| false, true));
        schemas.insert(format!("Replace{name}"), body(d, Access::UPDATE, sent_back, true));
    }
    if d.actions.has(Actions::LIST) {
        schemas.insert(format!("{name}Comparison"), comparison(d));
        schemas.insert(format!("{name}Filter"), predicate(d));
        schemas.insert(format!("{name}Query"), query(d));
    }
    if d.actions.has(Actions::BULK) {
        schemas.insert(format!("{name}Bulk"), bulk(d));
    }
}

/// Whether a replacement without this field is refused: what clients can't read stays as it is when it is absent.
fn sent_back(field: &FieldDescriptor) -> bool {
    field.required() && field.access.has(Access::READ)
}

fn record(d: &'static ResourceDescriptor, whole: bool) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (index, field) in d.fields.iter().enumerate().filter(|(_, f)| f.access.has(Access::READ)) {
        properties.insert(field.name.to_owned(), schema(field, Place::Answer));
        if whole || index == usize::from(d.key) {
            required.push(field.name);
        }
    }
    for relation in relations(d) {
        let target = (relation.target)();
        let (shape, what) = match relation.kind {
            RelationKind::BelongsTo { .. } | RelationKind::HasOne { .. } => {
                (json!({"anyOf": [reference(target.name), {"type": "null"}]}), "record")
            }
            RelationKind::HasMany { .. } | RelationKind::ManyToMany { .. } => {
                (json!({"type": "array", "items": reference(target.name)}), "list")
            }
        };
        let doc = format!("{} Only with `include={}`, as a {what}.", relation.doc.trim(), relation.name);
        let mut shape = shape;
        shape["description"] = doc.trim().into();
        properties.entry(relation.name.to_owned()).or_insert(shape);
    }
    let mut s = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        s["required"] = json!(required);
    }
    let doc = d.doc.trim();
    if whole && !doc.is_empty() {
        s["description"] = doc.into();
    } else if !whole {
        s["description"] = format!("A `{}` with the fields that `fields` has asked for.", d.name).into();
    }
    s
}

fn body(
    d: &ResourceDescriptor,
    bits: u16,
    required: impl Fn(&FieldDescriptor) -> bool,
    update: bool,
) -> Value {
    let mut properties = Map::new();
    let mut names = Vec::new();
    for field in with(d, bits) {
        let mut s = schema(field, Place::Body);
        // What is absent from a partial update stays as it is, so there is no default.
        if update
            && let Value::Object(s) = &mut s
            && !required(field)
        {
            s.remove("default");
        }
        properties.insert(field.name.to_owned(), s);
        if required(field) {
            names.push(field.name);
        }
    }
    if let Some(field) = d.kept.version.filter(|_| update).and_then(|v| d.fields.get(usize::from(v))) {
        let mut s = schema(field, Place::Parameter);
        s["description"] = "The version that the client has seen; in place of `If-Match`.".into();
        properties.insert(field.name.to_owned(), s);
    }
    let mut s = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !names.is_empty() {
        s["required"] = json!(names);
    }
    s
}

/// The sort keys of a resource, with and without the minus.
pub(super) fn sort_keys(d: &ResourceDescriptor) -> Vec<String> {
    with(d, Access::READ | Access::SORT).flat_map(|f| [f.name.to_owned(), format!("-{}", f.name)]).collect()
}

/// The names of the fields that an answer can have.
pub(super) fn readable(d: &ResourceDescriptor) -> Vec<&'static str> {
    d.fields.iter().filter(|f| f.access.has(Access::READ)).map(|f| f.name).collect()
}

/// The paths that `include` takes, nearest first; long lists are cut. None leads back to where it came from.
pub(super) fn include_paths(d: &'static ResourceDescriptor) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    let mut level: Vec<(String, Option<Hop>, &'static ResourceDescriptor)> = vec![(String::new(), None, d)];
    for _ in 0..limits::HOPS {
        let mut next = Vec::new();
        for (prefix, crossed, here) in level {
            for relation in relations(here) {
                if crossed.is_some_and(|(from, crossed)| returns(from, crossed, here, relation)) {
                    continue;
                }
                let path = if prefix.is_empty() {
                    relation.name.to_owned()
                } else {
                    format!("{prefix}.{}", relation.name)
                };
                next.push((path, Some((here, relation)), (relation.target)()));
            }
        }
        if paths.len() + next.len() > 60 && !paths.is_empty() {
            break;
        }
        paths.extend(next.iter().map(|(p, _, _)| p.clone()));
        level = next;
    }
    paths
}

/// A relation, and the resource that it was crossed from.
type Hop = (&'static ResourceDescriptor, &'static RelationDescriptor);

fn query(d: &'static ResourceDescriptor) -> Value {
    let mut properties = json!({
        "filter": {"anyOf": [reference(&format!("{}Filter", d.name)), {"type": "null"}]},
        "sort": {"type": "array", "items": {"enum": sort_keys(d)}, "maxItems": limits::SORTS},
        "page": {
            "type": "object",
            "properties": {
                "size": {"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX, "default": d.page.default, "description": format!("Brought within 1 to {}.", d.page.max)},
                "number": {"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX, "description": "From 1; not together with `after`."},
                "after": {"type": ["string", "null"], "description": "`meta.page.next_cursor` of the page before."},
            },
            "not": {"required": ["number", "after"]},
            "additionalProperties": false,
        },
        "fields": {"type": "array", "items": {"enum": readable(d)}},
        "include": {"type": "array", "items": {"enum": include_paths(d)}, "maxItems": limits::INCLUDES},
        "count": {"const": "exact"},
    });
    if sort_keys(d).is_empty() {
        properties["sort"] = json!({"type": "array", "maxItems": 0});
    }
    if include_paths(d).is_empty() {
        properties["include"] = json!({"type": "array", "maxItems": 0});
    }
    if d.kept.deleted_at.is_some() {
        properties["with_trashed"] = json!({"enum": [true, false, "true", "only", "false"]});
    }
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn predicate(d: &'static ResourceDescriptor) -> Value {
    let own = reference(&format!("{}Filter", d.name));
    let shape = |key: &str, inner: Value| json!({"type": "object", "properties": {key: inner}, "required": [key], "additionalProperties": false});
    let list = json!({"type": "array", "items": own});
    let mut any = vec![
        shape("and", list.clone()),
        shape("or", list),
        shape("not", own),
        reference(&format!("{}Comparison", d.name)),
    ];
    for relation in relations(d) {
        let target = (relation.target)();
        if !target.actions.has(Actions::LIST) {
            continue;
        }
        any.push(json!({
            "type": "object",
            "properties": {
                "related": {"const": relation.name},
                "where": reference(&format!("{}Comparison", target.name)),
            },
            "required": ["related"],
            "additionalProperties": false,
        }));
    }
    json!({
        "anyOf": any,
        "description": format!(
            "A predicate over `{}`: at most {} comparisons, {} nodes and {} levels. `where` takes whole predicates too.",
            d.name, limits::CLAUSES, limits::NODES, limits::DEPTH
        ),
    })
}

/// One comparison. What a relation is asked for is described as one of these, not as a whole predicate: otherwise the
/// schemas of all resources would hold each other, and every tool that walks them would walk for ever.
fn comparison(d: &ResourceDescriptor) -> Value {
    let any: Vec<Value> = with(d, Access::READ | Access::FILTER).flat_map(comparisons).collect();
    if any.is_empty() { json!({"not": {}}) } else { json!({"anyOf": any}) }
}

fn comparisons(field: &FieldDescriptor) -> Vec<Value> {
    let value = schema(field, Place::Predicate);
    let mut part = schema(field, Place::Predicate);
    part["maxLength"] = limits::PATTERN.into();
    let groups: [(&[&str], Value); 5] = [
        (&["eq", "ne", "gt", "gte", "lt", "lte"], value.clone()),
        (&["contains", "starts_with", "ends_with"], part),
        (&["in", "nin"], json!({"type": "array", "items": value, "maxItems": limits::SET})),
        (&["between"], json!({"type": "array", "items": value, "minItems": 2, "maxItems": 2})),
        (&["null"], json!({"type": "boolean"})),
    ];
    let fits = operators(field);
    let shape = |operators: Vec<&str>, value: Value| {
        let required: &[&str] =
            if operators.contains(&"eq") { &["field", "value"] } else { &["field", "op", "value"] };
        json!({
            "type": "object",
            "properties": {"field": {"const": field.name}, "op": {"enum": operators}, "value": value},
            "required": required,
            "additionalProperties": false,
        })
    };
    groups
        .into_iter()
        .map(|(names, value)| (names.iter().copied().filter(|n| fits.contains(n)).collect::<Vec<_>>(), value))
        .filter(|(names, _)| !names.is_empty())
        .map(|(names, value)| shape(names, value))
        .collect()
}

fn bulk(d: &ResourceDescriptor) -> Value {
    let key = schema(d.key_field(), Place::Parameter);
    let version =
        d.kept.version.and_then(|v| d.fields.get(usize::from(v))).map(|f| schema(f, Place::Parameter));
    let operation = |op: &str, keyed: bool, data: Option<Value>| {
        let mut properties = json!({"op": {"const": op}});
        let mut required = vec!["op"];
        if keyed {
            properties["id"] = key.clone();
            required.push("id");
            if let Some(version) = &version {
                properties["version"] = version.clone();
            }
        }
        if let Some(data) = data {
            properties["data"] = data;
            required.push("data");
        }
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    };
    let mut any = Vec::new();
    if d.actions.has(Actions::CREATE) {
        any.push(operation("create", false, Some(reference(&format!("Create{}", d.name)))));
    }
    if d.actions.has(Actions::UPDATE) {
        any.push(operation("update", true, Some(reference(&format!("Update{}", d.name)))));
        any.push(operation("replace", true, Some(reference(&format!("Replace{}", d.name)))));
    }
    if d.actions.has(Actions::DELETE) {
        any.push(operation("delete", true, None));
    }
    if d.actions.has(Actions::RESTORE) && d.kept.deleted_at.is_some() {
        any.push(operation("restore", true, None));
    }
    json!({
        "type": "object",
        "properties": {"operations": {"type": "array", "items": {"anyOf": any}, "maxItems": BULK_LIMIT}},
        "required": ["operations"],
        "additionalProperties": false,
        "description": "Operations in their order, all of them or none.",
    })
}

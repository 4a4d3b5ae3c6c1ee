//! The parameters of lists and reads, one for each filter that is accepted.

use super::field::{Place, schema};
use super::resource::{include_paths, readable, sort_keys};
use framewright_core::descriptor::Access;
use framewright_core::query::{limits, operators};
use framewright_core::{FieldDescriptor, ResourceDescriptor};
use serde_json::{Value, json};

fn query(name: &str, schema: Value, description: &str) -> Value {
    let mut p = json!({"name": name, "in": "query", "required": false, "schema": schema});
    if p["schema"]["type"] == "array" {
        p["style"] = "form".into();
        p["explode"] = false.into();
    }
    if !description.is_empty() {
        p["description"] = description.into();
    }
    p
}

/// A comma-separated list of names.
fn names(all: impl IntoIterator<Item = impl Into<Value>>, most: Option<usize>) -> Value {
    let all: Vec<Value> = all.into_iter().map(Into::into).collect();
    let mut s = json!({"type": "array", "items": {"type": "string", "enum": all}});
    if let Some(most) = most {
        s["maxItems"] = most.into();
    }
    s
}

/// The parameters that shape records: `fields`, `include`, `with_trashed`.
pub(super) fn shape(d: &'static ResourceDescriptor) -> Vec<Value> {
    let mut all = vec![query("fields", names(readable(d), None), "Only these fields, and the key.")];
    let paths = include_paths(d);
    if !paths.is_empty() {
        let paths = names(paths, Some(limits::INCLUDES));
        all.push(query("include", paths, "Relations to load along, each with one statement."));
    }
    if d.kept.deleted_at.is_some() {
        let schema = json!({"type": "string", "enum": ["true", "only", "false"]});
        all.push(query("with_trashed", schema, "Deleted records too, or only them."));
    }
    all
}

/// The parameters of a list.
pub(super) fn list(d: &'static ResourceDescriptor) -> Vec<Value> {
    let mut all = shape(d);
    let keys = sort_keys(d);
    if !keys.is_empty() {
        all.push(query(
            "sort",
            names(keys, Some(limits::SORTS)),
            "Sort keys, `-` for descending; the primary key is always the last one.",
        ));
    }
    all.push(query(
        "page[size]",
        json!({"type": "integer", "default": d.page.default}),
        &format!("Records per page, brought within 1 to {}.", d.page.max),
    ));
    all.push(query(
        "page[number]",
        json!({"type": "integer"}),
        "The page of this number, from 1; not together with `page[after]`.",
    ));
    all.push(query(
        "page[after]",
        json!({"type": "string"}),
        "`meta.page.next_cursor` of the page before, with otherwise the same parameters.",
    ));
    all.push(query(
        "count",
        json!({"type": "string", "enum": ["exact"]}),
        "Count all the records that the filters let through.",
    ));
    for field in d.fields.iter().filter(|f| f.access.has(Access::READ | Access::FILTER)) {
        filters(field, &mut all);
    }
    all
}

fn filters(field: &FieldDescriptor, all: &mut Vec<Value>) {
    let name = field.name;
    let fits = operators(field);
    if fits.contains(&"eq") {
        all.push(query(
            &format!("filter[{name}]"),
            schema(field, Place::Parameter),
            &format!("`{name}` equals this."),
        ));
    }
    for op in fits {
        let (schema, doc) = match op {
            "eq" => (schema(field, Place::Parameter), "equals this"),
            "ne" => (schema(field, Place::Parameter), "does not equal this"),
            "gt" => (schema(field, Place::Parameter), "is greater than this"),
            "gte" => (schema(field, Place::Parameter), "is at least this"),
            "lt" => (schema(field, Place::Parameter), "is less than this"),
            "lte" => (schema(field, Place::Parameter), "is at most this"),
            "in" => (list_of(field, 0, limits::SET), "is one of these"),
            "nin" => (list_of(field, 0, limits::SET), "is none of these"),
            "between" => (list_of(field, 2, 2), "lies between these two, both included"),
            "null" => (json!({"type": "boolean"}), "is null, or is not"),
            part => {
                let mut s = schema(field, Place::Parameter);
                s["maxLength"] = limits::PATTERN.into();
                (
                    s,
                    match part {
                        "contains" => "contains this",
                        "starts_with" => "begins with this",
                        _ => "ends with this",
                    },
                )
            }
        };
        all.push(query(&format!("filter[{name}][{op}]"), schema, &format!("`{name}` {doc}.")));
    }
}

fn list_of(field: &FieldDescriptor, least: usize, most: usize) -> Value {
    let mut s = json!({"type": "array", "items": schema(field, Place::Element), "maxItems": most});
    if least > 0 {
        s["minItems"] = least.into();
    }
    s
}

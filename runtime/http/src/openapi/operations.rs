//! The operations of a resource: what is served, with every status that can be answered.

use super::codes::{At, Codes};
use super::resource::reference;
use super::{field, parameters};
use crate::rest::table::{self, Does};
use framewright_core::ResourceDescriptor;
use serde_json::{Map, Value, json};

struct Operation {
    id: String,
    summary: String,
    parameters: Vec<Value>,
    body: Option<Value>,
    ok: (u16, Value),
    codes: Codes,
    /// whether it can say that nothing has changed
    unchanged: bool,
}

impl Operation {
    fn value(self, d: &ResourceDescriptor) -> Value {
        let mut responses = Map::new();
        responses.insert(self.ok.0.to_string(), self.ok.1);
        let not_changed = self.unchanged.then_some(304);
        for status in not_changed.into_iter().chain(self.codes.statuses()) {
            responses.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{status}")}));
        }
        let mut operation = json!({
            "operationId": self.id,
            "summary": self.summary,
            "tags": [d.path],
            "responses": responses,
            "x-error-codes": self.codes.names(),
        });
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.into();
        }
        if let Some(schema) = self.body {
            operation["requestBody"] = body(schema);
        }
        operation
    }
}

/// The included relations that were cut.
pub(super) fn truncated() -> Value {
    json!({
        "type": "array",
        "items": {"type": "string"},
        "description": "The included relations of which some record has more than it carries; the rest are a list of their own.",
    })
}

/// The answer of a read, which says beside the record when a relation was cut.
fn found(mut answer: Value) -> Value {
    if let Some(properties) = answer.pointer_mut("/content/application~1json/schema/properties") {
        properties["meta"] = json!({
            "type": "object",
            "properties": {"truncated": truncated()},
            "required": ["truncated"],
            "additionalProperties": false,
        });
    }
    answer
}

/// A body that has to be there.
pub(super) fn body(schema: Value) -> Value {
    json!({"required": true, "content": {"application/json": {"schema": schema}}})
}

/// A success: data of a schema in the envelope.
pub(super) fn success(description: &str, data: Value, meta: Option<Value>, headers: Value) -> Value {
    let mut properties = json!({
        "success": {"const": true},
        "data": data,
        "request_id": {"type": "string"},
    });
    let mut required = vec!["success", "data", "request_id"];
    if let Some(meta) = meta {
        properties["meta"] = meta;
        required.push("meta");
    }
    let schema = json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    let mut response =
        json!({"description": description, "content": {"application/json": {"schema": schema}}});
    response["headers"] = json!({"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}});
    if let (Value::Object(all), Value::Object(more)) = (&mut response["headers"], headers) {
        all.extend(more);
    }
    response
}

/// Where a new record leads: every operation that takes its key.
fn links(d: &ResourceDescriptor) -> Value {
    let key = format!("$response.body#/data/{}", d.key_field().name);
    let all: Map<String, Value> = table::of(d)
        .filter(|route| route.tail.contains("{id}"))
        .map(|route| {
            let id = id(d, route.does);
            (id.clone(), json!({"operationId": id, "parameters": {"id": key}}))
        })
        .collect();
    Value::Object(all)
}

/// The name of an operation: clients have functions that are called like this.
fn id(d: &ResourceDescriptor, does: Does) -> String {
    match does {
        Does::List | Does::Query | Does::Bulk => format!("{}_{}", does.name(), plural(d)),
        Does::Read => format!("get_{}", d.singular),
        _ => format!("{}_{}", does.name(), d.singular),
    }
}

fn plural(d: &ResourceDescriptor) -> String {
    d.path.replace(['/', '-'], "_")
}

fn said(d: &ResourceDescriptor) -> String {
    d.singular.replace('_', " ")
}

fn etag(d: &ResourceDescriptor) -> Value {
    if d.kept.version.is_some() { json!({"ETag": {"$ref": "#/components/headers/ETag"}}) } else { json!({}) }
}

/// Adds the paths of a resource.
pub(super) fn add(paths: &mut Map<String, Value>, d: &'static ResourceDescriptor, prefix: &str) {
    for route in table::of(d) {
        let item = paths.entry(format!("{prefix}/{}{}", d.path, route.tail)).or_insert_with(|| json!({}));
        item[route.method.to_lowercase()] = operation(d, route.does).value(d);
    }
}

fn operation(d: &'static ResourceDescriptor, does: Does) -> Operation {
    let (name, versioned) = (d.name, d.kept.version.is_some());
    let (one, many) = (said(d), plural(d).replace('_', " "));
    let new = |summary: String, codes: Codes, ok: (u16, Value)| Operation {
        id: id(d, does),
        summary,
        parameters: Vec::new(),
        body: None,
        ok,
        codes,
        unchanged: false,
    };
    let changed = |what: &str| (200, success(what, reference(name), None, etag(d)));
    let any = Codes::any;
    let one_record = || any().missing(d);
    let with_body = |mut o: Operation, schema: String| {
        o.body = Some(reference(&schema));
        o.codes = o.codes.at(At::Body);
        o
    };
    match does {
        Does::List => Operation {
            parameters: parameters::list(d),
            ..new(format!("Lists {many}."), any().at(At::Query), (200, page(d)))
        },
        Does::Query => with_body(
            new(format!("Lists {many} by a predicate."), any().at(At::Query), (200, page(d))),
            format!("{name}Query"),
        ),
        Does::Create => with_body(
            new(format!("Creates a {one}."), any().written(d), (201, created(d))),
            format!("Create{name}"),
        ),
        Does::Bulk => {
            let has = |does| table::of(d).any(|route| route.does == does);
            let codes = one_record()
                .written(d)
                .with(&["conflict.reference", "conflict.version"])
                .when(versioned, &["precondition.required"])
                .when(has(Does::Restore), &["conflict.not_deleted"]);
            let summary = format!("Creates, updates and deletes {many}, all or nothing.");
            with_body(new(summary, codes, (200, all_done(d))), format!("{name}Bulk"))
        }
        Does::Read => {
            let mut all = vec![key(d)];
            all.extend(parameters::shape(d));
            if versioned {
                all.push(json!({"name": "If-None-Match", "in": "header", "required": false, "schema": {"type": "string"}, "description": "Answer 304 when this is still the `ETag`."}));
            }
            let ok = (200, found(success("The record.", part(d), None, etag(d))));
            let codes = one_record().at(At::Query);
            Operation { parameters: all, unchanged: versioned, ..new(format!("Reads a {one}."), codes, ok) }
        }
        Does::Update | Does::Replace => {
            let (schema, summary) = match does {
                Does::Update => ("Update", format!("Changes the given fields of a {one}.")),
                _ => ("Replace", format!("Replaces a {one}: absent fields get their defaults.")),
            };
            let codes = one_record().written(d).guarded().when(versioned, &["precondition.required"]);
            let o = Operation { parameters: keyed(d), ..new(summary, codes, changed("The changed record.")) };
            with_body(o, format!("{schema}{name}"))
        }
        Does::Delete => {
            let gone = json!({"description": "It is deleted.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}});
            let codes = one_record()
                .guarded()
                .with(&["conflict.reference"])
                .when(versioned, &["precondition.required"]);
            Operation { parameters: keyed(d), ..new(format!("Deletes a {one}."), codes, (204, gone)) }
        }
        Does::Restore => {
            let codes = one_record().unique(d).guarded().with(&["conflict.not_deleted"]);
            let ok = changed("The restored record.");
            Operation { parameters: keyed(d), ..new(format!("Brings a deleted {one} back."), codes, ok) }
        }
    }
}

/// A record, whole or as `fields` cut it.
fn part(d: &ResourceDescriptor) -> Value {
    json!({"anyOf": [reference(d.name), reference(&format!("{}Part", d.name))]})
}

fn page(d: &ResourceDescriptor) -> Value {
    let meta = json!({"$ref": "#/components/schemas/PageMeta"});
    success("A page of the list.", json!({"type": "array", "items": part(d)}), Some(meta), json!({}))
}

fn created(d: &ResourceDescriptor) -> Value {
    let mut headers = etag(d);
    if table::of(d).any(|route| route.does == Does::Read) {
        headers["Location"] = json!({"$ref": "#/components/headers/Location"});
    }
    let mut created = success("It is created.", reference(d.name), None, headers);
    created["links"] = links(d);
    created
}

fn all_done(d: &'static ResourceDescriptor) -> Value {
    let record =
        json!({"anyOf": [reference(d.name), {"type": "null"}], "description": "Null after a delete."});
    let data = json!({
        "type": "array",
        "description": "One per operation, in their order.",
        "items": {
            "type": "object",
            "properties": {"id": field::key(d.key_field()), "record": record},
            "required": ["id", "record"],
            "additionalProperties": false,
        },
    });
    success("Everything is done.", data, None, json!({}))
}

/// The key in the path.
pub(super) fn key(d: &ResourceDescriptor) -> Value {
    json!({"name": "id", "in": "path", "required": true, "schema": field::key(d.key_field()), "description": format!("The key of the {}.", said(d))})
}

/// The parameters of a change to one record.
fn keyed(d: &ResourceDescriptor) -> Vec<Value> {
    let version = d.kept.version.map(|_| if_match());
    std::iter::once(key(d)).chain(version).collect()
}

fn if_match() -> Value {
    json!({
        "name": "If-Match", "in": "header", "required": false,
        "schema": {"type": "string", "pattern": "^(\\*|\"[0-9]+\")$"},
        "description": "The `ETag` that the client has seen, or `*` for any. Needed unless the body has the `version`.",
    })
}

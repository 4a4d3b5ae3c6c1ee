//! The operations of a resource: what is served, with every status that can be answered.

use super::resource::reference;
use super::{field, parameters};
use framewright_core::ResourceDescriptor;
use framewright_core::descriptor::Actions;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The statuses that any operation can answer with: the edge refuses what is malformed or too much.
const ANY: [u16; 9] = [400, 406, 408, 414, 421, 431, 500, 503, 504];
const WITH_BODY: [u16; 3] = [413, 415, 422];

struct Operation {
    id: String,
    summary: String,
    parameters: Vec<Value>,
    body: Option<Value>,
    ok: (u16, Value),
    errors: Vec<u16>,
    codes: Vec<String>,
}

impl Operation {
    fn value(self, d: &ResourceDescriptor) -> Value {
        let mut responses = Map::new();
        responses.insert(self.ok.0.to_string(), self.ok.1);
        let body: &[u16] = if self.body.is_some() { &WITH_BODY } else { &[] };
        let all: BTreeSet<u16> = ANY.iter().chain(body).chain(&self.errors).copied().collect();
        for status in all {
            responses.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{status}")}));
        }
        let mut operation = json!({
            "operationId": self.id,
            "summary": self.summary,
            "tags": [d.path],
            "responses": responses,
            "x-error-codes": self.codes,
        });
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.into();
        }
        if let Some(schema) = self.body {
            operation["requestBody"] =
                json!({"required": true, "content": {"application/json": {"schema": schema}}});
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

/// A success: data of a schema in the envelope.
fn success(description: &str, data: Value, meta: Option<Value>, headers: Value) -> Value {
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
    let mut all = Map::new();
    let key = format!("$response.body#/data/{}", d.key_field().name);
    let restorable = d.kept.deleted_at.is_some();
    for (action, verb) in [
        (Actions::READ, "get"),
        (Actions::UPDATE, "update"),
        (Actions::UPDATE, "replace"),
        (Actions::DELETE, "delete"),
        (Actions::RESTORE, "restore"),
    ] {
        if d.actions.has(action) && (action != Actions::RESTORE || restorable) {
            let id = format!("{verb}_{}", d.singular);
            all.insert(id.clone(), json!({"operationId": id, "parameters": {"id": key}}));
        }
    }
    Value::Object(all)
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

fn conflicts(d: &ResourceDescriptor) -> Vec<String> {
    let mut codes = vec!["validation".to_owned()];
    for key in d.uniques {
        codes.push(key.code.unwrap_or("conflict.unique").to_owned());
    }
    codes.push("conflict.reference".to_owned());
    codes.dedup();
    codes
}

/// Adds the paths of a resource.
pub(super) fn add(paths: &mut Map<String, Value>, d: &'static ResourceDescriptor, prefix: &str) {
    let base = format!("{prefix}/{}", d.path);
    let mut put = |path: String, method: &str, operation: Operation| {
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = operation.value(d);
    };
    let (one, many) = (said(d), plural(d));
    let name = d.name;
    let has = |a: u16| d.actions.has(a);
    let part = json!({"anyOf": [reference(name), reference(&format!("{name}Part"))]});
    let page = json!({"$ref": "#/components/schemas/PageMeta"});
    let list = || {
        success("A page of the list.", json!({"type": "array", "items": part}), Some(page.clone()), json!({}))
    };
    let not_found = format!("{}.not_found", d.singular);
    let codes = |more: &[&str]| -> Vec<String> { more.iter().map(|c| (*c).to_owned()).collect() };
    let queries = [
        "query.unknown_parameter",
        "query.repeated_parameter",
        "query.unknown_field",
        "query.unknown_operator",
        "query.unknown_relation",
        "query.invalid_value",
        "query.invalid_page",
        "query.too_complex",
        "query.invalid_cursor",
    ];

    if has(Actions::LIST) {
        put(
            base.clone(),
            "get",
            Operation {
                id: format!("list_{many}"),
                summary: format!("Lists {}.", many.replace('_', " ")),
                parameters: parameters::list(d),
                body: None,
                ok: (200, list()),
                errors: vec![422],
                codes: codes(&queries),
            },
        );
        put(
            format!("{base}/query"),
            "post",
            Operation {
                id: format!("query_{many}"),
                summary: format!("Lists {} by a predicate.", many.replace('_', " ")),
                parameters: vec![],
                body: Some(reference(&format!("{name}Query"))),
                ok: (200, list()),
                errors: vec![],
                codes: codes(&queries),
            },
        );
    }
    if has(Actions::CREATE) {
        let mut headers = etag(d);
        if has(Actions::READ) {
            headers["Location"] = json!({"$ref": "#/components/headers/Location"});
        }
        let mut created = success("It is created.", reference(name), None, headers);
        created["links"] = links(d);
        put(
            base.clone(),
            "post",
            Operation {
                id: format!("create_{}", d.singular),
                summary: format!("Creates a {one}."),
                parameters: vec![],
                body: Some(reference(&format!("Create{name}"))),
                ok: (201, created),
                errors: vec![409],
                codes: conflicts(d),
            },
        );
    }
    if has(Actions::BULK) {
        let key = field::key(d.key_field());
        let record =
            json!({"anyOf": [reference(name), {"type": "null"}], "description": "Null after a delete."});
        let data = json!({
            "type": "array",
            "description": "One per operation, in their order.",
            "items": {
                "type": "object",
                "properties": {"id": key, "record": record},
                "required": ["id", "record"],
                "additionalProperties": false,
            },
        });
        let mut all = conflicts(d);
        all.extend([not_found.clone(), "conflict.version".to_owned()]);
        put(
            format!("{base}/bulk"),
            "post",
            Operation {
                id: format!("bulk_{many}"),
                summary: format!("Creates, updates and deletes {}, all or nothing.", many.replace('_', " ")),
                parameters: vec![],
                body: Some(reference(&format!("{name}Bulk"))),
                ok: (200, success("Everything is done.", data, None, json!({}))),
                errors: vec![404, 409, 412, 428],
                codes: all,
            },
        );
    }
    let id = json!({"name": "id", "in": "path", "required": true, "schema": field::key(d.key_field()), "description": format!("The key of the {one}.")});
    let item = format!("{base}/{{id}}");
    if has(Actions::READ) {
        let mut all = vec![id.clone()];
        all.extend(parameters::shape(d));
        let mut errors = vec![404, 422];
        if d.kept.version.is_some() {
            all.push(json!({"name": "If-None-Match", "in": "header", "required": false, "schema": {"type": "string"}, "description": "Answer 304 when this is still the `ETag`."}));
            errors.push(304);
        }
        put(
            item.clone(),
            "get",
            Operation {
                id: format!("get_{}", d.singular),
                summary: format!("Reads a {one}."),
                parameters: all,
                body: None,
                ok: (200, found(success("The record.", part.clone(), None, etag(d)))),
                errors,
                codes: codes(&[&not_found]),
            },
        );
    }
    if has(Actions::UPDATE) {
        let versioned = d.kept.version.is_some();
        for (method, verb, body, summary) in [
            ("patch", "update", "Update", format!("Changes the given fields of a {one}.")),
            ("put", "replace", "Replace", format!("Replaces a {one}: absent fields get their defaults.")),
        ] {
            let mut all = vec![id.clone()];
            let mut errors = vec![404, 409];
            let mut known = conflicts(d);
            known.push(not_found.clone());
            if versioned {
                all.push(if_match());
                errors.extend([412, 428]);
                known.extend(["conflict.version".to_owned(), "precondition.required".to_owned()]);
            }
            put(
                item.clone(),
                method,
                Operation {
                    id: format!("{verb}_{}", d.singular),
                    summary,
                    parameters: all,
                    body: Some(reference(&format!("{body}{name}"))),
                    ok: (200, success("The changed record.", reference(name), None, etag(d))),
                    errors,
                    codes: known,
                },
            );
        }
    }
    if has(Actions::DELETE) {
        let mut all = vec![id.clone()];
        let mut errors = vec![404, 409, 422];
        if d.kept.version.is_some() {
            all.push(if_match());
            errors.extend([412, 428]);
        }
        let gone = json!({"description": "It is deleted.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}});
        put(
            item.clone(),
            "delete",
            Operation {
                id: format!("delete_{}", d.singular),
                summary: format!("Deletes a {one}."),
                parameters: all,
                body: None,
                ok: (204, gone),
                errors,
                codes: codes(&[&not_found, "conflict.reference"]),
            },
        );
    }
    if has(Actions::RESTORE) && d.kept.deleted_at.is_some() {
        let mut all = vec![id];
        let mut errors = vec![404, 409, 422];
        if d.kept.version.is_some() {
            all.push(if_match());
            errors.push(412);
        }
        put(
            format!("{item}/restore"),
            "post",
            Operation {
                id: format!("restore_{}", d.singular),
                summary: format!("Brings a deleted {one} back."),
                parameters: all,
                body: None,
                ok: (200, success("The restored record.", reference(name), None, etag(d))),
                errors,
                codes: codes(&[&not_found, "conflict.unique", "conflict.not_deleted"]),
            },
        );
    }
}

fn if_match() -> Value {
    json!({
        "name": "If-Match", "in": "header", "required": false,
        "schema": {"type": "string", "pattern": "^(\\*|\"[0-9]+\")$"},
        "description": "The `ETag` that the client has seen, or `*` for any. Needed unless the body has the `version`.",
    })
}

//! The OpenAPI 3.1 document, built once from the descriptors that also serve the requests.

mod codes;
mod field;
mod operations;
mod own;
mod parameters;
pub(crate) mod resource;

use crate::docs;
use crate::envelope::of_status;
use crate::rest::table::is_served;
use crate::routes::Record;
use framewright_core::ResourceDescriptor;
use framewright_core::query::relations;
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What the document says of the application.
#[derive(Debug, Clone)]
pub struct Info {
    /// its name
    pub title: String,
    /// its version
    pub version: String,
    /// what it is for, in Markdown
    pub description: String,
}

impl Default for Info {
    fn default() -> Self {
        Self { title: "Framewright application".into(), version: "0.1.0".into(), description: String::new() }
    }
}

/// The statuses of errors, with what each is for.
const ERRORS: [(u16, &str); 19] = [
    (400, "It cannot be read: JSON, framing, header or encoding."),
    (401, "Nobody has said who they are, or not convincingly."),
    (403, "Visible, but not allowed."),
    (404, "Absent, or invisible."),
    (405, "Another method; `Allow` has the ones there are."),
    (406, "The client takes no JSON."),
    (408, "The request came too slowly."),
    (409, "A unique key, a reference or the present state stands against it."),
    (412, "The version is stale."),
    (413, "The body is too large."),
    (414, "The target is too long."),
    (415, "The body is not JSON in UTF-8."),
    (421, "The host is not served here."),
    (422, "Readable, but not valid; `error.meta.fields` has every mistake."),
    (428, "`If-Match` is missing."),
    (431, "The header is too large."),
    (500, "Our fault; the request id leads to the cause in the log."),
    (503, "Overload, or a dependency is away; `Retry-After` says when to try again."),
    (504, "It took too long."),
];

/// Builds the document of these resources under a prefix, and of the application's own routes.
pub(crate) fn document(
    info: &Info,
    prefix: &str,
    resources: &[&'static ResourceDescriptor],
    routes: &[Record],
) -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    // Internal resources have no route, but what a served one includes has to have a schema.
    let mut named: BTreeMap<&str, &'static ResourceDescriptor> = BTreeMap::new();
    let mut queue: Vec<&'static ResourceDescriptor> = served(resources).collect();
    while let Some(d) = queue.pop() {
        if named.insert(d.name, d).is_none() {
            queue.extend(relations(d).map(|r| (r.target)()));
        }
    }
    for d in named.values() {
        resource::add(&mut schemas, d, resource::shown(d) && resources.iter().any(|r| std::ptr::eq(*r, *d)));
    }
    let mut tags = Vec::new();
    for d in served(resources) {
        operations::add(&mut paths, d, prefix);
        tags.push(json!({"name": d.path, "description": d.doc.trim()}));
    }
    let undescribed = own::add(&mut paths, &mut tags, routes, &own::Around { prefix, resources });
    probes(&mut paths);
    tags.push(json!({"name": "system", "description": "Liveness, readiness, metrics and this document."}));
    common(&mut schemas);
    let mut responses: Map<String, Value> =
        ERRORS.iter().map(|(status, what)| (status.to_string(), error_response(*status, what))).collect();
    let unchanged =
        json!({"description": "Not changed.", "headers": {"ETag": {"$ref": "#/components/headers/ETag"}}});
    responses.insert("304".to_owned(), unchanged);
    if !routes.is_empty() {
        responses.insert("default".to_owned(), error_response(500, "Another error; its code says which."));
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": info.title, "version": info.version, "description": info.description},
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": responses,
            "headers": {
                "X-Request-Id": {"description": "The id of this request, as in the body and in the log.", "required": true, "schema": {"type": "string"}},
                "ETag": {"description": "The version of the record.", "schema": {"type": "string"}},
                "Location": {"description": "Where the record is.", "schema": {"type": "string"}},
                "Retry-After": {"description": "Seconds until it makes sense to try again.", "schema": {"type": "integer"}},
            },
        },
    });
    if !undescribed.is_empty() {
        document["x-undescribed"] = undescribed.into();
    }
    document
}

fn served<'a>(
    resources: &'a [&'static ResourceDescriptor],
) -> impl Iterator<Item = &'static ResourceDescriptor> + 'a {
    resources.iter().copied().filter(|d| is_served(d))
}

fn error_response(status: u16, what: &str) -> Value {
    let code = StatusCode::from_u16(status).map(|s| of_status(s).0).unwrap_or_default();
    let mut headers = json!({"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}});
    if status == 503 {
        headers["Retry-After"] = json!({"$ref": "#/components/headers/Retry-After"});
    }
    json!({
        "description": what,
        "headers": headers,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Failure"}, "example": {
                "success": false, "error": {"code": code, "message": what, "meta": {}}, "request_id": "019a9f7e-7a2b-7c3d-8e4f-5a6b7c8d9e0f",
            }},
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        },
    })
}

fn common(schemas: &mut Map<String, Value>) {
    let fields = json!({
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
        "description": "Every failing field, by its wire name.",
    });
    schemas.insert("Failure".into(), json!({
        "type": "object",
        "description": "What every error looks like. `code` is stable, `message` is for people.",
        "properties": {
            "success": {"const": false},
            "error": {
                "type": "object",
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "hint": {"type": "string"},
                    "meta": {"type": "object", "properties": {"fields": fields}, "additionalProperties": false},
                },
                "required": ["code", "message", "meta"],
                "additionalProperties": false,
            },
            "request_id": {"type": "string"},
        },
        "required": ["success", "error", "request_id"],
        "additionalProperties": false,
    }));
    schemas.insert(
        "Problem".into(),
        json!({
            "type": "object",
            "description": "The same error as RFC 9457, for clients that accept `application/problem+json`.",
            "properties": {
                "type": {"const": "about:blank"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "code": {"type": "string"},
                "hint": {"type": "string"},
                "fields": fields,
                "request_id": {"type": "string"},
            },
            "required": ["type", "title", "status", "detail", "code", "request_id"],
            "additionalProperties": false,
        }),
    );
    let number = |least: u32| json!({"type": "integer", "minimum": least});
    schemas.insert("PageMeta".into(), json!({
        "type": "object",
        "description": "Where the page stands in the list.",
        "properties": {
            "page": {
                "type": "object",
                "properties": {
                    "size": number(1),
                    "more": {"type": "boolean", "description": "Whether there is a page behind this one."},
                    "next_cursor": {"type": ["string", "null"], "description": "For `page[after]`."},
                    "number": number(1),
                    "total": number(0),
                    "pages": number(0),
                    "clamped": {"const": true, "description": "Another page was asked for than the one that came."},
                },
                "required": ["size", "more", "next_cursor"],
                "additionalProperties": false,
            },
            "links": {
                "type": "object",
                "properties": {"next": {"type": ["string", "null"]}},
                "required": ["next"],
                "additionalProperties": false,
            },
            "truncated": operations::truncated(),
        },
        "required": ["page", "links"],
        "additionalProperties": false,
    }));
}

fn probes(paths: &mut Map<String, Value>) {
    for (path, summary) in crate::edge::PROBES {
        let status = json!({"type": "object", "properties": {"status": {"enum": ["up", "down"]}, "checks": {"type": "object", "additionalProperties": {"enum": ["up", "down"]}}}, "required": ["status"]});
        let envelope = json!({"type": "object", "properties": {"success": {"type": "boolean"}, "data": status, "request_id": {"type": "string"}}, "required": ["success", "data", "request_id"], "additionalProperties": false});
        let content = if path == "/metrics" {
            json!({"text/plain": {"schema": {"type": "string"}}})
        } else {
            json!({"application/json": {"schema": envelope}})
        };
        let mut responses = json!({"200": {"description": summary, "content": content}});
        for status in [400, 414, 421, 431] {
            responses[status.to_string()] = json!({"$ref": format!("#/components/responses/{status}")});
        }
        responses["503"] = json!({
            "description": "Not well.",
            "content": {
                "application/json": {"schema": {"anyOf": [{"$ref": "#/components/schemas/Failure"}, envelope]}},
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
            },
        });
        let id = path.trim_start_matches('/').replace('/', "_");
        paths.insert(path.to_owned(), json!({"get": {"operationId": id, "summary": summary, "tags": ["system"], "responses": responses}}));
    }
    let mut responses = json!({"200": {"description": "This document.", "content": {"application/json": {"schema": {"type": "object"}}}}});
    for status in codes::Codes::edge().statuses() {
        responses[status.to_string()] = json!({"$ref": format!("#/components/responses/{status}")});
    }
    paths.insert(docs::DOCUMENT.to_owned(), json!({"get": {"operationId": "openapi", "summary": "What is served, as OpenAPI 3.1.", "tags": ["system"], "responses": responses}}));
}

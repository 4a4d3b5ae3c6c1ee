//! The application's own routes in the document: what was said of them, and for the rest what holds of any route.

use super::codes::{At, Codes};
use super::operations::{body, key, success};
use crate::routes::Record;
use framewright_core::ResourceDescriptor;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// What stands beside the routes.
pub(super) struct Around<'a> {
    pub(super) prefix: &'a str,
    pub(super) resources: &'a [&'static ResourceDescriptor],
}

const TAG: &str = "application";

/// Adds the routes; what is left are the prefixes of routers that keep no record.
pub(super) fn add(
    paths: &mut Map<String, Value>,
    tags: &mut Vec<Value>,
    routes: &[Record],
    around: &Around<'_>,
) -> Vec<String> {
    let mut undescribed = Vec::new();
    let mut taken: HashSet<String> = paths
        .values()
        .filter_map(Value::as_object)
        .flat_map(|item| item.values())
        .filter_map(|o| o["operationId"].as_str().map(str::to_owned))
        .collect();
    let mut tagged = false;
    for route in routes {
        let Some(method) = route.method else {
            undescribed.push(route.path.clone());
            continue;
        };
        let about = About::of(route, around);
        let mut id = about.id(method);
        while !taken.insert(id.clone()) {
            id.push('_');
        }
        tagged |= about.resource.is_none();
        let item = paths.entry(about.path.clone()).or_insert_with(|| json!({}));
        item[method.to_lowercase()] = about.operation(route, id);
    }
    if tagged {
        tags.push(json!({"name": TAG, "description": "Routes of the application's own."}));
    }
    undescribed
}

/// What the path of a route says.
struct About {
    /// as OpenAPI writes it
    path: String,
    /// without the prefix of the derived routes
    tail: String,
    resource: Option<&'static ResourceDescriptor>,
    parameters: Vec<Value>,
}

impl About {
    fn of(route: &Record, around: &Around<'_>) -> Self {
        let path = route.path.replace("{*", "{");
        let inside = path.strip_prefix(around.prefix).filter(|rest| rest.starts_with('/'));
        let tail = inside.unwrap_or(&path).to_owned();
        let below = |d: &ResourceDescriptor| {
            let rest = tail.trim_start_matches('/').strip_prefix(d.path);
            inside.is_some() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let resource = super::served(around.resources).filter(|d| below(d)).max_by_key(|d| d.path.len());
        let parameters = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        let parameters = parameters
            .map(|name| match resource.filter(|_| name == "id") {
                Some(d) => key(d),
                None => json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
            })
            .collect();
        Self { path, tail, resource, parameters }
    }

    fn id(&self, method: &str) -> String {
        let words = self.tail.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
        std::iter::once(method.to_lowercase())
            .chain(words.map(str::to_lowercase))
            .collect::<Vec<_>>()
            .join("_")
    }

    fn operation(&self, route: &Record, id: String) -> Value {
        let mut responses = Map::new();
        match &route.gives {
            Some((status, schema)) => {
                let done = success("It is done.", schema.clone(), None, json!({}));
                responses.insert(status.to_string(), done);
            }
            // what nobody has described may be anything
            None => {
                responses.insert("2XX".to_owned(), json!({"description": "What the route answers."}));
                responses.insert("3XX".to_owned(), json!({"description": "Where the route leads."}));
            }
        }
        let errors = match route.takes {
            Some(_) => Codes::edge().at(At::Body).with(&["validation"]),
            None => Codes::edge(),
        };
        for status in errors.statuses() {
            responses.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{status}")}));
        }
        responses.insert("default".to_owned(), json!({"$ref": "#/components/responses/default"}));
        let mut operation = json!({
            "operationId": id,
            "tags": [self.resource.map_or(TAG, |d| d.path)],
            "responses": responses,
        });
        if let Some(summary) = &route.summary {
            operation["summary"] = summary.as_str().into();
        }
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.clone().into();
        }
        if let Some(schema) = &route.takes {
            operation["requestBody"] = body(schema.clone());
        }
        operation
    }
}

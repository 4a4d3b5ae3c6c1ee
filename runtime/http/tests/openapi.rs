//! The document says what is served.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/app.rs"]
mod app;
mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use support::{get, request, send};

async fn document() -> (app::Served, Value) {
    let s = app::sqlite().await;
    let document = get(s.running.edge(), "/openapi.json").await.json();
    (s, document)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reference_leads_somewhere_and_every_operation_has_its_own_name() {
    let (_s, document) = document().await;
    let mut names = BTreeSet::new();
    fn walk(at: &Value, root: &Value, names: &mut BTreeSet<String>) {
        match at {
            Value::Object(map) => {
                if let Some(Value::String(to)) = map.get("$ref") {
                    assert!(root.pointer(to.trim_start_matches('#')).is_some(), "{to}");
                }
                // A link says `operationId` too: of the operation that it leads to.
                if let Some(Value::String(name)) =
                    map.get("operationId").filter(|_| map.contains_key("responses"))
                {
                    assert!(names.insert(name.clone()), "{name} is there twice");
                }
                map.values().for_each(|v| walk(v, root, names));
            }
            Value::Array(all) => all.iter().for_each(|v| walk(v, root, names)),
            _ => {}
        }
    }
    walk(&document, &document, &mut names);
    for name in [
        "list_articles",
        "create_article",
        "get_article",
        "update_article",
        "replace_article",
        "delete_article",
        "restore_article",
        "query_articles",
        "bulk_articles",
        "list_notes",
        "get_note",
    ] {
        assert!(names.contains(name), "{name} in {names:?}");
    }
    assert!(!names.contains("create_note"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_described_is_served_and_nothing_else() {
    let (s, document) = document().await;
    let e = s.running.edge();
    for (path, item) in document["paths"].as_object().unwrap() {
        let uri = path.replace("{id}", "019a9f7e-7a2b-7c3d-8e4f-5a6b7c8d9e0f");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            let described = item.get(method.to_lowercase()).is_some();
            let a = send(e, request(method, &uri).body(axum::body::Body::empty()).unwrap()).await;
            assert_eq!(a.status == 405, !described, "{method} {path}: {}", a.status);
            if described {
                let responses = item[method.to_lowercase()]["responses"].as_object().unwrap();
                assert!(
                    responses.contains_key(a.status.as_str()),
                    "{method} {path}: {} is not described",
                    a.status
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_types_and_docs_are_in_the_schemas() {
    let (_s, document) = document().await;
    let schemas = &document["components"]["schemas"];
    let create = &schemas["CreateArticle"];
    assert_eq!(create["required"], serde_json::json!(["title", "author_id"]));
    assert_eq!(create["additionalProperties"], false);
    let title = &create["properties"]["title"];
    assert_eq!(
        (title["minLength"].as_u64(), title["maxLength"].as_u64(), &title["description"]),
        (Some(3), Some(60), &Value::from("The headline."))
    );
    assert_eq!(title["examples"], serde_json::json!(["Hello"]));
    assert_eq!(create["properties"]["state"]["enum"], serde_json::json!(["draft", "published"]));
    assert_eq!(create["properties"]["state"]["default"], "draft");
    assert_eq!(
        (create["properties"]["rank"]["minimum"].as_i64(), create["properties"]["rank"]["maximum"].as_i64()),
        (Some(0), Some(10))
    );
    assert!(create["properties"].get("views").is_none(), "readonly fields are not in bodies");
    let record = &schemas["Article"]["properties"];
    assert_eq!(record["price"]["type"], serde_json::json!(["string", "null"]));
    assert_eq!(record["created_at"]["format"], "date-time");
    assert_eq!(record["id"]["format"], "uuid");
    assert_eq!(schemas["Article"]["description"], "What was written.");
    assert_eq!(schemas["Author"]["properties"]["articles"]["type"], "array");
    let parameters: BTreeSet<&str> = document["paths"]["/api/v1/articles"]["get"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    for name in [
        "filter[title]",
        "filter[title][contains]",
        "filter[rank][between]",
        "sort",
        "page[size]",
        "page[after]",
        "page[number]",
        "fields",
        "include",
        "count",
        "with_trashed",
    ] {
        assert!(parameters.contains(name), "{name}");
    }
    assert!(!parameters.contains("filter[views]") && !parameters.contains("filter[rank][contains]"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_asks_nobody_else() {
    let (s, _) = document().await;
    let e = s.running.edge();
    let page = get(e, "/docs").await;
    assert!(page.header("content-security-policy").starts_with("default-src 'self'"));
    assert!(!page.body.contains("http://") && !page.body.contains("https://"), "{}", page.body);
    assert_eq!(get(e, "/docs/start.js").await.status, 200);
    let script = get(e, "/docs/scalar.js").await;
    assert!(script.header("content-type").starts_with("text/javascript") && script.body.len() > 1_000_000);
}

//! The document says what is served.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/app.rs"]
mod app;
mod support;

use framewright::App;
use framewright::prelude::*;
use framewright_http::{Group, Reply, Routes, Source, Stack};
use serde_json::{Value, json};
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

/// Every method and path of the document.
fn described(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
    });
    operations.collect()
}

/// Pages for people, which the document leaves out.
fn is_page(path: &str) -> bool {
    path.starts_with("/docs")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_described_is_served_and_nothing_else() {
    let (s, document) = document().await;
    let e = s.running.edge();
    let described = described(&document);
    let listed: BTreeSet<(String, String)> = s
        .running
        .routes()
        .iter()
        .filter(|r| !is_page(&r.path))
        .map(|r| (r.method.unwrap().to_owned(), r.path.clone()))
        .collect();
    assert_eq!(described, listed, "what is described is what is listed");
    let paths: BTreeSet<&String> = described.iter().map(|(_, path)| path).collect();
    for path in paths {
        let uri = path.replace("{id}", "019a9f7e-7a2b-7c3d-8e4f-5a6b7c8d9e0f");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            let operation = &document["paths"][path][method.to_lowercase()];
            let a = send(e, request(method, &uri).body(axum::body::Body::empty()).unwrap()).await;
            assert_eq!(a.status == 405, operation.is_null(), "{method} {path}: {}", a.status);
            if let Some(responses) = operation["responses"].as_object() {
                let known = responses.contains_key(a.status.as_str()) || responses.contains_key("default");
                assert!(known, "{method} {path}: {} is not described", a.status);
                let code = if a.status.is_success() { String::new() } else { a.code() };
                let codes = operation["x-error-codes"].as_array();
                let listed = codes.is_none_or(|all| all.iter().any(|c| *c == code));
                assert!(code.is_empty() || listed, "{method} {path}: {code} is not described");
            }
        }
    }
    for r in s.running.routes().iter().filter(|r| is_page(&r.path)) {
        assert_eq!(get(e, &r.path).await.status, 200, "{}", r.path);
    }
}

async fn handler() -> Result<Reply> {
    Reply::ok(&1)
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_of_the_application_are_listed_and_described_until_they_are_removed() {
    let own = |reports: bool| {
        let routes = Routes::new()
            .get("/api/v1/articles/{id}/words", handler)
            .summary("Counts words.")
            .gives(200, json!({"type": "integer"}))
            .post("/api/v1/articles/{id}/words", handler)
            .takes(json!({"type": "string"}))
            .delete("/files/{*path}", handler);
        if reports { routes.get("/reports", handler) } else { routes }
    };
    let app = |reports| {
        App::new()
            .routes(own(reports))
            .routes(axum::Router::new().route("/old/thing", axum::routing::get(handler)))
            .group(Group::new("/admin", Stack::empty()).routes(Routes::new().put("/users", handler)))
            .document(|document| document["info"]["description"] = "For readers.".into())
    };
    let s = app::of(app(true)).await;
    let document = get(s.running.edge(), "/openapi.json").await.json();
    let all = described(&document);
    for (method, path) in [
        ("GET", "/api/v1/articles/{id}/words"),
        ("POST", "/api/v1/articles/{id}/words"),
        ("DELETE", "/files/{path}"),
        ("GET", "/reports"),
        ("PUT", "/admin/users"),
    ] {
        assert!(all.contains(&(method.to_owned(), path.to_owned())), "{method} {path}: {all:?}");
    }
    assert_eq!(document["x-undescribed"], json!(["/"]), "a router without a record is not passed over");
    assert_eq!(document["info"]["description"], "For readers.");
    let words = &document["paths"]["/api/v1/articles/{id}/words"];
    assert_eq!(
        (&words["get"]["summary"], &words["get"]["tags"]),
        (&json!("Counts words."), &json!(["articles"]))
    );
    assert_eq!(
        words["get"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["data"]["type"],
        "integer"
    );
    assert_eq!(words["post"]["requestBody"]["content"]["application/json"]["schema"]["type"], "string");
    assert_eq!(document["paths"]["/files/{path}"]["delete"]["parameters"][0]["name"], "path");
    // places, for `routes`
    let listed = s.running.routes();
    let here = |path: &str| {
        let found = listed.iter().find(|r| r.path == path).unwrap();
        matches!(&found.source, Source::Own { place: Some(at) } if at.file().ends_with("tests/openapi.rs"))
    };
    assert!(here("/reports") && here("/admin/users"));
    assert!(listed.iter().any(|r| r.method.is_none() && r.path == "/"), "{listed:?}");

    let s = app::of(app(false)).await;
    let document = get(s.running.edge(), "/openapi.json").await.json();
    assert!(document["paths"]["/reports"].is_null(), "a route that is removed is not described");
    let s = app::of(app(false).undocumented()).await;
    assert_eq!(get(s.running.edge(), "/openapi.json").await.status, 404);
    assert_eq!(get(s.running.edge(), "/docs").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_routes_in_one_place_are_refused_with_both_places() {
    let router = |path: &str| axum::Router::new().route(path, axum::routing::get(handler));
    let clashing: [(App, &[&str]); 6] = [
        (
            App::new().routes(Routes::new().get("/a", handler)).routes(Routes::new().get("/a", handler)),
            &["GET /a", "openapi.rs:"],
        ),
        (
            App::new().routes(Routes::new().get("/api/v1/articles/{key}", handler)),
            &["`read` of Article", "openapi.rs:"],
        ),
        (App::new().routes(Routes::new().get("/health", handler)), &["GET /health", "probe"]),
        (App::new().routes(Routes::new().get("/docs", handler)), &["GET /docs"]),
        (App::new().routes(router("/metrics")), &["/metrics"]),
        (App::new().routes(axum::Router::new().route("/health", axum::routing::any(handler))), &[]),
    ];
    for (app, words) in clashing {
        let error = app::try_of(app).await.err().unwrap();
        assert_eq!(error.code(), "route.clash");
        for word in words {
            assert!(error.message().contains(word), "{word}: {}", error.message());
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

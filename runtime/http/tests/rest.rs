//! Resources over REST: every status of the contract with its exact answer, on each database that is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/app.rs"]
mod app;
mod support;

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use support::{article, author, failure, get, request, send, with_header, with_json};

#[tokio::test(flavor = "multi_thread")]
async fn a_record_from_create_to_delete() {
    for s in app::each().await {
        let e = s.running.edge();
        let id = author(e, "Ada").await;
        let body = json!({"title": "Hello", "author_id": id, "price": "12.50", "at": "2026-11-20T12:00:00.25+01:00", "day": "2026-11-20", "extra": {"a": [1, null]}});
        let created = with_json(e, "POST", "/api/v1/articles", &body.to_string()).await;
        assert_eq!(created.status, 201, "{}: {}", s.name, created.body);
        let record = created.json()["data"].clone();
        let key = record["id"].as_str().unwrap().to_owned();
        assert_eq!(created.header("location"), format!("/api/v1/articles/{key}"));
        assert_eq!(created.header("etag"), "\"1\"");
        let expected = json!({
            "id": key, "title": "Hello", "body": null, "author_id": id, "state": "draft", "rank": 5, "views": 0, "price": record["price"],
            "at": "2026-11-20T11:00:00.250Z", "day": "2026-11-20", "extra": {"a": [1, null]},
            "created_at": record["created_at"], "updated_at": record["created_at"], "deleted_at": null, "version": 1,
        });
        assert_eq!(record, expected, "{}", s.name);
        let uri = format!("/api/v1/articles/{key}");
        let read = get(e, &uri).await;
        assert_eq!((read.status.as_u16(), &read.json()["data"]), (200, &record));

        // Partial update, then a stale one, then none that says which version it means.
        let changed = with_header(e, "PATCH", &uri, "if-match", "\"1\"", r#"{"title":"Hello again"}"#).await;
        assert_eq!((changed.status.as_u16(), changed.header("etag")), (200, "\"2\""), "{}", changed.body);
        assert_eq!(
            (changed.json()["data"]["title"].as_str(), changed.json()["data"]["version"].as_i64()),
            (Some("Hello again"), Some(2))
        );
        failure(
            &with_header(e, "PATCH", &uri, "if-match", "\"1\"", r#"{"title":"Late"}"#).await,
            412,
            "conflict.version",
        );
        failure(
            &with_header(e, "PATCH", &uri, "if-match", "W/\"2\"", r#"{"title":"Late"}"#).await,
            412,
            "conflict.version",
        );
        failure(
            &with_header(e, "PATCH", &uri, "if-match", "2", r#"{"title":"Late"}"#).await,
            400,
            "request.if_match",
        );
        failure(&with_json(e, "PATCH", &uri, r#"{"title":"Late"}"#).await, 428, "precondition.required");
        let by_body = with_json(e, "PATCH", &uri, r#"{"rank":null,"version":2}"#).await;
        failure(&by_body, 422, "validation");
        let by_body = with_json(e, "PATCH", &uri, r#"{"rank":7,"version":2}"#).await;
        assert_eq!(
            (by_body.status.as_u16(), by_body.json()["data"]["rank"].as_i64()),
            (200, Some(7)),
            "{}",
            by_body.body
        );

        // Not modified, and what `fields` and `include` make of it.
        let fresh = with_header(e, "GET", &uri, "if-none-match", "\"3\"", "").await;
        assert_eq!((fresh.status.as_u16(), fresh.body.as_str()), (304, ""));
        let shaped = get(e, &format!("{uri}?fields=title,author_id&include=author")).await;
        assert_eq!(shaped.json()["data"]["author"]["name"], "Ada", "{}", shaped.body);
        assert_eq!(shaped.header("etag"), "");

        // Replaced: absent fields get their defaults.
        let replaced = with_header(
            e,
            "PUT",
            &uri,
            "if-match",
            "*",
            &json!({"title": "New", "author_id": id}).to_string(),
        )
        .await;
        let data = replaced.json()["data"].clone();
        assert_eq!(
            (data["rank"].as_i64(), &data["price"], data["version"].as_i64()),
            (Some(5), &Value::Null, Some(4)),
            "{}",
            replaced.body
        );
        failure(&with_header(e, "PUT", &uri, "if-match", "*", r#"{"title":"New"}"#).await, 422, "validation");

        // Deleted, gone, restored.
        failure(&with_json(e, "DELETE", &uri, "").await, 428, "precondition.required");
        let deleted = with_header(e, "DELETE", &uri, "if-match", "*", "").await;
        assert_eq!((deleted.status.as_u16(), deleted.body.as_str()), (204, ""));
        failure(&get(e, &uri).await, 404, "article.not_found");
        failure(
            &with_header(e, "PATCH", &uri, "if-match", "*", r#"{"title":"Ghost"}"#).await,
            404,
            "article.not_found",
        );
        assert_eq!(get(e, &format!("{uri}?with_trashed=only")).await.status, 200);
        let restored = with_json(e, "POST", &format!("{uri}/restore"), "").await;
        assert_eq!(
            (restored.status.as_u16(), &restored.json()["data"]["deleted_at"]),
            (200, &Value::Null),
            "{}",
            restored.body
        );
        failure(&with_json(e, "POST", &format!("{uri}/restore"), "").await, 409, "conflict.not_deleted");
        assert_eq!(get(e, &uri).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn absent_null_and_zero_are_three_things() {
    for s in app::each().await {
        let e = s.running.edge();
        let id = author(e, "Ada").await;
        let record = article(e, json!({"title": "abc", "author_id": id, "price": "1", "body": "text"})).await;
        let uri = format!("/api/v1/articles/{}", record["id"].as_str().unwrap());
        for (body, price, text) in [
            (json!({}), "1.0000", json!("text")),
            (json!({"price": "0"}), "0.0000", json!("text")),
            (json!({"body": null}), "0.0000", Value::Null),
        ] {
            let a = with_header(e, "PATCH", &uri, "if-match", "*", &body.to_string()).await;
            assert_eq!(a.status, 200, "{}", a.body);
            assert_eq!(a.json()["data"]["body"], text);
            let got: f64 = a.json()["data"]["price"].as_str().unwrap().parse().unwrap();
            assert_eq!(got, price.parse::<f64>().unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conflicts_name_their_field() {
    for s in app::each().await {
        let e = s.running.edge();
        let id = author(e, "Ada").await;
        let taken = with_json(e, "POST", "/api/v1/authors", r#"{"name":"Ada"}"#).await;
        failure(&taken, 409, "author.name_taken");
        assert!(taken.json()["error"]["meta"]["fields"]["name"].is_array(), "{}", taken.body);
        let nobody = json!({"title": "abc", "author_id": "019a9f7e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"});
        let dangling = with_json(e, "POST", "/api/v1/articles", &nobody.to_string()).await;
        failure(&dangling, 422, "reference.not_found");
        assert!(
            dangling.json()["error"]["meta"]["fields"]["author_id"].is_array(),
            "{}: {}",
            s.name,
            dangling.body
        );
        let kept = article(e, json!({"title": "abc", "author_id": id})).await;
        let body = json!({"author_id": "019a9f7e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"}).to_string();
        let uri = format!("/api/v1/articles/{}", kept["id"].as_str().unwrap());
        let dangling = with_header(e, "PATCH", &uri, "if-match", "*", &body).await;
        failure(&dangling, 422, "reference.not_found");
        assert!(
            dangling.json()["error"]["meta"]["fields"]["author_id"].is_array(),
            "{}: {}",
            s.name,
            dangling.body
        );
        let held = with_json(e, "DELETE", &format!("/api/v1/authors/{id}"), "").await;
        failure(&held, 409, "conflict.reference");
        assert!(
            !held.body.to_lowercase().contains("foreign key") && !held.body.contains("constraint"),
            "{}",
            held.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_page_sort_filter_and_count() {
    for s in app::each().await {
        let e = s.running.edge();
        // The shape of one list must not become the shape of the next one.
        for query in ["?fields=id", "", "?fields=title", "?page[size]=20"] {
            assert_eq!(get(e, &format!("/api/v1/articles{query}")).await.status, 200, "{query}");
        }
        let id = author(e, "Ada").await;
        for n in 0..7 {
            article(e, json!({"title": format!("Title {n}"), "author_id": id, "rank": n % 3})).await;
        }
        let mut seen = Vec::new();
        let mut next = "/api/v1/articles?sort=-rank,title&page[size]=3&fields=title,rank".to_owned();
        loop {
            let a = get(e, &next).await;
            assert_eq!(a.status, 200, "{}", a.body);
            let json = a.json();
            seen.extend(
                json["data"].as_array().unwrap().iter().map(|r| r["title"].as_str().unwrap().to_owned()),
            );
            let Some(link) = json["meta"]["links"]["next"].as_str() else { break };
            assert_eq!(json["meta"]["page"]["more"], true);
            next = link.to_owned();
        }
        assert_eq!(
            seen,
            ["Title 2", "Title 5", "Title 1", "Title 4", "Title 0", "Title 3", "Title 6"],
            "{}",
            s.name
        );
        let numbered =
            get(e, "/api/v1/articles?page[number]=3&page[size]=3&count=exact&fields=title&sort=title")
                .await
                .json();
        assert_eq!(
            numbered["meta"]["page"],
            json!({"size": 3, "more": false, "next_cursor": null, "number": 3, "total": 7, "pages": 3})
        );
        assert_eq!(numbered["data"].as_array().unwrap().len(), 1);
        let clamped = get(e, "/api/v1/articles?page[size]=100000").await.json();
        assert_eq!(
            (clamped["meta"]["page"]["size"].as_i64(), clamped["meta"]["page"]["clamped"].as_bool()),
            (Some(100), Some(true))
        );
        let filtered =
            get(e, "/api/v1/articles?filter[rank][gte]=1&filter[title][contains]=4&count=exact").await.json();
        assert_eq!(filtered["meta"]["page"]["total"], 1);
        let body = json!({"filter": {"or": [{"field": "rank", "op": "eq", "value": 2}, {"field": "title", "value": "Title 0"}]}, "sort": ["title"], "fields": ["title"]});
        let queried = with_json(e, "POST", "/api/v1/articles/query", &body.to_string()).await.json();
        let titles: Vec<&str> =
            queried["data"].as_array().unwrap().iter().map(|r| r["title"].as_str().unwrap()).collect();
        assert_eq!(titles, ["Title 0", "Title 2", "Title 5"]);
        for (query, code) in [
            ("filter[views]=1", "query.unknown_field"),
            ("sort=body", "query.unknown_field"),
            ("fields=nothing", "query.unknown_field"),
            ("filter[rank][contains]=1", "query.unknown_operator"),
            ("filter[rank]=x", "query.invalid_value"),
            ("include=nothing", "query.unknown_relation"),
            ("page[after]=tampered", "query.invalid_cursor"),
            ("page[size]=x", "query.invalid_page"),
            ("nonsense=1", "query.unknown_parameter"),
        ] {
            failure(&get(e, &format!("/api/v1/articles?{query}")).await, 422, code);
        }
        failure(&get(e, "/api/v1/articles?filter[title]=%ff").await, 400, "query.malformed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_read_strictly() {
    for s in app::each().await {
        let e = s.running.edge();
        let id = author(e, "Ada").await;
        let with = |fields: &str| format!(r#"{{"title":"abc","author_id":"{id}"{fields}}}"#);
        let deep = |n: usize| with(&format!(r#","extra":{}{}"#, "[".repeat(n), "]".repeat(n)));
        for (body, status, code, field) in [
            (with(""), 201, "", ""),
            (with(r#","title":"abd""#), 422, "validation", "title"),
            (with(r#","unknown":1"#), 422, "validation", "unknown"),
            (with(r#","views":1"#), 422, "validation", "views"),
            (with(r#","id":"019a9f7e-7a2b-7c3d-8e4f-5a6b7c8d9e0f""#), 422, "validation", "id"),
            (with(r#","version":9"#), 422, "validation", "version"),
            (with(r#","created_at":"2026-01-01T00:00:00Z""#), 422, "validation", "created_at"),
            (with(r#","rank":"1""#), 422, "validation", "rank"),
            (with(r#","rank":1.0"#), 422, "validation", "rank"),
            (with(r#","rank":null"#), 422, "validation", "rank"),
            (with(r#","rank":99999999999"#), 422, "validation", "rank"),
            (with(r#","rank":11"#), 422, "validation", "rank"),
            (with(r#","state":"nothing""#), 422, "validation", "state"),
            (with(r#","body":"x\u0000y""#), 422, "validation", "body"),
            (with(r#","extra":{"a":"x\u0000y"}"#), 422, "validation", "extra"),
            (with(r#","extra":{"a":1,"a":2}"#), 422, "validation", "extra"),
            (with(r#","price":12.5"#), 422, "validation", "price"),
            (deep(31), 201, "", ""),
            (deep(32), 422, "validation", "extra"),
            (deep(60), 422, "validation", "extra"),
            (deep(65), 400, "json.too_deep", ""),
            (deep(100_000), 400, "json.too_deep", ""),
            (with(&format!(r#","extra":[{}0]"#, "0,".repeat(10_001))), 400, "json.too_large", ""),
            (with(r#","body":"\ud800""#), 400, "json.malformed", ""),
            (with(r#","extra":1e400"#), 400, "json.malformed", ""),
            (with(r#","extra":1e-20000"#), 400, "json.malformed", ""),
            (with(r#","extra":[0e-300,0.0,-0,1e300,1e-300]"#), 201, "", ""),
            (with(r#","extra":0e-20000"#), 400, "json.malformed", ""),
            (with(&format!(r#","extra":0.1{}"#, "3".repeat(1000))), 201, "", ""),
            (with(&format!(r#","extra":0.1{}"#, "3".repeat(1100))), 400, "json.malformed", ""),
            (with(r#","extra":NaN"#), 400, "json.malformed", ""),
            (format!("\u{feff}{}", with("")), 400, "json.malformed", ""),
            (format!("{} x", with("")), 400, "json.malformed", ""),
            (String::new(), 400, "json.malformed", ""),
            ("[]".to_owned(), 422, "validation", ""),
            ("null".to_owned(), 422, "validation", ""),
        ] {
            let a = with_json(e, "POST", "/api/v1/articles", &body).await;
            let shown = &body[..body.len().min(120)];
            assert_eq!(a.status, status, "{}: {shown} -> {}", s.name, a.body);
            if status != 201 {
                assert_eq!(a.code(), code, "{}: {shown} -> {}", s.name, a.body);
                assert!(
                    field.is_empty() || a.json()["error"]["meta"]["fields"][field].is_array(),
                    "{}: {shown} -> {}",
                    s.name,
                    a.body
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_json_in_utf8() {
    let s = app::sqlite().await;
    let e = s.running.edge();
    let id = author(e, "Ada").await;
    let with = |fields: &str| format!(r#"{{"title":"abc","author_id":"{id}"{fields}}}"#);
    let raw = |kind: &'static str, body: Vec<u8>| {
        request("POST", "/api/v1/articles").header("content-type", kind).body(Body::from(body)).unwrap()
    };
    for (kind, body, status) in [
        ("text/plain", with("").into_bytes(), 415),
        ("application/json; charset=utf-16", with("").into_bytes(), 415),
        ("application/json; charset=UTF-8", with("").into_bytes(), 201),
        ("application/vnd.api+json", with("").into_bytes(), 201),
        ("application/json", b"{\"title\":\"\xff\"}".to_vec(), 400),
        ("application/json", vec![b' '; (1 << 20) + 1], 413),
    ] {
        let a = send(e, raw(kind, body)).await;
        assert_eq!(a.status, status, "{kind} -> {}", a.body);
    }
    let zipped = request("POST", "/api/v1/articles")
        .header("content-type", "application/json")
        .header("content-encoding", "gzip");
    assert_eq!(send(e, zipped.body(Body::from("x")).unwrap()).await.status, 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failing_field_at_once() {
    let s = app::sqlite().await;
    let a =
        with_json(s.running.edge(), "POST", "/api/v1/articles", r#"{"title":"ab","rank":11,"unknown":1}"#)
            .await;
    failure(&a, 422, "validation");
    let fields: Vec<String> =
        a.json()["error"]["meta"]["fields"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["author_id", "rank", "title", "unknown"], "{}", a.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_declared_actions_have_routes() {
    let s = app::sqlite().await;
    let e = s.running.edge();
    assert_eq!(get(e, "/api/v1/notes").await.status, 200);
    for (method, uri, allow) in [
        ("POST", "/api/v1/notes", "GET,HEAD,OPTIONS"),
        ("DELETE", "/api/v1/notes/019a9f7e-7a2b-7c3d-8e4f-5a6b7c8d9e0f", "GET,HEAD,OPTIONS"),
        ("DELETE", "/api/v1/articles", "GET,HEAD,POST,OPTIONS"),
        ("TRACE", "/api/v1/articles/query", "POST,OPTIONS"),
        ("PUT", "/api/v1/articles/bulk", "POST,OPTIONS"),
    ] {
        let a = send(e, request(method, uri).body(Body::empty()).unwrap()).await;
        failure(&a, 405, "route.method_not_allowed");
        let mut allowed: Vec<&str> = a.header("allow").split(',').collect();
        let mut expected: Vec<&str> = allow.split(',').collect();
        allowed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(allowed, expected, "{method} {uri}");
    }
    failure(&with_json(e, "POST", "/api/v1/notes/bulk", "{}").await, 405, "route.method_not_allowed");
    failure(&with_json(e, "POST", "/api/v1/authors/x/restore", "").await, 404, "route.not_found");
    let options = send(e, request("OPTIONS", "/api/v1/articles").body(Body::empty()).unwrap()).await;
    assert_eq!((options.status.as_u16(), options.header("allow")), (204, "GET,HEAD,POST,OPTIONS"));
    let head = send(e, request("HEAD", "/api/v1/notes").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status.as_u16(), head.body.as_str()), (200, ""));
    assert!(head.header("content-length").parse::<usize>().unwrap() > 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn media_types_are_negotiated() {
    let s = app::sqlite().await;
    let e = s.running.edge();
    let asked = async |accept: &str| {
        let r: Request<Body> =
            request("GET", "/api/v1/notes/x").header("accept", accept).body(Body::empty()).unwrap();
        send(e, r).await
    };
    failure(&asked("application/json").await, 404, "note.not_found");
    failure(&asked("text/html").await, 406, "not_acceptable");
    let problem = asked("application/problem+json").await;
    assert_eq!(
        (problem.header("content-type"), problem.json()["code"].as_str().unwrap().to_owned()),
        ("application/problem+json", "note.not_found".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_text_are_encoded_in_addresses() {
    for s in app::each().await {
        let e = s.running.edge();
        let a = with_json(e, "POST", "/api/v1/shelves", r#"{"id":"a b/ü%","label":"x"}"#).await;
        assert_eq!(
            (a.status.as_u16(), a.header("location")),
            (201, "/api/v1/shelves/a%20b%2F%C3%BC%25"),
            "{}",
            a.body
        );
        let found = get(e, a.header("location")).await;
        assert_eq!(found.json()["data"]["id"], "a b/ü%", "{}: {}", s.name, found.body);
        failure(&get(e, "/api/v1/shelves/%ff").await, 404, "shelf.not_found");
        failure(&get(e, "/api/v1/shelves/%zz").await, 404, "shelf.not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_is_all_or_nothing() {
    for s in app::each().await {
        let e = s.running.edge();
        let id = author(e, "Ada").await;
        let first = article(e, json!({"title": "first", "author_id": id})).await;
        let bulk = async |operations: Value| {
            with_json(e, "POST", "/api/v1/articles/bulk", &json!({"operations": operations}).to_string())
                .await
        };
        let total = async || {
            get(e, "/api/v1/articles?count=exact").await.json()["meta"]["page"]["total"].as_u64().unwrap()
        };
        let done = bulk(json!([
            {"op": "create", "data": {"title": "second", "author_id": id}},
            {"op": "update", "id": first["id"], "version": 1, "data": {"title": "first again"}},
        ]))
        .await;
        assert_eq!(done.status, 200, "{}: {}", s.name, done.body);
        let data = done.json()["data"].clone();
        assert_eq!(
            (data[0]["record"]["title"].as_str(), data[1]["record"]["version"].as_i64()),
            (Some("second"), Some(2))
        );
        assert_eq!(data[0]["id"], data[0]["record"]["id"]);
        let refused = bulk(json!([
            {"op": "delete", "id": data[0]["id"], "version": 1},
            {"op": "update", "id": first["id"], "version": 1, "data": {"title": "stale"}},
        ]))
        .await;
        failure(&refused, 412, "conflict.version");
        assert_eq!(total().await, 2);
        let wrong = bulk(json!([{"op": "create", "data": {"title": 1}}, {"op": "nothing"}])).await;
        failure(&wrong, 422, "validation");
        let fields = wrong.json()["error"]["meta"]["fields"].clone();
        assert!(
            fields["operations[0].data.title"].is_array() && fields["operations[1].op"].is_array(),
            "{fields}"
        );
        let gone = bulk(json!([{"op": "delete", "id": first["id"], "version": 2}])).await;
        assert_eq!(
            (gone.status.as_u16(), gone.json()["data"][0]["record"].clone()),
            (200, Value::Null),
            "{}",
            gone.body
        );
        assert_eq!(total().await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_writers_one_wins() {
    for s in app::each().await {
        let e = s.running.edge();
        let id = author(e, "Ada").await;
        let record = article(e, json!({"title": "abc", "author_id": id})).await;
        let uri = format!("/api/v1/articles/{}", record["id"].as_str().unwrap());
        let writers: Vec<_> = (0..16)
            .map(|n| {
                let (e, uri) = (e.clone(), uri.clone());
                tokio::spawn(async move {
                    with_header(
                        &e,
                        "PATCH",
                        &uri,
                        "if-match",
                        "\"1\"",
                        &json!({"title": format!("by {n}")}).to_string(),
                    )
                    .await
                    .status
                    .as_u16()
                })
            })
            .collect();
        let mut statuses = Vec::new();
        for w in writers {
            statuses.push(w.await.unwrap());
        }
        assert_eq!(
            (statuses.iter().filter(|s| **s == 200).count(), statuses.iter().filter(|s| **s == 412).count()),
            (1, 15),
            "{}: {statuses:?}",
            s.name
        );
        assert_eq!(get(e, &uri).await.json()["data"]["version"], 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relation_shows_no_more_than_its_resource_does() {
    for s in app::each().await {
        let e = s.running.edge();
        let id = author(e, "Ada").await;
        let body = json!({"text": "between us", "author_id": id});
        let made = with_json(e, "POST", "/api/v1/messages", &body.to_string()).await;
        assert_eq!(made.status, 201, "{}: {}", s.name, made.body);
        for uri in [
            "/api/v1/authors?include=messages".to_owned(),
            format!("/api/v1/authors/{id}?include=messages"),
            "/api/v1/articles?include=author.messages".to_owned(),
            "/api/v1/authors?filter[messages.text][starts_with]=b".to_owned(),
            "/api/v1/authors?filter[messages.answers.text][starts_with]=b".to_owned(),
        ] {
            let a = get(e, &uri).await;
            failure(&a, 422, "query.unknown_relation");
            assert!(!a.body.contains("between us"), "{}: {}", s.name, a.body);
        }
        let tree =
            json!({"filter": {"related": "messages", "where": {"field": "text", "value": "between us"}}});
        let a = with_json(e, "POST", "/api/v1/authors/query", &tree.to_string()).await;
        failure(&a, 422, "query.unknown_relation");
        // What has a list is shown.
        assert_eq!(get(e, "/api/v1/authors?include=articles").await.status, 200);
        let document = get(e, "/openapi.json").await.json();
        assert!(document["components"]["schemas"]["Author"]["properties"].get("messages").is_none());
        assert!(document["components"]["schemas"]["Author"]["properties"].get("articles").is_some());
        let list = document["paths"]["/api/v1/authors"]["get"]["parameters"].to_string();
        assert!(list.contains("articles") && !list.contains("messages"), "{list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_an_address_already_is_refused() {
    let s = app::sqlite().await;
    let e = s.running.edge();
    for key in ["", ".", "..", "query", "bulk"] {
        let a = with_json(e, "POST", "/api/v1/shelves", &json!({"id": key, "label": "x"}).to_string()).await;
        failure(&a, 422, "validation");
        let said = &a.json()["error"]["meta"]["fields"]["id"][0];
        assert_eq!(said, "must not be empty, `.`, `..`, `query` or `bulk`", "{key}: {}", a.body);
    }
    for key in ["queries", "restore", "..."] {
        let a = with_json(e, "POST", "/api/v1/shelves", &json!({"id": key, "label": "x"}).to_string()).await;
        assert_eq!(a.status, 201, "{}", a.body);
        assert_eq!(get(e, a.header("location")).await.status, 200, "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_no_answer_has_carried_matches_nothing() {
    let s = app::sqlite().await;
    let e = s.running.edge();
    let id = author(e, "Ada").await;
    let uri = format!("/api/v1/authors/{id}");
    let change = r#"{"name":"Grace"}"#;
    failure(&with_header(e, "PATCH", &uri, "if-match", "\"1\"", change).await, 412, "conflict.version");
    failure(&with_header(e, "DELETE", &uri, "if-match", "\"1\"", "").await, 412, "conflict.version");
    assert_eq!(with_header(e, "PATCH", &uri, "if-match", "*", change).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relation_that_was_cut_is_named() {
    for s in app::each().await {
        let e = s.running.edge();
        let (id, few) = (author(e, "Ada").await, author(e, "Bo").await);
        let new = |n: usize, id: &str| json!({"op": "create", "data": {"title": format!("Number {n}"), "author_id": id}});
        let all: Vec<Value> = (0..100).map(|n| new(n, &id)).chain([new(0, &few)]).collect();
        let bulk = async |all: Vec<Value>| {
            let a =
                with_json(e, "POST", "/api/v1/articles/bulk", &json!({"operations": all}).to_string()).await;
            assert_eq!(a.status, 200, "{}", a.body);
        };
        bulk(all).await;
        let list = "/api/v1/authors?include=articles&sort=name";
        let one = format!("/api/v1/authors/{id}?include=articles");
        for uri in [list, &one] {
            let a = get(e, uri).await.json();
            assert!(a.pointer("/meta/truncated").is_none(), "{}: a hundred fit: {uri}", s.name);
        }
        bulk(vec![new(100, &id)]).await;
        let a = get(e, list).await.json();
        assert_eq!(a["meta"]["truncated"], json!(["articles"]), "{}", s.name);
        let carried: Vec<usize> =
            a["data"].as_array().unwrap().iter().map(|r| r["articles"].as_array().unwrap().len()).collect();
        assert_eq!(carried, [100, 1], "{}", s.name);
        let a = get(e, &one).await.json();
        assert_eq!(a["meta"], json!({"truncated": ["articles"]}), "{}", s.name);
        assert_eq!(a["data"]["articles"].as_array().unwrap().len(), 100);
        let inner = get(e, "/api/v1/articles?include=author.articles&page[size]=1&sort=title").await.json();
        assert_eq!(inner["meta"]["truncated"], json!(["author.articles"]), "{}", s.name);
    }
}

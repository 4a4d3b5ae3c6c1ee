//! Whatever comes in as path, query, header or body: an answer of the contract, no panic, no 5xx.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/app.rs"]
mod app;
mod support;

use axum::body::Body;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::{Answer, request, send};

/// Pieces that mean something, among noise.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "filter",
            "[",
            "]",
            "title",
            "rank",
            "author.name",
            "author_id",
            "price",
            "state",
            "draft",
            "eq",
            "in",
            "nin",
            "between",
            "null",
            "contains",
            "sort",
            "-",
            "page[size]",
            "page[number]",
            "page[after]",
            "=",
            "&",
            ",",
            "\\",
            "%",
            "%00",
            "%ff",
            "%5B",
            "fields",
            "include",
            "author",
            "articles",
            "count=exact",
            "with_trashed=only",
            "1",
            "0",
            "-1",
            "99999999999999999999999999",
            "1e400",
            "2026-11-20",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,8}",
        "\\PC{0,4}",
    ]
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "null",
            "true",
            "0",
            "-0",
            "1.0",
            "1e400",
            "99999999999999999999",
            "\"\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"abc\"",
            "{",
            "[",
            "}",
            "x"
        ])
        .prop_map(str::to_owned),
        "\"[a-z]{0,6}\"",
    ];
    let key = prop::sample::select(vec![
        "title",
        "author_id",
        "rank",
        "price",
        "extra",
        "version",
        "operations",
        "op",
        "id",
        "data",
        "filter",
        "and",
        "or",
        "not",
        "field",
        "value",
        "related",
        "where",
        "sort",
        "page",
        "size",
        "after",
        "unknown",
        "title",
    ]);
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|all| format!("[{}]", all.join(","))),
            prop::collection::vec((key.clone(), inner), 0..5).prop_map(|all| format!(
                "{{{}}}",
                all.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect::<Vec<_>>().join(",")
            )),
        ]
    })
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_graphic() && !b"\"<>`{}|^#".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

fn held(a: &Answer, what: &str) {
    assert!(a.status.as_u16() < 500, "{what} -> {} {}", a.status, a.body);
    if a.status.is_client_error() {
        let json = a.json();
        assert!(
            json["error"]["code"].is_string() && json["request_id"] == a.header("x-request-id"),
            "{what} -> {}",
            a.body
        );
        let shown = a.body.to_lowercase();
        assert!(
            !["select ", "sqlite", "panicked", "framewright", ".rs:"].iter().any(|w| shown.contains(w)),
            "{what} -> {}",
            a.body
        );
    }
}

fn run(cases: u32, test: impl Fn(&tokio::runtime::Runtime, &framewright_http::Edge, &mut TestRunner, u32)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for served in runtime.block_on(app::each()) {
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        test(&runtime, served.running.edge(), &mut runner, cases);
    }
}

/// Cases per test; `FUZZ_CASES` for a longer run.
fn cases() -> u32 {
    std::env::var("FUZZ_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(400)
}

#[test]
fn no_path_and_no_query_breaks_anything() {
    run(cases(), |runtime, edge, runner, _| {
        let target = (
            prop::collection::vec(piece(), 0..12),
            prop::sample::select(vec![
                "/api/v1/articles?",
                "/api/v1/articles/",
                "/api/v1/authors?",
                "/api/v1/shelves/",
                "/",
            ]),
        );
        runner
            .run(&target, |(pieces, prefix)| {
                let uri = format!("{prefix}{}", escaped(&pieces.concat()));
                let Ok(sent) = request("GET", &uri).body(Body::empty()) else { return Ok(()) };
                held(&runtime.block_on(send(edge, sent)), &uri);
                Ok(())
            })
            .unwrap();
    });
}

#[test]
fn no_body_breaks_anything() {
    run(cases(), |runtime, edge, runner, _| {
        let routes = prop::sample::select(vec![
            ("POST", "/api/v1/articles"),
            ("POST", "/api/v1/articles/query"),
            ("POST", "/api/v1/articles/bulk"),
            ("POST", "/api/v1/shelves"),
            ("PATCH", "/api/v1/shelves/x"),
        ]);
        runner
            .run(&(json(), routes), |(body, (method, uri))| {
                let sent = request(method, uri)
                    .header("content-type", "application/json")
                    .body(Body::from(body.clone()))
                    .unwrap();
                held(&runtime.block_on(send(edge, sent)), &format!("{method} {uri} {body}"));
                Ok(())
            })
            .unwrap();
    });
}

#[test]
fn no_header_breaks_anything() {
    run(cases(), |runtime, edge, runner, _| {
        let names = prop::sample::select(vec![
            "if-match",
            "if-none-match",
            "accept",
            "content-type",
            "x-request-id",
            "host",
            "content-encoding",
            "content-length",
        ]);
        runner
            .run(&(names, "[ -~]{0,40}"), |(name, value)| {
                let uri = "/api/v1/articles/019a9f7e-7a2b-7c3d-8e4f-5a6b7c8d9e0f";
                let Ok(sent) = request("PATCH", uri).header(name, &value).body(Body::from("{}")) else {
                    return Ok(());
                };
                held(&runtime.block_on(send(edge, sent)), &format!("{name}: {value}"));
                Ok(())
            })
            .unwrap();
    });
}

//! The blog over HTTP, on every database that is there.

use blog::editor::WordCount;
use blog::resources::{Comment, Membership, Post, Tag, User};
use framewright::prelude::*;
use framewright::testing::{Factory, TestApp, for_each_database};
use serde_json::{Value, json};
use std::sync::Arc;

// ANCHOR: first
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_is_written_and_read() {
    for_each_database(blog::app, async |app| {
        let ann = User::factory().create_one(&app.cx()).await.expect("a user");
        let body = json!({"title": "Hello, world", "slug": "hello-world", "body": "…", "author_id": ann.id});

        let id = app.post("/api/v1/posts").json(body).await.assert_created().id();

        app.get(&format!("/api/v1/posts/{id}?include=author")).await.assert_ok().assert_data(
            json!({"title": "Hello, world", "status": "draft", "views": 0, "author": {"name": ann.name}}),
        );
    })
    .await;
}
// ANCHOR_END: first

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mistake_of_a_body_is_reported_at_once() {
    for_each_database(blog::app, async |app| {
        let body =
            json!({"title": "Hi", "slug": "Not A Slug", "author_id": "x", "status": "lost", "colour": "red"});
        let answer = app.post("/api/v1/posts").json(body).await;
        answer.assert_invalid(&["author_id", "body", "colour", "slug", "status", "title"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_of_our_own_answer_in_their_own_words() {
    for_each_database(blog::app, async |app| {
        let comment = Comment::factory().create_one(&app.cx()).await.expect("a comment");
        let path = format!("/api/v1/comments/{}", comment.id);
        app.patch(&path)
            .json(json!({"body": "WHY IS NOBODY LISTENING"}))
            .await
            .assert_invalid(&["body"])
            .assert_see("please do not shout");

        let user = User::factory().create_one(&app.cx()).await.expect("a user");
        let free = json!({"user_id": user.id, "level": "patron", "fee": 0, "since": "2030-01-31"});
        app.post("/api/v1/memberships")
            .json(free)
            .await
            .assert_invalid(&["fee"])
            .assert_see("a patron pays something");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unique_keys_answer_with_their_code() {
    for_each_database(blog::app, async |app| {
        let ann = User::factory().create_one(&app.cx()).await.expect("a user");
        let twin = json!({"email": ann.email, "name": "Twin"});
        app.post("/api/v1/users").json(twin).await.assert_status(409).assert_code("user.email_taken");

        let membership = Membership::factory().create_one(&app.cx()).await.expect("a membership");
        let second =
            json!({"user_id": membership.user_id, "level": "reader", "fee": 100, "since": "2030-01-31"});
        app.post("/api/v1/memberships")
            .json(second)
            .await
            .assert_status(409)
            .assert_code("membership.exists");

        let post = Post::factory().create_one(&app.cx()).await.expect("a post");
        let same = json!({"title": "Another", "slug": post.slug, "body": "…", "author_id": post.author_id});
        app.post("/api/v1/posts").json(same.clone()).await.assert_status(409);
        let elsewhere = json!({"title": "Another", "slug": post.slug, "body": "…", "author_id": ann.id});
        app.post("/api/v1/posts").json(elsewhere).await.assert_created();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_comes_back_as_it_went() {
    for_each_database(blog::app, async |app| {
        let settings = json!({"theme": "dark", "per_page": 50});
        let user = json!({
            "email": "zoe@example.org", "name": "Zoë \u{1f980}", "bio": "a\nb", "homepage": "https://example.org/zoe",
            "avatar": "AAECAwQ=", "settings": settings, "active": false
        });
        let id = app.post("/api/v1/users").json(user.clone()).await.assert_created().id();
        app.get(&format!("/api/v1/users/{id}")).await.assert_ok().assert_data(user);

        let membership = json!({
            "user_id": id, "level": "patron", "fee": 1250, "discount": "12.50", "months": 6,
            "since": "2024-02-29", "reminder_at": "09:30:00"
        });
        let id = app.post("/api/v1/memberships").json(membership.clone()).await.assert_created().id();
        app.get(&format!("/api/v1/memberships/{id}")).await.assert_ok().assert_data(membership);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_filter_sort_and_include() {
    for_each_database(blog::app, async |app| {
        let cx = app.cx();
        let ann = User::factory().create_one(&cx).await.expect("a user");
        Post::factory().count(3).for_parent(&ann).state(Post::public).create(&cx).await.expect("posts");
        Post::factory().count(2).for_parent(&ann).create(&cx).await.expect("posts");
        let path = format!(
            "/api/v1/posts?filter[status]=published&filter[author_id]={}&sort=-title&include=author,comments&count=exact",
            ann.id
        );
        let answer = app.get(&path).await.assert_ok().assert_count(3);
        let titles: Vec<Value> = answer.data().as_array().expect("a list").iter().map(|p| p["title"].clone()).collect();
        let mut sorted: Vec<&str> = titles.iter().filter_map(Value::as_str).collect();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(titles, sorted, "sorted descending");
        app.get("/api/v1/posts?filter[body]=x").await.assert_status(422).assert_code("query.unknown_field");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_comment_can_be_restored() {
    for_each_database(blog::app, async |app| {
        let comment = Comment::factory().create_one(&app.cx()).await.expect("a comment");
        let path = format!("/api/v1/comments/{}", comment.id);
        app.delete(&path).await;
        app.get(&path).await.assert_not_found();
        app.post(&format!("{path}/restore")).await.assert_ok();
        app.get(&path).await.assert_ok();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_version_is_refused() {
    for_each_database(blog::app, async |app| {
        let post = Post::factory().create_one(&app.cx()).await.expect("a post");
        let path = format!("/api/v1/posts/{}", post.id);
        let etag = app.get(&path).await.assert_ok().header("etag").map(str::to_owned).expect("an ETag");
        app.patch(&path).json(json!({"title": "Without a version"})).await.assert_status(428);
        app.patch(&path).header("if-match", &etag).json(json!({"title": "First"})).await.assert_ok();
        app.patch(&path)
            .header("if-match", &etag)
            .json(json!({"title": "Second"}))
            .await
            .assert_status(412)
            .assert_code("conflict.version");
        app.get(&path).await.assert_ok().assert_data(json!({"title": "First"}));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_points_here_decides_what_a_delete_does() {
    for_each_database(blog::app, async |app| {
        let root = app.post("/api/v1/categories").json(json!({"name": "Root"})).await.assert_created().id();
        let leaf = app
            .post("/api/v1/categories")
            .json(json!({"name": "Leaf", "parent_id": root}))
            .await
            .assert_created()
            .id();
        app.delete(&format!("/api/v1/categories/{root}")).await.assert_status(409);
        app.get(&format!("/api/v1/categories/{root}?include=children"))
            .await
            .assert_ok()
            .assert_data(json!({"children": [{"name": "Leaf"}]}));
        app.delete(&format!("/api/v1/categories/{leaf}")).await;
        app.delete(&format!("/api/v1/categories/{root}")).await;
        app.get(&format!("/api/v1/categories/{root}")).await.assert_not_found();

        let membership = Membership::factory().create_one(&app.cx()).await.expect("a membership");
        app.delete(&format!("/api/v1/users/{}", membership.user_id)).await;
        app.get(&format!("/api/v1/memberships/{}", membership.id)).await.assert_not_found();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tags_come_along_through_the_table_between() {
    for_each_database(blog::app, async |app| {
        let cx = app.cx();
        let post = Post::factory().create_one(&cx).await.expect("a post");
        let tags = Tag::factory().count(3).create(&cx).await.expect("tags");
        post.link(blog::resources::post::tags)
            .attach(&cx, tags.iter().map(|t| t.id))
            .await
            .expect("attached");
        let answer = app.get(&format!("/api/v1/posts/{}?include=tags", post.id)).await.assert_ok();
        assert_eq!(answer.at("/data/tags").as_array().map(Vec::len), Some(3));
        // The table between has no routes of its own.
        app.get("/api/v1/post_tags").await.assert_not_found();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routes_of_our_own_stand_beside_the_derived_ones() {
    for_each_database(blog::app, async |app| {
        let post = Post::factory().create_one(&app.cx()).await.expect("a post");
        let path = format!("/api/v1/posts/{}/publish", post.id);
        app.clock().set("2030-01-31T12:00:00Z");
        app.post(&path).await.assert_ok().assert_see("2030-01-31T12:00:00Z");
        app.post(&path).await.assert_status(409).assert_code("post.published");
        app.get("/api/v1/statistics").await.assert_ok().assert_see("published");
        app.post(&format!("/api/v1/posts/{}/publish", Id::<Post>::new()))
            .await
            .assert_not_found()
            .assert_code("post.not_found");
    })
    .await;
}

/// Counts every text as four hundred words.
struct FourHundred;
impl WordCount for FourHundred {
    fn words(&self, _: &str) -> usize {
        400
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_puts_another_service_in_its_place() {
    let app = TestApp::of(blog::app().replace::<dyn WordCount>(Arc::new(FourHundred))).await;
    let post = Post::factory().create_one(&app.cx()).await.expect("a post");
    let answer = app.get(&format!("/api/v1/posts/{}/reading-time", post.id)).await.assert_ok();
    answer.assert_data(json!({"minutes": 2}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_describes_what_is_served() {
    let app = TestApp::of(blog::app()).await;
    let document = app.get("/openapi.json").await.assert_ok().json();
    for path in ["/api/v1/posts", "/api/v1/posts/{id}", "/api/v1/categories", "/api/v1/memberships"] {
        assert!(document["paths"][path].is_object(), "{path} is described");
    }
    assert!(document["paths"]["/api/v1/post_tags"].is_null(), "what is not served is not described");
    let publish = &document["paths"]["/api/v1/posts/{id}/publish"]["post"];
    assert_eq!(publish["summary"], "Publishes a post, once.");
    assert_eq!(publish["tags"], json!(["posts"]));
    assert_eq!(publish["parameters"][0]["schema"]["format"], "uuid");
    let statistics = &document["paths"]["/api/v1/statistics"]["get"];
    assert!(
        statistics["responses"]["default"].is_object(),
        "what was not described may fail as anything may"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_is_the_one_that_was_reviewed() {
    let app = TestApp::of(blog::app()).await;
    let mut document = app.get("/openapi.json").await.assert_ok().json();
    document["info"].take(); // named after the program, which is the test here
    let mut lines = Vec::new();
    flatten("", &document, 3, &mut lines);
    let text = lines.join("\n") + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/document.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &text).expect("the file is written");
    }
    let reviewed = std::fs::read_to_string(path).unwrap_or_default();
    let changed = text.lines().find(|line| !reviewed.lines().any(|known| known == *line));
    assert!(reviewed == text, "{path}: the document has changed; look at how, then BLESS=1\n{changed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_relation_that_the_document_names_can_be_included() {
    let app = TestApp::of(blog::app()).await;
    let document = app.get("/openapi.json").await.assert_ok().json();
    let mut tried = 0;
    for (path, operations) in document["paths"].as_object().expect("paths") {
        let parameters = operations["get"]["parameters"].as_array().into_iter().flatten();
        // Only lists: a record has to be there to be read.
        for parameter in parameters.filter(|p| p["name"] == "include" && !path.contains('{')) {
            for include in parameter["schema"]["items"]["enum"].as_array().expect("the relations by name") {
                let include = include.as_str().expect("a name");
                app.get(&format!("{path}?include={include}")).await.assert_ok();
                tried += 1;
            }
        }
    }
    assert!(tried > 20, "{tried}");
}

/// A line for each operation and each schema, so that a difference can be read.
fn flatten(at: &str, value: &Value, depth: usize, lines: &mut Vec<String>) {
    match value.as_object().filter(|_| depth > 0) {
        Some(map) => map.iter().for_each(|(name, v)| flatten(&format!("{at}.{name}"), v, depth - 1, lines)),
        None => lines.push(format!("{at} {value}")),
    }
}

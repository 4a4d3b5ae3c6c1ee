//! Several writes in one transaction.

use super::model::*;
use super::support::each;
use framewright::data::write::{self, Action};
use framewright::json::{self, Purpose};
use framewright::prelude::*;
use serde_json::{Value as J, json as j};

fn read(body: &J) -> Result<Vec<write::Operation>> {
    write::read_bulk(Post::DESCRIPTOR, body.to_string().as_bytes())
}
fn all(e: &Error) -> Vec<String> {
    e.fields().iter().map(|f| format!("{}: {}", f.field, f.messages.join("|"))).collect()
}

#[test]
fn every_mistake_of_the_body_has_its_path() {
    let e = read(&j!({"operations": [
        {"op": "create", "data": {"title": "x", "author_id": Id::<User>::new()}},
        {"op": "create", "data": {"title": 1}, "id": Id::<Post>::new()},
        {"op": "update", "data": {"id": 1, "titel": "x"}},
        {"op": "erase", "id": "x"},
        {"op": "delete", "id": Id::<Post>::new(), "version": "1", "data": {}},
        {"op": "restore", "id": "no", "extra": 1},
        {"op": "update", "id": Id::<Post>::new()},
        {"op": "create", "data": []},
        7,
    ], "more": 1}))
    .err()
    .unwrap();
    assert_eq!((e.status(), e.code()), (422, "validation"));
    // The first operation is readable; that its title is too short is found when it is written.
    assert_eq!(
        all(&e),
        [
            "more: is not a field; the only one is `operations`",
            "operations[1].id: can't be set",
            "operations[1].data.title: must be text",
            "operations[1].data.author_id: is required",
            "operations[2].id: is required",
            "operations[2].data.id: can't be set",
            "operations[2].data.titel: is not a field; did you mean `title`?",
            "operations[3].id: is not a key of this resource",
            "operations[3].op: must be one of: create, update, replace, delete, restore",
            "operations[4].version: must be an integer",
            "operations[4].data: can't be set",
            "operations[5].extra: is not a field; there are `op`, `id`, `version` and `data`",
            "operations[5].id: is not a key of this resource",
            "operations[6].data: is required",
            "operations[7].data: must be a JSON object",
            "operations[8]: must be an object",
        ]
    );
    for (body, status) in [
        ("{}", 422),
        ("[]", 422),
        ("{\"operations\":1}", 422),
        ("{\"operations\":[}", 400),
        ("", 400),
        ("{\"operations\":[]} x", 400),
    ] {
        assert_eq!(
            write::read_bulk(Post::DESCRIPTOR, body.as_bytes()).err().unwrap().status(),
            status,
            "{body}"
        );
    }
    let one = j!({"op": "delete", "id": Id::<Post>::new(), "version": 1});
    let many = vec![one; write::BULK_LIMIT + 1];
    assert_eq!(all(&read(&j!({"operations": many})).err().unwrap()), ["operations: may be at most 1000"]);
    assert_eq!(read(&j!({"operations": many[1..]})).unwrap().len(), write::BULK_LIMIT);
}

#[tokio::test]
async fn all_of_it_or_nothing() {
    for f in each().await {
        let (d, ann) = (Post::DESCRIPTOR, a_user(&f.cx, "ann").await);
        let create = |title: &str| CreatePost::new(title, ann.id);
        let one = create("One").save(&f.cx).await.unwrap();
        let two = create("Two").save(&f.cx).await.unwrap();
        let three = create("Three").save(&f.cx).await.unwrap();
        let id = three.id;
        three.delete(&f.cx).await.unwrap();
        let body = j!({"operations": [
            {"data": {"title": "Four", "author_id": ann.id}, "op": "create"},
            {"op": "update", "id": one.id, "version": 1, "data": {"views": 4}},
            {"op": "delete", "id": two.id, "version": 1},
            {"op": "restore", "id": id, "version": 2},
        ]});
        let written = write::bulk_json(&f.cx, d, read(&body).unwrap()).await.unwrap();
        let titles: Vec<String> = written
            .iter()
            .map(|w| {
                serde_json::from_slice::<J>(&w.body)
                    .map_or("-".into(), |v| v["title"].as_str().unwrap().to_owned())
            })
            .collect();
        assert_eq!(titles, ["Four", "One", "-", "Three"], "{}", f.name());
        assert_eq!(
            written.iter().map(|w| w.version).collect::<Vec<_>>(),
            [Some(1), Some(2), None, Some(3)],
            "{}",
            f.name()
        );
        assert_eq!(written[2].key, two.id.value());

        // Three of five are refused, each for its own reason; the two others are undone.
        let body = j!({"operations": [
            {"op": "create", "data": {"title": "Five", "author_id": ann.id}},
            {"op": "create", "data": {"title": "Four", "author_id": ann.id}},
            {"op": "update", "id": one.id, "version": 1, "data": {"views": 5}},
            {"op": "update", "id": one.id, "version": 2, "data": {"views": 6}},
            {"op": "create", "data": {"title": "x", "author_id": ann.id}},
            {"op": "delete", "id": Id::<Post>::new(), "version": 1},
        ]});
        let e = write::bulk_json(&f.cx, d, read(&body).unwrap()).await.unwrap_err();
        assert_eq!((e.status(), e.code()), (409, "conflict.unique"), "{}: {e:?}", f.name());
        assert_eq!(
            all(&e),
            [
                "operations[1].data.author_id: is already taken",
                "operations[1].data.title: is already taken",
                "operations[2]: the post has been changed since you read it",
                "operations[4].data.title: must be 3 to 40 characters long",
                "operations[5]: there is no such post",
            ],
            "{}",
            f.name()
        );
        assert_eq!(Post::query().count(&f.cx).await.unwrap(), 3, "{}", f.name());
        assert_eq!(Post::find(&f.cx, one.id).await.unwrap().views, 4);
        let unsaid = j!({"operations": [{"op": "delete", "id": one.id}]});
        assert_eq!(write::bulk_json(&f.cx, d, read(&unsaid).unwrap()).await.unwrap_err().status(), 428);
    }
}

#[tokio::test]
async fn a_good_bulk_is_one_unit() {
    for f in each().await {
        let d = Tag::DESCRIPTOR;
        let operations: Vec<write::Operation> = (0..50)
            .map(|n| write::Operation {
                action: Action::Create,
                key: framewright::Value::Null,
                values: json::read(d, format!(r#"{{"name":"tag {n}"}}"#).as_bytes(), Purpose::Create)
                    .unwrap(),
                expected: write::Expected::Unsaid,
            })
            .collect();
        let statements =
            f.statements(async || drop(write::bulk_json(&f.cx, d, operations).await.unwrap())).await;
        assert_eq!(statements, 50, "{}", f.name());
        assert_eq!(Tag::query().count(&f.cx).await.unwrap(), 50);
    }
}

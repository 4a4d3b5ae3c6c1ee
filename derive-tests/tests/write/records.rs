//! One record: created, changed, replaced, deleted, restored.

use super::model::*;
use super::support::each;
use framewright::data::list::get_json;
use framewright::data::write::{self, Expected};
use framewright::json::{self, Purpose};
use framewright::prelude::*;
use framewright::{Value, Values};
use serde_json::{Value as J, json as j};

fn body(purpose: Purpose, text: &J) -> Result<Values> {
    json::read(Post::DESCRIPTOR, text.to_string().as_bytes(), purpose)
}
fn parsed(bytes: &[u8]) -> J {
    serde_json::from_slice(bytes).unwrap()
}
fn fields(e: &Error) -> Vec<(&str, &str)> {
    e.fields().iter().map(|f| (f.field.as_str(), f.messages[0].as_str())).collect()
}

#[tokio::test]
async fn what_is_created_is_what_is_read() {
    for f in each().await {
        let ann = a_user(&f.cx, "ann").await;
        let text = j!({"title": "Hello \"w\u{f6}rld\"\n", "body": "x".repeat(5000), "author_id": ann.id, "price": "12.5", "ratio": 0.1, "extra": [1, 2], "rank": -32768});
        let values = body(Purpose::Create, &text).unwrap();
        let cx = f.cx.as_actor(Actor::User { id: "u7".into(), roles: vec![] });
        let written = write::create_json(&cx, Post::DESCRIPTOR, values).await.unwrap();
        let got = parsed(&written.body);
        for (name, value) in text.as_object().unwrap() {
            let expected = if name == "price" { &j!("12.50") } else { value };
            assert_eq!(&got[name], expected, "{} {name}", f.name());
        }
        assert_eq!((&got["status"], &got["views"], &got["version"]), (&j!("draft"), &j!(0), &j!(1)));
        assert_eq!(
            (written.version, &got["published_at"], &got["deleted_at"]),
            (Some(1), &J::Null, &J::Null)
        );
        assert_eq!((&got["created_by"], &got["updated_by"]), (&j!("u7"), &j!("u7")));
        let Value::Uuid(id) = written.key else { panic!() };
        let found = Post::query().first(&f.cx).await.unwrap();
        assert_eq!(found.id.uuid().as_bytes(), &id);
        assert_eq!(parsed(&found.view().to_json().unwrap()), got, "{}", f.name());
        assert_eq!(parsed(&serde_json::to_vec(&found.view()).unwrap()), got, "{}", f.name());
        // What the write answers is what a read answers, byte by byte (PostgreSQL writes JSON columns in its own way).
        let query = framewright::query::RecordQuery::default();
        let read =
            get_json(&f.cx, Post::DESCRIPTOR, found.id.value(), &query, Vec::new()).await.unwrap().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&read.body),
            String::from_utf8_lossy(&written.body),
            "{}",
            f.name()
        );
    }
}

#[tokio::test]
async fn all_failing_fields_are_named_at_once_by_every_channel() {
    for f in each().await {
        let e = CreateUser::new("no address", "x").save(&f.cx).await.unwrap_err();
        assert_eq!((e.status(), e.code()), (422, "validation"));
        let all = fields(&e);
        assert_eq!(all, [("email", "must be an email address"), ("name", "must be 2 to 20 characters long")]);
        let e =
            User::create_many(&f.cx, [CreateUser::new("a@example.org", "ann"), CreateUser::new("b", "x")])
                .await;
        assert_eq!(
            e.unwrap_err().fields().iter().map(|f| f.field.as_str()).collect::<Vec<_>>(),
            ["[1].email", "[1].name"]
        );
        assert_eq!(User::query().count(&f.cx).await.unwrap(), 0);
        let ann = a_user(&f.cx, "ann").await;
        let e = ann.patch().name("y").save(&f.cx).await.unwrap_err();
        assert_eq!(fields(&e), [("name", "must be 2 to 20 characters long")]);
        let e = User::query().update_where(&f.cx, UpdateUser::default().name("z")).await.unwrap_err();
        assert_eq!(e.status(), 422);
    }
}

#[test]
fn bodies_nest_in_types_of_the_application() {
    use framewright::json::said;
    let refused = |text: &str| serde_json::from_str::<CreatePost>(text).unwrap_err().to_string();
    let text = refused(r#"{"titel":"x","views":"many","id":"1","rank":null,"status":"lost","price":1.5}"#);
    let all: Vec<String> = said(&text, "posts[1]")
        .unwrap()
        .iter()
        .map(|f| format!("{} {}", f.field, f.messages.join("|")))
        .collect();
    assert_eq!(
        all,
        [
            "posts[1].titel is not a field; did you mean `title`?",
            "posts[1].views must be an integer",
            "posts[1].id can't be set",
            "posts[1].status must be one of: draft, published",
            "posts[1].price must be a decimal number, in JSON as a string: \"12.50\"",
            "posts[1].title is required",
            "posts[1].author_id is required",
        ]
    );
    assert!(said("invalid type: map, expected a string at line 1 column 2", ".").is_none());
    let one: CreatePost =
        serde_json::from_str(&format!(r#"{{"title":"x","author_id":"{}"}}"#, Id::<User>::new())).unwrap();
    let report = garde::Validate::validate(&one).unwrap_err();
    assert_eq!(report.to_string(), "title: must be 3 to 40 characters long\n");
    // What a client sends is what the server reads.
    let sent =
        serde_json::to_string(&CreatePost::new("Title", Id::new()).price("1.5".parse::<Decimal>().unwrap()))
            .unwrap();
    let read = json::read(Post::DESCRIPTOR, sent.as_bytes(), Purpose::Create).unwrap();
    assert_eq!(read.get(post::price.index()), Some(&Value::Decimal("1.5".parse().unwrap())));
    let none = serde_json::to_value(UpdatePost::default().rank(None::<i16>)).unwrap();
    assert_eq!(none, j!({"rank": null}));
}

#[tokio::test]
async fn constraints_answer_with_their_field() {
    for f in each().await {
        let ann = a_user(&f.cx, "ann").await;
        let e = CreateUser::new("ann@example.org", "other").save(&f.cx).await.unwrap_err();
        assert_eq!(
            (e.status(), e.code(), fields(&e)),
            (409, "user.email_taken", vec![("email", "is already taken")]),
            "{}",
            f.name()
        );
        let e = CreatePost::new("Title", Id::new()).save(&f.cx).await.unwrap_err();
        assert_eq!(
            (e.status(), e.code(), fields(&e)[0].0),
            (422, "reference.not_found", "author_id"),
            "{}: {e:?}",
            f.name()
        );
        CreatePost::new("Title", ann.id).save(&f.cx).await.unwrap();
        let e = CreatePost::new("Title", ann.id).save(&f.cx).await.unwrap_err();
        let names: Vec<&str> = fields(&e).iter().map(|f| f.0).collect();
        assert_eq!((e.code(), names), ("conflict.unique", vec!["author_id", "title"]), "{}", f.name());
        let e = ann.delete(&f.cx).await.unwrap_err();
        assert_eq!((e.status(), e.code()), (409, "conflict.reference"), "{}: {e:?}", f.name());
    }
}

#[tokio::test]
async fn a_patch_writes_what_differs_and_nothing_else() {
    for f in each().await {
        let ann = a_user(&f.cx, "ann").await;
        let post = CreatePost::new("Title", ann.id).views(5).save(&f.cx).await.unwrap();
        let updated = post.updated_at;
        let mut patch = post.patch().title("Title").views(5).body(None::<String>);
        assert!(!patch.is_dirty() && patch.changes().is_empty());
        let mut same = None;
        assert_eq!(
            f.statements(async || same = Some(patch.save(&f.cx).await.unwrap())).await,
            0,
            "{}",
            f.name()
        );
        let post = same.unwrap();
        assert_eq!((post.version, post.updated_at), (1, updated));
        let mut patch =
            post.patch().title("Other").views(5).status(Status::Published).published_at(Some(f.cx.now()));
        let names: Vec<&str> = patch.changes().iter().map(|c| c.field).collect();
        assert_eq!(names, ["title", "status", "published_at"]);
        assert!(patch.has_changed("title") && !patch.has_changed("views"));
        let post = patch.save(&f.cx).await.unwrap();
        assert_eq!(
            (post.title.as_str(), post.version, post.views, post.status),
            ("Other", 2, 5, Status::Published)
        );
        assert!(post.updated_at >= updated);
        let post = post.patch().price("1.10".parse::<Decimal>().unwrap()).save(&f.cx).await.unwrap();
        let post = post.patch().price(None::<Decimal>).save(&f.cx).await.unwrap();
        assert_eq!((post.price, post.version), (None, 4));
        let e = UpdatePost::default().title("Nobody").save(&f.cx).await.unwrap_err();
        assert_eq!(e.status(), 500);
        // Somebody else changes another column in between: what is not written is not overwritten.
        let mine = Tag::find(&f.cx, CreateTag::new("t").save(&f.cx).await.unwrap().id).await.unwrap();
        let theirs = Tag::find(&f.cx, mine.id).await.unwrap();
        theirs.patch().uses(7).save(&f.cx).await.unwrap();
        let after = mine.patch().color("red").save(&f.cx).await.unwrap();
        assert_eq!((after.uses, after.color.as_deref()), (7, Some("red")), "{}", f.name());
        // A version that no answer has carried is none.
        let values = json::read(Tag::DESCRIPTOR, br#"{"uses":1}"#, Purpose::Update).unwrap();
        let e =
            write::update_json(&f.cx, Tag::DESCRIPTOR, after.id.value(), values, Expected::Version(1)).await;
        assert_eq!(e.unwrap_err().status(), 412, "{}", f.name());
    }
}

#[tokio::test]
async fn a_stale_version_is_412_and_an_absent_record_404() {
    for f in each().await {
        let d = Post::DESCRIPTOR;
        let ann = a_user(&f.cx, "ann").await;
        let post = CreatePost::new("Title", ann.id).save(&f.cx).await.unwrap();
        let key = post.id.value();
        let change = |v: J| body(Purpose::Update, &v).unwrap();
        let code = |e: Error| (e.status(), e.code().to_owned());
        let update =
            async |v: J, expected| write::update_json(&f.cx, d, key.clone(), change(v), expected).await;
        let unsaid = update(j!({"title": "Newer"}), Expected::Unsaid).await.unwrap_err();
        assert_eq!(code(unsaid), (428, "precondition.required".into()));
        assert_eq!(
            update(j!({"title": "Newer"}), Expected::Version(1)).await.unwrap().version,
            Some(2),
            "{}",
            f.name()
        );
        let stale = update(j!({"title": "Lost"}), Expected::Version(1)).await.unwrap_err();
        assert_eq!(code(stale), (412, "conflict.version".into()), "{}", f.name());
        // The version in the body counts as well, and has to be the same as that of the header.
        assert_eq!(
            update(j!({"title": "Three", "version": 2}), Expected::Unsaid).await.unwrap().version,
            Some(3)
        );
        assert_eq!(
            update(j!({"title": "Lost", "version": 2}), Expected::Unsaid).await.unwrap_err().status(),
            412
        );
        assert_eq!(
            update(j!({"title": "Lost", "version": 3}), Expected::Version(2)).await.unwrap_err().status(),
            412
        );
        // A change of nothing: no new version, but still the right one.
        assert_eq!(update(j!({}), Expected::Version(3)).await.unwrap().version, Some(3));
        assert_eq!(update(j!({}), Expected::Version(2)).await.unwrap_err().status(), 412);
        assert_eq!(update(j!({"title": "Four"}), Expected::Any).await.unwrap().version, Some(4));
        let absent = write::update_json(
            &f.cx,
            d,
            Id::<Post>::new().value(),
            change(j!({"title": "Lost"})),
            Expected::Version(1),
        )
        .await;
        assert_eq!(code(absent.unwrap_err()), (404, "post.not_found".into()), "{}", f.name());
        // The typed record remembers the version that it was read with.
        assert_eq!(post.patch().title("Lost").save(&f.cx).await.unwrap_err().status(), 412);
        assert_eq!(
            write::delete(&f.cx, d, key.clone(), Expected::Version(1)).await.unwrap_err().status(),
            412
        );
        assert_eq!(write::delete(&f.cx, d, key.clone(), Expected::Unsaid).await.unwrap_err().status(), 428);
        assert_eq!(Post::find(&f.cx, Column::take(key).unwrap()).await.unwrap().title, "Four");
    }
}

#[tokio::test]
async fn a_replacement_sets_every_field_that_clients_may_set() {
    for f in each().await {
        let ann = a_user(&f.cx, "ann").await;
        let post = CreatePost::new("Title", ann.id)
            .body("text")
            .views(9)
            .rank(3)
            .status(Status::Published)
            .save(&f.cx)
            .await
            .unwrap();
        let post = post.patch().published_at(Some(f.cx.now())).save(&f.cx).await.unwrap();
        let at = post.published_at;
        let values =
            body(Purpose::Replace, &j!({"title": "Anew", "author_id": ann.id, "version": 2})).unwrap();
        let written = write::replace_json(&f.cx, Post::DESCRIPTOR, post.id.value(), values, Expected::Unsaid)
            .await
            .unwrap();
        let got = parsed(&written.body);
        assert_eq!(
            (&got["title"], &got["body"], &got["views"], &got["rank"], &got["status"]),
            (&j!("Anew"), &J::Null, &j!(0), &J::Null, &j!("draft")),
            "{}",
            f.name()
        );
        assert_eq!(got["version"], 3);
        let found = Post::find(&f.cx, post.id).await.unwrap();
        assert_eq!(
            (found.published_at, found.created_at),
            (at, post.created_at),
            "what clients may not set stays"
        );
        let values = body(Purpose::Replace, &j!({"body": "x", "version": 3})).unwrap();
        let e = write::replace_json(&f.cx, Post::DESCRIPTOR, post.id.value(), values, Expected::Unsaid)
            .await
            .unwrap_err();
        assert_eq!(fields(&e), [("title", "is required"), ("author_id", "is required")]);
    }
}

#[tokio::test]
async fn what_was_read_can_be_put_back() {
    for f in each().await {
        let ann = CreateUser::new("ann@example.org", "ann").password("secret").save(&f.cx).await.unwrap();
        let query = framewright::query::RecordQuery::default();
        let read = get_json(&f.cx, User::DESCRIPTOR, ann.id.value(), &query, Vec::new()).await.unwrap();
        let mut text = parsed(&read.unwrap().body);
        assert!(text.get("password").is_none(), "{}", f.name());
        text["name"] = j!("anna");
        for own in ["id", "created_at", "updated_at"] {
            text.as_object_mut().unwrap().remove(own);
        }
        let values = json::read(User::DESCRIPTOR, text.to_string().as_bytes(), Purpose::Replace).unwrap();
        write::replace_json(&f.cx, User::DESCRIPTOR, ann.id.value(), values, Expected::Any).await.unwrap();
        let found = User::find(&f.cx, ann.id).await.unwrap();
        assert_eq!(
            (found.name.as_str(), found.password.as_deref()),
            ("anna", Some("secret")),
            "{}",
            f.name()
        );
        // What is given is taken.
        text["password"] = J::Null;
        let values = json::read(User::DESCRIPTOR, text.to_string().as_bytes(), Purpose::Replace).unwrap();
        write::replace_json(&f.cx, User::DESCRIPTOR, ann.id.value(), values, Expected::Any).await.unwrap();
        assert_eq!(User::find(&f.cx, ann.id).await.unwrap().password, None, "{}", f.name());
    }
}

#[tokio::test]
async fn a_deleted_record_is_gone_until_it_is_restored() {
    for f in each().await {
        let d = Post::DESCRIPTOR;
        let ann = a_user(&f.cx, "ann").await;
        let post = CreatePost::new("Title", ann.id).save(&f.cx).await.unwrap();
        let id = post.id;
        let e = Post::restore(&f.cx, id).await.unwrap_err();
        assert_eq!((e.status(), e.code()), (409, "conflict.not_deleted"), "{}", f.name());
        post.delete(&f.cx).await.unwrap();
        assert_eq!(Post::find(&f.cx, id).await.unwrap_err().status(), 404);
        for again in [
            write::delete(&f.cx, d, id.value(), Expected::Any).await.unwrap_err(),
            Post::update_by_key(&f.cx, id, UpdatePost::default().title("Ghost")).await.unwrap_err(),
            Post::find(&f.cx, id).await.unwrap_err(),
        ] {
            assert_eq!((again.status(), again.code()), (404, "post.not_found"), "{}", f.name());
        }
        let post = Post::restore(&f.cx, id).await.unwrap();
        assert_eq!((post.version, post.deleted_at), (3, None), "{}", f.name());
        post.delete(&f.cx).await.unwrap();
        Post::query().only_deleted().first(&f.cx).await.unwrap().force_delete(&f.cx).await.unwrap();
        assert_eq!(Post::query().with_deleted().count(&f.cx).await.unwrap(), 0);
        assert_eq!(Post::restore(&f.cx, id).await.unwrap_err().status(), 404);
        // Without soft delete it is gone at once.
        let (id, db) = (ann.id, &f.db);
        ann.delete(&f.cx).await.unwrap();
        assert_eq!(User::delete_by_key(&f.cx, id).await.unwrap_err().status(), 404, "{:?}", db.dialect());
    }
}

#[tokio::test]
async fn counted_keys_come_back() {
    for f in each().await {
        let a = CreateTicket::new("a").save(&f.cx).await.unwrap();
        let b = CreateTicket::new("b").slot(7).save(&f.cx).await.unwrap();
        assert!(a.id > 0 && b.id > a.id, "{}", f.name());
        let e = CreateTicket::new("c").slot(7).save(&f.cx).await.unwrap_err();
        assert_eq!(e.status(), 409);
        let many = Ticket::create_many(&f.cx, ["x", "y", "z"].map(CreateTicket::new)).await.unwrap();
        assert!(many.windows(2).all(|w| w[0].id < w[1].id) && many[2].what == "z", "{}", f.name());
        let b = b.patch().what("bb").save(&f.cx).await.unwrap();
        let same = Ticket::update_by_key(&f.cx, b.id, UpdateTicket::default().what("bb")).await.unwrap();
        assert_eq!(same.what, "bb", "{}: a row that stays the same was found all the same", f.name());
        assert_eq!((b.what.as_str(), Ticket::find(&f.cx, b.id).await.unwrap().slot), ("bb", Some(7)));
    }
}

#[tokio::test]
async fn many_at_once_are_few_statements_and_all_or_nothing() {
    for f in each().await {
        let users =
            |n: usize| (0..n).map(|i| CreateUser::new(format!("u{i}@example.org"), format!("user {i}")));
        let mut made = Vec::new();
        let statements =
            f.statements(async || made = User::create_many(&f.cx, users(2_500)).await.unwrap()).await;
        assert_eq!((statements, made.len()), (3, 2_500), "{}", f.name());
        assert_eq!(User::query().count(&f.cx).await.unwrap(), 2_500);
        assert_eq!(User::find(&f.cx, made[2_499].id).await.unwrap().name, "user 2499");
        let more = users(3).chain([CreateUser::new("new@example.org", "new")]);
        assert_eq!(
            User::create_many(&f.cx, more).await.unwrap_err().code(),
            "user.email_taken",
            "{}",
            f.name()
        );
        assert_eq!(User::query().count(&f.cx).await.unwrap(), 2_500);
        let gone = User::query().filter(user::name.starts_with("user 1")).delete_where(&f.cx).await.unwrap();
        assert_eq!(User::query().count(&f.cx).await.unwrap(), 2_500 - gone);
        assert_eq!(gone, 1 + 10 + 100 + 1000, "{}", f.name());
        assert!(User::query().limit(3).delete_where(&f.cx).await.is_err(), "a limit would not be obeyed");
    }
}

#[tokio::test]
async fn changes_by_filter_keep_what_the_framework_keeps() {
    for f in each().await {
        let (ann, bob) = (a_user(&f.cx, "ann").await, a_user(&f.cx, "bob").await);
        for (i, author) in [&ann, &ann, &bob].into_iter().enumerate() {
            CreatePost::new(format!("Post {i}"), author.id).save(&f.cx).await.unwrap();
        }
        let of_ann = || Post::query().filter(post::author_id.eq(ann.id));
        let changed =
            of_ann().update_where(&f.cx, UpdatePost::default().status(Status::Published)).await.unwrap();
        assert_eq!(changed, 2, "{}", f.name());
        let all = Post::query().sort(post::title.asc()).all(&f.cx).await.unwrap();
        assert_eq!(
            all.iter().map(|p| (p.status, p.version)).collect::<Vec<_>>(),
            [(Status::Published, 2), (Status::Published, 2), (Status::Draft, 1)],
            "{}",
            f.name()
        );
        assert_eq!(of_ann().delete_where(&f.cx).await.unwrap(), 2);
        assert_eq!(of_ann().delete_where(&f.cx).await.unwrap(), 0, "what is marked is not marked again");
        assert_eq!(Post::query().with_deleted().count(&f.cx).await.unwrap(), 3);
        assert_eq!(Post::query().only_deleted().delete_where(&f.cx).await.unwrap(), 2);
        assert_eq!(Post::query().with_deleted().count(&f.cx).await.unwrap(), 1);
        // By a relation, in both directions of difficulty for MySQL.
        let by_name = Post::query().filter(post::author_id.is_not_null()).filter(post::title.eq("Post 2"));
        assert_eq!(by_name.update_where(&f.cx, UpdatePost::default().views(7)).await.unwrap(), 1);
        let with_posts = User::query().filter(user::posts.any(post::views.eq(7)));
        assert_eq!(
            with_posts.update_where(&f.cx, UpdateUser::default().name("writer")).await.unwrap(),
            1,
            "{}",
            f.name()
        );
        assert_eq!(User::find(&f.cx, bob.id).await.unwrap().name, "writer");
    }
}

#[tokio::test]
async fn rules_over_the_whole_record_see_what_it_will_be() {
    for f in each().await {
        let at = |n: i64| Timestamp::from_micros(n).unwrap();
        let e = CreateEvent::new(at(2), at(1)).save(&f.cx).await.unwrap_err();
        assert_eq!(fields(&e), [("ends_at", "must not be before starts_at")]);
        let event = CreateEvent::new(at(10), at(20)).save(&f.cx).await.unwrap();
        let id = event.id;
        let e = event.patch().ends_at(at(5)).save(&f.cx).await.unwrap_err();
        assert_eq!(fields(&e), [("ends_at", "must not be before starts_at")], "{}", f.name());
        let e =
            Event::query().update_where(&f.cx, UpdateEvent::default().starts_at(at(30))).await.unwrap_err();
        assert_eq!(e.status(), 422, "{}", f.name());
        assert_eq!(Event::find(&f.cx, id).await.unwrap().starts_at, at(10));
        let moved = Event::update_by_key(&f.cx, id, UpdateEvent::default().starts_at(at(30)).ends_at(at(40)))
            .await
            .unwrap();
        assert_eq!((moved.starts_at, moved.ends_at), (at(30), at(40)));
        let e = moved.patch().phrase("short").save(&f.cx).await.unwrap_err();
        assert_eq!(fields(&e), [("phrase", "is too weak")]);
        let gone = Event::update_by_key(&f.cx, Id::new(), UpdateEvent::default().starts_at(at(1))).await;
        assert_eq!(gone.unwrap_err().status(), 404, "{}", f.name());
    }
}

#[tokio::test]
async fn writes_of_a_transaction_are_undone_with_it() {
    for f in each().await {
        let ann = a_user(&f.cx, "ann").await;
        let failed = f.cx.transaction(async |cx| -> Result<()> {
            let post = CreatePost::new("Title", ann.id).save(cx).await?;
            let post = post.patch().title("Other").save(cx).await?;
            assert_eq!(Post::find(cx, post.id).await?.version, 2);
            assert_eq!(CreateUser::new("ann@example.org", "twice").save(cx).await.unwrap_err().status(), 409);
            CreateUser::new("bob@example.org", "bob").save(cx).await?;
            Err(Error::new(ErrorKind::Conflict, "test.no", "no"))
        });
        assert_eq!(failed.await.unwrap_err().code(), "test.no");
        assert_eq!(
            (Post::query().count(&f.cx).await.unwrap(), User::query().count(&f.cx).await.unwrap()),
            (0, 1),
            "{}",
            f.name()
        );
    }
}

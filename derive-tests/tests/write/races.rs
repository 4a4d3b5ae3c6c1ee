//! What holds when a hundred do it at once.

use super::model::*;
use super::support::{Fresh, each};
use framewright::data::repository::UniqueKey;
use framewright::data::write::{self, Expected};
use framewright::prelude::*;
use framewright::{Value, Values};
use std::sync::Arc;

/// Runs it a hundred times at once; the answers.
async fn hundred<T, F>(f: &Arc<Fresh>, run: impl Fn(Arc<Fresh>, usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let all: Vec<_> = (0..100).map(|n| tokio::spawn(run(f.clone(), n))).collect();
    let mut answers = Vec::new();
    for one in all {
        answers.push(one.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_increments_add_up() {
    for f in each().await.into_iter().map(Arc::new) {
        let ann = a_user(&f.cx, "ann").await;
        let post = Arc::new(CreatePost::new("Title", ann.id).save(&f.cx).await.unwrap());
        let id = post.id;
        let all = hundred(&f, move |f, _| {
            let post = post.clone();
            async move { post.increment(&f.cx, post::views, 1).await.map(|p| p.views) }
        });
        let mut seen: Vec<i32> = all.await.into_iter().map(Result::unwrap).collect();
        seen.sort_unstable();
        assert_eq!(seen, (1..=100).collect::<Vec<_>>(), "{}: each sees its own sum", f.name());
        let post = Post::find(&f.cx, id).await.unwrap();
        assert_eq!((post.views, post.version), (100, 101), "{}", f.name());
        // The bounds of the field and of its type hold in the statement.
        for (by, e) in [(901, "must be 0 to 1000"), (-101, "must be 0 to 1000")] {
            let refused = post.increment(&f.cx, post::views, by).await.unwrap_err();
            assert_eq!(
                (refused.status(), refused.fields()[0].messages[0].as_str()),
                (422, e),
                "{}",
                f.name()
            );
        }
        assert_eq!(post.decrement(&f.cx, post::views, 100).await.unwrap().views, 0);
        assert_eq!(
            post.increment(&f.cx, post::rank, 32_767).await.unwrap().rank,
            Some(32_767),
            "null counts as zero"
        );
        assert_eq!(post.increment(&f.cx, post::rank, 1).await.unwrap_err().status(), 422, "{}", f.name());
        let cent: Decimal = "0.01".parse().unwrap();
        let post = post.increment(&f.cx, post::price, cent).await.unwrap();
        let post = post.increment(&f.cx, post::price, cent).await.unwrap();
        assert_eq!(post.price, Some("0.02".parse().unwrap()), "{}", f.name());
        let most: Decimal = "99999999.99".parse().unwrap();
        assert_eq!(post.increment(&f.cx, post::price, most).await.unwrap_err().status(), 422, "{}", f.name());
        assert_eq!(post.increment(&f.cx, post::ratio, 0.25).await.unwrap().ratio, Some(0.25));
        assert_eq!(post.increment(&f.cx, post::ratio, f64::MAX).await.unwrap().ratio, Some(f64::MAX));
        assert_eq!(
            post.increment(&f.cx, post::ratio, f64::MAX).await.unwrap_err().status(),
            422,
            "{}",
            f.name()
        );
        let gone = write::increment(
            &f.cx,
            Post::DESCRIPTOR,
            Id::<Post>::new().value(),
            post::views.index(),
            Value::I64(1),
        );
        assert_eq!(gone.await.unwrap_err().status(), 404, "{}", f.name());
        let tag = CreateTag::new("t").uses(i64::MAX).save(&f.cx).await.unwrap();
        assert_eq!(tag.increment(&f.cx, tag::uses, 1).await.unwrap_err().status(), 422, "{}", f.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_first_or_create_make_one() {
    for f in each().await.into_iter().map(Arc::new) {
        let all =
            hundred(&f, |f, _| async move { CreateTag::new("rust").first_or_create(&f.cx, tag::name).await });
        let ids: Vec<Id<Tag>> =
            all.await.into_iter().map(|t| t.unwrap_or_else(|e| panic!("{}: {e:?}", f.name())).id).collect();
        assert!(ids.windows(2).all(|w| w[0] == w[1]), "{}", f.name());
        assert_eq!(Tag::query().count(&f.cx).await.unwrap(), 1, "{}", f.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_update_or_create_make_one_and_the_last_wins() {
    for f in each().await.into_iter().map(Arc::new) {
        let all = hundred(&f, |f, n| async move {
            CreateTag::new("rust").color(format!("c{n}")).update_or_create(&f.cx, tag::name).await
        });
        for tag in all.await {
            tag.unwrap_or_else(|e| panic!("{}: {e:?}", f.name()));
        }
        let tag = Tag::query().first(&f.cx).await.unwrap();
        assert_eq!(Tag::query().count(&f.cx).await.unwrap(), 1, "{}", f.name());
        // What is not set stays as it is.
        let tag = tag.patch().uses(9).save(&f.cx).await.unwrap();
        let same = CreateTag::new("rust").color("red").update_or_create(&f.cx, tag::name).await.unwrap();
        assert_eq!((same.id, same.uses, same.color.as_deref()), (tag.id, 9, Some("red")), "{}", f.name());
        assert_eq!(same.created_at, tag.created_at);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn upserts_hold_inside_transactions_too() {
    for f in each().await.into_iter().map(Arc::new) {
        let all = hundred(&f, |f, n| async move {
            let make = async |cx: &Cx| {
                let tag =
                    CreateTag::new("rust").color(format!("c{n}")).update_or_create(cx, tag::name).await?;
                tag.increment(cx, tag::uses, 1).await
            };
            f.cx.transaction(make).await
        });
        for tag in all.await {
            tag.unwrap_or_else(|e| panic!("{}: {e:?}", f.name()));
        }
        assert_eq!(Tag::query().first(&f.cx).await.unwrap().uses, 100, "{}", f.name());
        let all = hundred(&f, |f, _| async move {
            let make = async |cx: &Cx| {
                let tag = CreateTag::new("go").first_or_create(cx, tag::name).await?;
                tag.increment(cx, tag::uses, 1).await
            };
            f.cx.transaction(make).await
        });
        for tag in all.await {
            tag.unwrap_or_else(|e| panic!("{}: {e:?}", f.name()));
        }
        let tag = Tag::query().filter(tag::name.eq("go")).first(&f.cx).await.unwrap();
        assert_eq!((tag.uses, Tag::query().count(&f.cx).await.unwrap()), (100, 2), "{}", f.name());
        // With a rule over the whole record, which takes the way in steps on every database.
        let all = hundred(&f, |f, _| async move {
            CreateStock::new("bolt").on_hand(1).update_or_create(&f.cx, stock::sku).await
        });
        for stock in all.await {
            stock.unwrap_or_else(|e| panic!("{}: {e:?}", f.name()));
        }
        let stock = Stock::query().first(&f.cx).await.unwrap();
        assert_eq!((stock.version, Stock::query().count(&f.cx).await.unwrap()), (100, 1), "{}", f.name());
    }
}

#[tokio::test]
async fn an_upsert_goes_by_the_key_that_was_named() {
    for f in each().await {
        let ann = a_user(&f.cx, "ann").await;
        let create = |title: &str| CreatePost::new(title, ann.id);
        let key = || (post::author_id, post::title);
        let post = create("Title").update_or_create(&f.cx, key()).await.unwrap();
        let again = create("Title").views(3).update_or_create(&f.cx, key()).await.unwrap();
        assert_eq!((again.id, again.views, again.version), (post.id, 3, 2), "{}", f.name());
        // A deleted one comes back.
        again.delete(&f.cx).await.unwrap();
        assert_eq!(
            create("Title").first_or_create(&f.cx, key()).await.unwrap_err().status(),
            409,
            "{}",
            f.name()
        );
        let back = create("Title").rank(1).update_or_create(&f.cx, key()).await.unwrap();
        assert_eq!((back.id, back.deleted_at, back.rank), (post.id, None, Some(1)), "{}", f.name());
        let e = create("No").update_or_create(&f.cx, key()).await.unwrap_err();
        assert_eq!(e.status(), 422);
        let e = create("Nope").update_or_create(&f.cx, post::title).await.unwrap_err();
        assert!(format!("{e:?}").contains("`Post` has no unique key over (title)"), "{e:?}");
        // Another unique key in the way is a conflict, and never somebody else's record.
        let mine = CreateTicket::new("mine").slot(1).save(&f.cx).await.unwrap();
        let e =
            CreateUser::new("ann@example.org", "other").update_or_create(&f.cx, user::id).await.unwrap_err();
        assert_eq!((e.status(), e.code()), (409, "user.email_taken"), "{}", f.name());
        assert_eq!(
            CreateTicket::new("other").slot(1).update_or_create(&f.cx, ticket::slot).await.unwrap().id,
            mine.id
        );
        assert_eq!(key().fields(), [post::author_id.index(), post::title.index()]);
    }
}

#[tokio::test]
async fn a_key_that_is_given_is_a_unique_key_too() {
    for f in each().await {
        let mut values = CreateUser::new("ann@example.org", "ann").values();
        values.set(user::id.index(), Id::<User>::new().value());
        let first = write::create(&f.cx, User::DESCRIPTOR, values.clone()).await.unwrap();
        values.set(user::email.index(), Value::Text("bob@example.org".into()));
        let e = write::create(&f.cx, User::DESCRIPTOR, values.clone()).await.unwrap_err();
        assert_eq!((e.status(), e.fields()[0].field.as_str()), (409, "id"), "{}: {e:?}", f.name());
        let target = [user::id.index()];
        let same = write::update_or_create(&f.cx, User::DESCRIPTOR, values.clone(), &target).await.unwrap();
        assert_eq!(same.get(user::id.index()), first.get(user::id.index()), "{}", f.name());
        let (found, new) = write::first_or_create(&f.cx, User::DESCRIPTOR, values, &target).await.unwrap();
        assert!(!new && found == same, "{}", f.name());
        assert_eq!(User::query().first(&f.cx).await.unwrap().email, "bob@example.org");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_changes_of_one_version_one_wins() {
    for f in each().await.into_iter().map(Arc::new) {
        let ann = a_user(&f.cx, "ann").await;
        let post = CreatePost::new("Title", ann.id).save(&f.cx).await.unwrap();
        let id = post.id;
        let all = hundred(&f, move |f, n| async move {
            let mut values = Values::of(Post::DESCRIPTOR);
            values.set(post::title.index(), Value::Text(format!("Title {n}")));
            write::update_json(&f.cx, Post::DESCRIPTOR, id.value(), values, Expected::Version(1))
                .await
                .map(|w| w.version)
        });
        let all = all.await;
        let won: Vec<_> = all.iter().filter_map(|r| r.as_ref().ok()).collect();
        assert_eq!(won, [&Some(2)], "{}", f.name());
        assert!(
            all.iter()
                .filter_map(|r| r.as_ref().err())
                .all(|e| (e.status(), e.code()) == (412, "conflict.version")),
            "{}",
            f.name()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_inserted_at_once_is_409_and_never_500() {
    for f in each().await.into_iter().map(Arc::new) {
        let all =
            hundred(&f, |f, _| async move { CreateTag::new("same").save(&f.cx).await.map(|t| t.id) }).await;
        assert_eq!(all.iter().filter(|r| r.is_ok()).count(), 1, "{}", f.name());
        let refused = all.iter().filter_map(|r| r.as_ref().err());
        assert!(refused.clone().all(|e| e.status() == 409 && e.fields()[0].field == "name"), "{}", f.name());
    }
}

//! Rules see what a record will be, also where the database could have done without reading it.

use super::model::*;
use super::support::each;
use framewright::prelude::*;
use std::sync::Arc;

fn said(e: &Error) -> (u16, &str) {
    (e.status(), e.fields().first().map_or("", |f| f.messages[0].as_str()))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_is_seen_by_every_rule() {
    for f in each().await.into_iter().map(Arc::new) {
        let pair = CreatePair::new("boots").save(&f.cx).await.unwrap();
        let e = pair.increment(&f.cx, pair::shoes, 1).await.unwrap_err();
        assert_eq!(said(&e), (422, "must be even"), "{}", f.name());
        assert_eq!(pair.increment(&f.cx, pair::shoes, 2).await.unwrap().shoes, 2, "{}", f.name());
        let e = pair.increment(&f.cx, pair::shoes, i64::MAX).await.unwrap_err();
        assert_eq!(e.status(), 422, "{}: {e:?}", f.name());
        let e = pair.decrement(&f.cx, pair::shoes, i64::MIN).await.unwrap_err();
        assert_eq!(said(&e), (422, "can't be changed by this amount"), "{}", f.name());
        let gone = pair.clone();
        pair.delete(&f.cx).await.unwrap();
        assert_eq!(gone.increment(&f.cx, pair::shoes, 2).await.unwrap_err().status(), 404, "{}", f.name());

        // Of a hundred who want one each of fifty, fifty get one.
        let stock = Arc::new(CreateStock::new("bolt").on_hand(50).save(&f.cx).await.unwrap());
        let all: Vec<_> = (0..100)
            .map(|_| {
                let (f, stock) = (f.clone(), stock.clone());
                tokio::spawn(async move { stock.increment(&f.cx, stock::reserved, 1).await })
            })
            .collect();
        let mut refused = 0;
        for one in all {
            if let Err(e) = one.await.unwrap() {
                assert_eq!(said(&e), (422, "must not be more than there is"), "{}: {e:?}", f.name());
                refused += 1;
            }
        }
        let stock = Stock::find(&f.cx, stock.id).await.unwrap();
        assert_eq!((refused, stock.reserved, stock.version), (50, 50, 51), "{}", f.name());
    }
}

#[tokio::test]
async fn an_upsert_is_judged_by_the_record_that_it_makes() {
    for f in each().await {
        let upsert = async |new: CreateStock| new.update_or_create(&f.cx, stock::sku).await;
        let e = upsert(CreateStock::new("bolt").reserved(1)).await.unwrap_err();
        assert_eq!(said(&e), (422, "must not be more than there is"), "{}: new", f.name());
        let first = upsert(CreateStock::new("bolt").on_hand(10).reserved(8)).await.unwrap();
        // Alone it would be too few, and what is there has more reserved.
        let e = upsert(CreateStock::new("bolt").on_hand(5)).await.unwrap_err();
        assert_eq!(said(&e), (422, "must not be more than there is"), "{}: merged", f.name());
        // Alone it would be too many, and what is there has enough.
        let same = upsert(CreateStock::new("bolt").reserved(9)).await.unwrap();
        assert_eq!((same.id, same.on_hand, same.reserved), (first.id, 10, 9), "{}", f.name());
        assert_eq!((first.version, same.version), (1, 2), "{}", f.name());
        same.delete(&f.cx).await.unwrap();
        let back = upsert(CreateStock::new("bolt").on_hand(9)).await.unwrap();
        assert_eq!(
            (back.id, back.deleted_at, back.reserved, back.version),
            (first.id, None, 9, 4),
            "{}",
            f.name()
        );
    }
}

#[tokio::test]
async fn an_upsert_changes_what_the_framework_keeps_alike() {
    for f in each().await {
        let ann = a_user(&f.cx, "ann").await;
        let create = || CreatePost::new("Title", ann.id);
        let key = || (post::author_id, post::title);
        let by = |id: &str| f.cx.as_actor(Actor::User { id: id.into(), roles: vec![] });
        let first = create().update_or_create(&by("u1"), key()).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        // Nothing is set, and the record counts as changed all the same.
        let same = create().update_or_create(&by("u2"), key()).await.unwrap();
        assert_eq!((same.version, same.created_at), (2, first.created_at), "{}", f.name());
        assert!(same.updated_at > first.updated_at, "{}", f.name());
        assert_eq!(
            (same.created_by.as_deref(), same.updated_by.as_deref()),
            (Some("u1"), Some("u2")),
            "{}",
            f.name()
        );
        same.delete(&by("u3")).await.unwrap();
        let back = create().views(1).update_or_create(&by("u4"), key()).await.unwrap();
        assert_eq!((back.version, back.views, back.deleted_at), (4, 1, None), "{}", f.name());
        assert_eq!(back.updated_by.as_deref(), Some("u4"), "{}", f.name());
    }
}

#[tokio::test]
async fn whoever_changes_a_record_stands_in_it() {
    for f in each().await {
        let ann = a_user(&f.cx, "ann").await;
        let by = |id: &str| f.cx.as_actor(Actor::User { id: id.into(), roles: vec![] });
        let id = CreatePost::new("Title", ann.id).save(&by("u1")).await.unwrap().id;
        let who = async || {
            let post = Post::query().with_deleted().filter(post::id.eq(id)).first(&f.cx).await.unwrap();
            (post.created_by.unwrap(), post.updated_by.unwrap())
        };
        let expect = |id: &str| ("u1".to_owned(), id.to_owned());
        Post::find(&f.cx, id).await.unwrap().patch().title("Other").save(&by("u2")).await.unwrap();
        assert_eq!(who().await, expect("u2"), "{}: update", f.name());
        let all = Post::query().filter(post::id.eq(id));
        all.update_where(&by("u3"), UpdatePost::default().views(3)).await.unwrap();
        assert_eq!(who().await, expect("u3"), "{}: update by filter", f.name());
        Post::find(&f.cx, id).await.unwrap().increment(&by("u4"), post::views, 1).await.unwrap();
        assert_eq!(who().await, expect("u4"), "{}: increment", f.name());
        Post::find(&f.cx, id).await.unwrap().delete(&by("u5")).await.unwrap();
        assert_eq!(who().await, expect("u5"), "{}: delete", f.name());
        Post::restore(&by("u6"), id).await.unwrap();
        assert_eq!(who().await, expect("u6"), "{}: restore", f.name());
        let all = Post::query().filter(post::id.eq(id));
        all.delete_where(&by("u7")).await.unwrap();
        assert_eq!(who().await, expect("u7"), "{}: delete by filter", f.name());
    }
}

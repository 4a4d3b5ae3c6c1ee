//! Many-to-many: attach, detach, sync, with the statements that the difference needs.

use super::model::*;
use super::support::each;
use framewright::data::repository::Synced;
use framewright::prelude::*;
use std::sync::Arc;

#[tokio::test]
async fn sync_changes_the_difference() {
    for f in each().await {
        let ann = a_user(&f.cx, "ann").await;
        let post = CreatePost::new("Title", ann.id).save(&f.cx).await.unwrap();
        let other = CreatePost::new("Other", ann.id).save(&f.cx).await.unwrap();
        let tags = Tag::create_many(&f.cx, ["a", "b", "c", "d"].map(CreateTag::new)).await.unwrap();
        let t: Vec<Id<Tag>> = tags.iter().map(|t| t.id).collect();
        let link = post.link(post::tags);
        other.link(post::tags).attach(&f.cx, [t[0], t[3]]).await.unwrap();
        let keys = async || {
            let mut keys = link.keys(&f.cx).await.unwrap();
            keys.sort_unstable();
            keys
        };
        assert_eq!(link.attach(&f.cx, [t[0], t[1], t[0]]).await.unwrap(), 2);
        assert_eq!(link.attach(&f.cx, [t[1], t[2]]).await.unwrap(), 1, "{}", f.name());
        assert_eq!(keys().await, t[..3]);
        let mut done = Synced::default();
        let statements =
            f.statements(async || done = link.sync(&f.cx, [t[2], t[1], t[0]]).await.unwrap()).await;
        assert_eq!((statements, done), (1, Synced::default()), "{}: nothing to do", f.name());
        let statements = f.statements(async || done = link.sync(&f.cx, [t[0], t[3]]).await.unwrap()).await;
        assert_eq!((statements, done), (3, Synced { attached: 1, detached: 2 }), "{}", f.name());
        assert_eq!(keys().await, [t[0], t[3]]);
        let statements = f.statements(async || done = link.sync(&f.cx, [t[0]]).await.unwrap()).await;
        assert_eq!((statements, done), (2, Synced { attached: 0, detached: 1 }), "{}", f.name());
        assert_eq!(link.detach(&f.cx, [t[0], t[1]]).await.unwrap(), 1);
        let e = link.sync(&f.cx, [t[0], Id::new()]).await.unwrap_err();
        assert_eq!((e.status(), e.code()), (422, "reference.not_found"), "{}", f.name());
        assert_eq!(keys().await, [], "{}: all or nothing", f.name());
        assert_eq!(other.link(post::tags).detach_all(&f.cx).await.unwrap(), 2);
        assert_eq!(PostTag::query().count(&f.cx).await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_attaches_make_one_each() {
    for f in each().await.into_iter().map(Arc::new) {
        let ann = a_user(&f.cx, "ann").await;
        let post = Arc::new(CreatePost::new("Title", ann.id).save(&f.cx).await.unwrap());
        let tags = Tag::create_many(&f.cx, ["a", "b", "c"].map(CreateTag::new)).await.unwrap();
        let keys: Vec<Id<Tag>> = tags.iter().map(|t| t.id).collect();
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (f, post, keys) = (f.clone(), post.clone(), keys.clone());
                tokio::spawn(async move { post.link(post::tags).attach(&f.cx, keys).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap_or_else(|e| panic!("{}: {e:?}", f.name()));
        }
        assert_eq!(PostTag::query().count(&f.cx).await.unwrap(), 3, "{}", f.name());
    }
}

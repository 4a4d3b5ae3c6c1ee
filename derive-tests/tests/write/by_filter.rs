//! Changes of every record that a predicate is true of: in which state, and by whom when several want them at once.

use super::model::*;
use super::support::{Fresh, each};
use framewright::prelude::*;
use std::sync::Arc;

/// How many of these living and deleted records have been changed to `views`.
async fn changed(f: &Fresh, views: i32) -> (u64, u64) {
    let with = Post::query().with_deleted().filter(post::views.eq(views));
    let all = with.count(&f.cx).await.unwrap();
    let living = Post::query().filter(post::views.eq(views)).count(&f.cx).await.unwrap();
    (living, all - living)
}

#[tokio::test]
async fn a_change_by_filter_takes_the_records_of_the_query_living_or_deleted() {
    for f in each().await {
        let ann = a_user(&f.cx, "ann").await;
        for n in 0..5 {
            let post = CreatePost::new(format!("Post {n}"), ann.id).save(&f.cx).await.unwrap();
            if n > 2 {
                post.delete(&f.cx).await.unwrap();
            }
        }
        let of_ann = || Post::query().filter(post::author_id.eq(ann.id));
        let to = |views: i32| UpdatePost::default().views(views);
        assert_eq!(of_ann().only_deleted().update_where(&f.cx, to(1)).await.unwrap(), 2, "{}", f.name());
        assert_eq!(changed(&f, 1).await, (0, 2), "{}: the living stay as they are", f.name());
        assert_eq!(of_ann().update_where(&f.cx, to(2)).await.unwrap(), 3, "{}", f.name());
        assert_eq!((changed(&f, 2).await, changed(&f, 1).await), ((3, 0), (0, 2)), "{}", f.name());
        assert_eq!(of_ann().with_deleted().update_where(&f.cx, to(3)).await.unwrap(), 5, "{}", f.name());
        assert_eq!(changed(&f, 3).await, (3, 2), "{}", f.name());
        // A relation in the predicate makes MySQL go record by record.
        let by_name = Post::query().filter(post::author.any(user::name.eq("ann")));
        assert_eq!(by_name.only_deleted().update_where(&f.cx, to(4)).await.unwrap(), 2, "{}", f.name());
        assert_eq!(changed(&f, 4).await, (0, 2), "{}", f.name());
    }
}

#[tokio::test]
async fn the_same_holds_record_by_record() {
    for f in each().await {
        for n in 0..4 {
            let stock = CreateStock::new(format!("sku {n}")).on_hand(n).save(&f.cx).await.unwrap();
            if n > 1 {
                stock.delete(&f.cx).await.unwrap();
            }
        }
        let to = |on_hand: i64| UpdateStock::default().on_hand(on_hand);
        let states = async || -> Vec<(i64, bool)> {
            let all = Stock::query().with_deleted().sort(stock::sku.asc()).all(&f.cx).await.unwrap();
            all.into_iter().map(|s| (s.on_hand, s.deleted_at.is_some())).collect()
        };
        assert_eq!(
            Stock::query().only_deleted().update_where(&f.cx, to(7)).await.unwrap(),
            2,
            "{}",
            f.name()
        );
        assert_eq!(states().await, [(0, false), (1, false), (7, true), (7, true)], "{}", f.name());
        assert_eq!(Stock::query().update_where(&f.cx, to(8)).await.unwrap(), 2, "{}", f.name());
        assert_eq!(states().await, [(8, false), (8, false), (7, true), (7, true)], "{}", f.name());
        assert_eq!(
            Stock::query().with_deleted().update_where(&f.cx, to(9)).await.unwrap(),
            4,
            "{}",
            f.name()
        );
        assert_eq!(states().await, [(9, false), (9, false), (9, true), (9, true)], "{}", f.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_workers_each_record_has_one() {
    for f in each().await.into_iter().map(Arc::new) {
        let new = (0..40).map(|n| CreateStock::new(format!("sku {n}")));
        Stock::create_many(&f.cx, new).await.unwrap();
        let workers: Vec<_> = (0..8)
            .map(|worker| {
                let f = f.clone();
                tokio::spawn(async move {
                    let free = Stock::query().filter(stock::worker.is_null());
                    free.update_where(&f.cx, UpdateStock::default().worker(worker)).await
                })
            })
            .collect();
        let mut claimed = Vec::new();
        for worker in workers {
            claimed.push(worker.await.unwrap().unwrap_or_else(|e| panic!("{}: {e:?}", f.name())));
        }
        assert_eq!(claimed.iter().sum::<u64>(), 40, "{}: claimed twice", f.name());
        for (worker, claimed) in (0..).zip(claimed) {
            let mine = Stock::query().filter(stock::worker.eq(worker)).count(&f.cx).await.unwrap();
            assert_eq!(mine, claimed, "{}: worker {worker}", f.name());
        }
        let versions = Stock::query().filter(stock::version.ne(2)).count(&f.cx).await.unwrap();
        assert_eq!(versions, 0, "{}: changed twice", f.name());
    }
}

//! Typed queries, aggregates, relations and batches, on every database that is there.
#![allow(missing_docs, clippy::unwrap_used)]

mod blog;
#[path = "../../core/tests/fixture/mod.rs"]
mod fixture;
mod support;

use blog::{a_comment, a_post, a_user, blogs, id, small};
use fixture::{Post, Tag, User, comment, post, tag, user};
use fixture::{comment_relations as comment_to, post_relations as post_to, user_relations as user_to};
use framewright_core::query::aggregate::{Having, count};
use framewright_core::{Decimal, Error};
use framewright_data::typed::Find;
use futures_util::TryStreamExt as _;

fn titles(posts: &[Post]) -> Vec<&str> {
    posts.iter().map(|p| p.title.as_str()).collect()
}

#[tokio::test]
async fn find_first_all_count_exists() {
    for blog in blogs().await {
        small(&blog).await;
        let cx = blog.cx();
        assert_eq!(Post::find(cx, id(2)).await.unwrap().title, "beta");
        assert_eq!(Post::find_or_none(cx, id(99)).await.unwrap(), None);
        let e = Post::find(cx, id(5)).await.unwrap_err();
        assert_eq!((e.status(), e.code()), (404, "post.not_found"), "a deleted record is not there");
        assert_eq!(Post::query().only_deleted().first(cx).await.unwrap().title, "gone");
        let all = Post::query().all(cx).await.unwrap();
        assert_eq!(titles(&all), ["alpha", "beta", "gamma", "Alpha"], "{}", blog.name());
        assert_eq!(Post::query().with_deleted().count(cx).await.unwrap(), 5);
        assert_eq!(Post::query().count(cx).await.unwrap(), 4);
        assert!(Post::query().filter(post::title.eq("beta")).exists(cx).await.unwrap());
        assert!(!Post::query().filter(post::title.eq("Beta")).exists(cx).await.unwrap());
        let e = Post::query().filter(post::views.gt(100)).first(cx).await.unwrap_err();
        assert_eq!(e.code(), "post.not_found");
        assert_eq!(Post::query().filter(post::views.gt(100)).first_or_none(cx).await.unwrap(), None);
        let two = Post::query().sort(post::title.desc()).offset(1).limit(2).all(cx).await.unwrap();
        assert_eq!(titles(&two), ["beta", "alpha"]);
        let rest = Post::query().sort(post::title.asc()).offset(3).all(cx).await.unwrap();
        assert_eq!(titles(&rest), ["gamma"]);
    }
}

#[tokio::test]
async fn predicates_combine() {
    for blog in blogs().await {
        small(&blog).await;
        let cx = blog.cx();
        let found = async |p| titles_of(Post::query().filter(p).all(cx).await.unwrap());
        let authored = || post::author_id.is_not_null();
        assert_eq!(found(authored() & post::rank.gte(3)).await, "alpha gamma");
        assert_eq!(found(post::title.eq("beta") | post::title.eq("Alpha")).await, "beta Alpha");
        assert_eq!(found(!(post::title.eq("beta") | post::title.eq("Alpha"))).await, "alpha gamma");
        // Unknown stays unknown: the posts without a rank are in neither.
        assert_eq!(found(post::rank.ne(3)).await, "beta");
        assert_eq!(found(!post::rank.eq(3)).await, "beta");
        assert_eq!(found(post::rank.not_in([3])).await, "beta");
        assert_eq!(found(post::title.in_(["alpha", "nothing"])).await, "alpha");
        assert_eq!(found(post::title.in_(Vec::<String>::new())).await, "");
        assert_eq!(found(post::title.not_in(Vec::<String>::new())).await, "alpha beta gamma Alpha");
        assert_eq!(found(post::views.between(2, 3)).await, "beta gamma");
        assert_eq!(found(post::title.contains("lph")).await, "alpha Alpha");
        assert_eq!(found(post::title.contains("ALPH")).await, "");
        assert_eq!(found(post::title.starts_with("al")).await, "alpha");
        assert_eq!(found(post::title.ends_with("a")).await, "alpha beta gamma Alpha");
        assert_eq!(found(post::title.ends_with("xalpha")).await, "");
        assert_eq!(found(post::body.contains("%")).await, "beta");
        assert_eq!(found(post::body.contains("_")).await, "");
        assert_eq!(found(post::body.contains("")).await, "alpha beta");
    }
}

fn titles_of(posts: Vec<Post>) -> String {
    titles(&posts).join(" ")
}

#[tokio::test]
async fn relations_in_predicates() {
    for blog in blogs().await {
        small(&blog).await;
        let cx = blog.cx();
        let found = async |p| titles_of(Post::query().filter(p).all(cx).await.unwrap());
        assert_eq!(found(post_to::author.any(user::name.eq("Ann"))).await, "alpha gamma");
        assert_eq!(found(!post_to::author.any(user::name.eq("Ann"))).await, "beta Alpha");
        assert_eq!(found(post_to::comments.exists()).await, "alpha beta", "a deleted comment is not there");
        assert_eq!(
            found(post_to::comments.any(comment::body.contains("ir") & comment::author_id.eq(id(1)))).await,
            "beta"
        );
        assert_eq!(found(post_to::tags.any(tag::name.eq("rust"))).await, "alpha");
        assert_eq!(found(post_to::author.any(user_to::manager.any(user::name.eq("Ann")))).await, "beta");
        let bosses =
            User::query().filter(user_to::reports.any(user::name.starts_with("B"))).all(cx).await.unwrap();
        assert_eq!(bosses.len(), 1);
        assert_eq!(User::query().filter(!user_to::profile.exists()).count(cx).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn eager_loading_is_one_statement_per_relation() {
    for blog in blogs().await {
        small(&blog).await;
        let cx = blog.cx();
        let posts = Post::query()
            .with(post_to::author.with(user_to::profile))
            .with(post_to::author.with(user_to::manager))
            .with(post_to::comments.with(comment_to::author))
            .with(post_to::tags)
            .all(cx)
            .await
            .unwrap();
        let first = &posts[0];
        assert_eq!(first.title, "alpha");
        let ann = first.one(post_to::author).unwrap().unwrap();
        assert_eq!(ann.one(user_to::profile).unwrap().unwrap().bio, "about \"Ann\"");
        assert!(ann.one(user_to::manager).unwrap().is_none());
        let bob = posts[1].one(post_to::author).unwrap().unwrap();
        assert_eq!(bob.one(user_to::manager).unwrap().unwrap().name, "Ann");
        let comments = first.many(post_to::comments).unwrap();
        let bodies: Vec<_> = comments.iter().map(|c| c.body.as_str()).collect();
        assert_eq!(bodies, ["first", "second"]);
        assert_eq!(comments[0].one(comment_to::author).unwrap().unwrap().name, "Bob");
        let tags: Vec<_> = first.many(post_to::tags).unwrap().iter().map(|t| t.name.as_str()).collect();
        assert_eq!(tags, ["rust", "sql"]);
        assert!(posts[2].many(post_to::comments).unwrap().is_empty(), "a deleted comment is not there");
        assert!(posts[3].one(post_to::author).unwrap().is_none());
        assert_eq!(ann.many(user_to::reports).unwrap_err().code(), "internal");
        let boss = User::query().with(user_to::reports).first(cx).await.unwrap();
        assert_eq!(boss.many(user_to::reports).unwrap().len(), 2);
    }
}

#[tokio::test]
async fn statements_do_not_grow_with_the_parents() {
    for blog in blogs().await {
        let cx = blog.cx();
        blog.put((1..=50).map(|n| a_user(n, &format!("user {n}")))).await;
        blog.put((1..=1000).map(|n| a_post(n, "t", Some(n % 50 + 1)))).await;
        blog.put((1..=3000).map(|n| a_comment(n, n % 1000 + 1, Some(n % 50 + 1), "c"))).await;
        for parents in [10, 1000] {
            let n = blog
                .count_statements(async || {
                    let posts = Post::query()
                        .with(post_to::author)
                        .with(post_to::comments.with(comment_to::author))
                        .limit(parents)
                        .all(cx)
                        .await
                        .unwrap();
                    assert_eq!(posts.len(), usize::try_from(parents).unwrap());
                    for p in &posts {
                        assert_eq!(p.many(post_to::comments).unwrap().len(), 3);
                        assert!(p.one(post_to::author).unwrap().is_some());
                    }
                })
                .await;
            assert_eq!(n, 4, "{} with {parents} parents", blog.name());
        }
    }
}

#[tokio::test]
async fn columns_and_distinct() {
    for blog in blogs().await {
        small(&blog).await;
        let cx = blog.cx();
        let rows =
            Post::query().sort(post::views.desc()).select((post::title, post::rank)).all(cx).await.unwrap();
        assert_eq!(rows[1], ("gamma".to_owned(), Some(3)));
        let ranks = Post::query().select(post::rank).distinct().all(cx).await.unwrap();
        assert_eq!(ranks, [Some(1), Some(3), None], "{}: nulls last", blog.name());
        let ranks =
            Post::query().sort(post::rank.desc()).select(post::rank).distinct().all(cx).await.unwrap();
        assert_eq!(ranks, [None, Some(3), Some(1)], "{}: nulls first", blog.name());
        assert!(Post::query().sort(post::views.asc()).select(post::rank).distinct().all(cx).await.is_err());
    }
}

#[tokio::test]
async fn aggregates_are_exact() {
    for blog in blogs().await {
        let cx = blog.cx();
        let (none, nothing) = Post::query().aggregate(cx, (post::views.sum(), count())).await.unwrap();
        assert_eq!((none, nothing), (None, 0));
        assert_eq!(Post::query().aggregate(cx, post::price.avg()).await.unwrap(), None);
        blog.put([
            Post { price: dec("0.1"), rank: Some(1), rating: Some(0.5), ..a_post(1, "a", None) },
            Post { price: dec("0.2"), rank: Some(2), rating: Some(1.5), ..a_post(2, "b", None) },
            Post { price: dec("-99999999999999.9999"), rank: None, ..a_post(3, "b", None) },
            Post { price: None, rank: Some(2), views: -7, ..a_post(4, "é", None) },
        ])
        .await;
        let (sum, mean, low, high) = Post::query()
            .aggregate(cx, (post::price.sum(), post::price.avg(), post::price.min(), post::price.max()))
            .await
            .unwrap();
        assert_eq!(
            (sum, low, high),
            (dec("-99999999999999.6999"), dec("-99999999999999.9999"), dec("0.2")),
            "{}",
            blog.name()
        );
        assert_eq!(mean.unwrap().round_dp(4), dec("-33333333333333.2333").unwrap());
        let (views, rank, ranks, different) = Post::query()
            .aggregate(
                cx,
                (post::views.sum(), post::rank.avg(), post::rank.count(), post::rank.count_distinct()),
            )
            .await
            .unwrap();
        assert_eq!((views, ranks, different), (Some(-1), 3, 2));
        assert_eq!(rank.unwrap().round_dp(6), dec("1.666667").unwrap());
        assert_eq!(
            Post::query().aggregate(cx, (post::title.max(), post::rating.sum())).await.unwrap(),
            (Some("é".into()), Some(2.0))
        );
        let groups = Post::query()
            .group_by((post::title,))
            .aggregate((count(), post::views.sum(), post::rank.max()))
            .having(count().gte(1))
            .having(post::views.sum().gt(0))
            .all(cx)
            .await
            .unwrap();
        assert_eq!(
            groups,
            [(("a".to_owned(),), (1, Some(1), Some(1))), (("b".to_owned(),), (2, Some(5), Some(2)))],
            "{}",
            blog.name()
        );
        let by_rank = Post::query().group_by(post::rank).aggregate(count()).all(cx).await.unwrap();
        assert_eq!(by_rank, [(Some(1), 1), (Some(2), 2), (None, 1)]);
        let few = Post::query()
            .group_by(post::title)
            .aggregate(count())
            .having(post::price.sum().lt("0.15".parse::<Decimal>().unwrap()))
            .all(cx)
            .await
            .unwrap();
        assert_eq!(few.len(), 2, "{}", blog.name());
        // A mean is compared as it is answered with: (2 + 3) / 2.
        let mean = |limit: &str| post::views.avg().gt(dec(limit).unwrap());
        let above = async |having: Having<Post>| {
            let groups = Post::query().group_by(post::title).aggregate((count(), post::views.avg()));
            groups.having(having).having(count().gt(1)).all(cx).await.unwrap()
        };
        assert_eq!(above(mean("2.4")).await, [("b".to_owned(), (2, dec("2.5")))], "{}", blog.name());
        assert_eq!(above(mean("2.5")).await, [], "{}", blog.name());
        let equal = above(post::views.avg().eq(dec("2.5").unwrap())).await;
        assert_eq!(equal.len(), 1, "{}", blog.name());
        // The sum of two that fit may not.
        blog.put([
            Post { views: i64::MAX, ..a_post(5, "z", None) },
            Post { views: i64::MAX, ..a_post(6, "z", None) },
        ])
        .await;
        let e = Post::query().aggregate(cx, post::views.sum()).await.unwrap_err();
        assert_eq!((e.status(), e.code()), (422, "query.overflow"), "{}", blog.name());
        assert_eq!(
            Post::query().filter(post::title.eq("z")).aggregate(cx, post::views.avg()).await.unwrap(),
            Some(Decimal::from(i64::MAX))
        );
    }
}

fn dec(text: &str) -> Option<Decimal> {
    Some(text.parse().unwrap())
}

#[tokio::test]
async fn pages_by_cursor_and_by_number() {
    for blog in blogs().await {
        let cx = blog.cx();
        blog.put((1..=42).map(|n| Post { rank: (n % 4 > 0).then_some(1), ..a_post(n, "same", None) })).await;
        let p = Post::query().page_number(cx, 3, 15).await.unwrap();
        assert_eq!((p.items.len(), p.total, p.page, p.per_page, p.last_page), (12, 42, 3, 15, 3));
        assert_eq!(Post::query().page_number(cx, 0, 15).await.unwrap().page, 1);
        assert_eq!(Post::query().page_number(cx, 9, 15).await.unwrap().items.len(), 0);
        let query = || Post::query().sort(post::rank.desc()).sort(post::title.asc());
        let (mut seen, mut next) = (Vec::new(), None::<String>);
        loop {
            let page = query().page(cx, 5, next.as_deref()).await.unwrap();
            seen.extend(page.items.iter().map(|p| p.views));
            // Records that come in front of the cursor, and with equal sort keys, move nothing.
            let n = seen.len() as u64;
            blog.put([Post { rank: None, views: 0, ..a_post(n + 100_000, "aaaa", None) }]).await;
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        let mut nulls: Vec<i64> = (1..=42).filter(|n| n % 4 == 0).collect();
        nulls.extend((1..=42).filter(|n| n % 4 > 0));
        assert_eq!(seen, nulls, "{}", blog.name());
        let cursor = query().page(cx, 5, None).await.unwrap().next.unwrap();
        let e = Post::query().page(cx, 5, Some(&cursor)).await.unwrap_err();
        assert_eq!((e.status(), e.code()), (422, "query.invalid_cursor"));
    }
}

#[tokio::test]
async fn long_texts_sort_to_their_ends() {
    for blog in blogs().await {
        let cx = blog.cx();
        let long = |end: &str| Some("a".repeat(3000) + end);
        blog.put(
            [(1, "z"), (2, "b"), (3, "m"), (4, "")]
                .map(|(n, end)| Post { body: long(end), ..a_post(n, "t", None) }),
        )
        .await;
        let (mut seen, mut next) = (Vec::new(), None::<String>);
        loop {
            let page = Post::query().sort(post::body.asc()).page(cx, 1, next.as_deref()).await.unwrap();
            seen.extend(page.items.iter().map(|p| p.views));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(seen, [4, 2, 3, 1], "{}", blog.name());
    }
}

#[tokio::test]
async fn chunks_and_streams_meet_every_record_once() {
    for blog in blogs().await {
        let cx = blog.cx();
        blog.put(
            (1..=1003).map(|n| Post { rank: (n % 3 > 0).then_some((n % 5) as i32), ..a_post(n, "t", None) }),
        )
        .await;
        for order in [post::rank.asc(), post::rank.desc(), post::views.desc()] {
            let (mut seen, mut sizes) = (Vec::new(), Vec::new());
            Post::query()
                .sort(order)
                .chunk(cx, 100, async |some| {
                    sizes.push(some.len());
                    seen.extend(some.into_iter().map(|p: Post| p.views));
                    Ok(())
                })
                .await
                .unwrap();
            assert_eq!((sizes.len(), sizes.last()), (11, Some(&3)));
            seen.sort_unstable();
            assert_eq!(seen, (1..=1003).collect::<Vec<_>>(), "{}", blog.name());
        }
        let some: Vec<Post> =
            Post::query().filter(post::views.lte(250)).limit(120).stream(cx, 50).try_collect().await.unwrap();
        assert_eq!(some.iter().map(|p| p.views).collect::<Vec<_>>(), (1..=120).collect::<Vec<_>>());
        let mut batches = 0;
        let stopped = Post::query().chunk(cx, 10, async |_: Vec<Post>| {
            batches += 1;
            if batches == 2 {
                Err(Error::new(framewright_core::ErrorKind::Conflict, "test.stop", "enough"))
            } else {
                Ok(())
            }
        });
        assert_eq!(stopped.await.unwrap_err().code(), "test.stop");
        assert_eq!(batches, 2);
        assert_eq!(Tag::query().stream(cx, 10).try_collect::<Vec<_>>().await.unwrap(), []);
    }
}

//! The blog's typed code, on every database that is there.

use blog::queries;
use blog::resources::{Category, Comment, CreateTag, CreateUser, Post, Status, Tag, User, post, tag, user};
use framewright::CxData;
use framewright::prelude::*;
use framewright::testing::{Factory, for_each_database};

// ANCHOR: transaction
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_is_all_or_nothing() {
    for_each_database(blog::app, async |app| {
        let cx = app.cx();
        let failed: Result<()> = cx
            .transaction(async |cx| {
                CreateUser::new("ann@example.org", "Ann").save(cx).await?;
                Err(Error::new(ErrorKind::Conflict, "test.no", "no"))
            })
            .await;
        assert_eq!(failed.expect_err("it failed").code(), "test.no");
        assert_eq!(User::query().count(&cx).await.expect("a count"), 0);
    })
    .await;
}
// ANCHOR_END: transaction

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seeds_run_as_often_as_you_like() {
    for_each_database(blog::app, async |app| {
        let cx = app.cx();
        for _ in 0..2 {
            framewright::data::seed::seed(&cx, &[], &|_| {}).await.expect("seeded");
            let posts = Post::query().sort(post::id.asc()).all(&cx).await.expect("posts");
            assert_eq!(posts.len(), 3);
            let authors: Vec<_> = User::query().all(&cx).await.expect("users");
            assert_eq!(authors.iter().map(|u| u.id).collect::<Vec<_>>(), [posts[0].author_id]);
            assert!(authors[0].email.ends_with("@example.com"), "by the factory of users");
            // what is deleted comes back with the next run
            posts[1].clone().delete(&cx).await.expect("deleted");
        }
        assert_eq!(Tag::query().count(&cx).await.expect("a count"), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_say_what_they_mean() {
    for_each_database(blog::app, async |app| {
        let cx = app.cx();
        let ann = User::factory().create_one(&cx).await.expect("a user");
        let shelf = Category::factory().create_one(&cx).await.expect("a category");
        let posts = Post::factory().count(4).for_parent(&ann).create(&cx).await.expect("posts");
        let first = posts.first().cloned().expect("four posts");
        let published = first
            .patch()
            .status(Status::Published)
            .published_at(Some(cx.now()))
            .save(&cx)
            .await
            .expect("saved");
        assert_eq!(queries::latest(&cx, 10).await.expect("latest").len(), 1);
        assert_eq!(
            queries::about(&cx, ann.id, &published.title, shelf.id)
                .await
                .expect("about")
                .first()
                .map(|p| p.id),
            Some(published.id)
        );

        assert!(queries::loved(&cx).await.expect("loved").is_empty());
        let comment = Comment::factory().for_parent(&published).state(|c| c.stars(Some(5)));
        comment.create_one(&cx).await.expect("a comment");
        assert_eq!(queries::loved(&cx).await.expect("loved").len(), 1);

        let statistics = queries::per_status(&cx).await.expect("statistics");
        assert_eq!(statistics.iter().map(|s| s.posts).sum::<i64>(), 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_record_however_many_ask() {
    for_each_database(blog::app, async |app| {
        let cx = app.cx();
        let mut asking = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let cx = cx.clone();
            asking.spawn(async move {
                CreateTag::new("rust").first_or_create(&cx, tag::name).await.map(|t| t.id)
            });
        }
        let ids: Vec<_> = asking.join_all().await.into_iter().map(|id| id.expect("a tag")).collect();
        assert!(ids.iter().all(|id| Some(id) == ids.first()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn includes_cost_one_statement_each() {
    for_each_database(blog::app, async |app| {
        let cx = app.cx();
        for parents in [3, 30] {
            Post::factory().count(parents).create(&cx).await.expect("posts");
            let query = Post::query().with(post::author).with(post::comments).with(post::tags);
            let (loaded, statements) = app.statements(query.all(&cx)).await;
            assert!(loaded.expect("posts").len() >= parents);
            assert_eq!(statements, 4, "one for the posts, one per relation");
        }
        let authors = User::query().filter(user::posts.exists()).count(&cx).await;
        assert_eq!(authors.expect("a count"), 2, "a factory makes one author for all of its posts");
    })
    .await;
}

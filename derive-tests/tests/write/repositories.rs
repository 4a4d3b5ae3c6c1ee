//! One contract, held by the database and by the memory.

use super::model::*;
use super::support::each;
use framewright::cx::State;
use framewright::data::write::Expected;
use framewright::prelude::*;
use std::sync::Arc;

/// What every repository of these resources holds.
async fn contract(
    name: &str,
    cx: &Cx,
    users: &dyn Repository<User>,
    posts: &dyn Repository<Post>,
    tickets: &dyn Repository<Ticket>,
) {
    let ann = users.create(cx, CreateUser::new("ann@example.org", "ann")).await.unwrap();
    let found = users.find(cx, ann.id).await.unwrap();
    assert_eq!((found.email.as_str(), found.created_at), ("ann@example.org", ann.created_at), "{name}");
    let code = |e: Error| {
        (e.status(), e.code().to_owned(), e.fields().iter().map(|f| f.field.clone()).collect::<Vec<_>>())
    };
    let e = users.create(cx, CreateUser::new("ann@example.org", "twice")).await.unwrap_err();
    assert_eq!(code(e), (409, "user.email_taken".into(), vec!["email".into()]), "{name}");
    let e = users.create(cx, CreateUser::new("no", "x")).await.unwrap_err();
    assert_eq!(code(e), (422, "validation".into(), vec!["email".into(), "name".into()]), "{name}");
    assert_eq!(code(users.find(cx, Id::new()).await.unwrap_err()).1, "user.not_found", "{name}");
    let e =
        users.update(cx, Id::new(), UpdateUser::default().name("nobody"), Expected::Any).await.unwrap_err();
    assert_eq!(code(e).0, 404, "{name}");
    let bob = users.create(cx, CreateUser::new("bob@example.org", "bob")).await.unwrap();
    let e = users
        .update(cx, bob.id, UpdateUser::default().email("ann@example.org"), Expected::Any)
        .await
        .unwrap_err();
    assert_eq!(code(e).1, "user.email_taken", "{name}");
    let bob = users.update(cx, bob.id, UpdateUser::default().name("bobby"), Expected::Any).await.unwrap();
    assert_eq!((bob.name.as_str(), bob.email.as_str()), ("bobby", "bob@example.org"), "{name}");

    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(posts.create(cx, CreatePost::new(format!("Post {n}"), ann.id)).await.unwrap().id);
    }
    let (page, total) = posts.list(cx, 2, 2).await.unwrap();
    assert_eq!((page.iter().map(|p| p.id).collect::<Vec<_>>(), total), (ids[2..4].to_vec(), 5), "{name}");
    let titles = |found: Vec<Post>| found.into_iter().map(|p| p.title).collect::<Vec<_>>();
    let some = || Post::query().filter(post::title.in_(["Post 4", "Post 1", "Post 0"]));
    let found = posts.all(cx, some().sort(post::title.desc()).limit(2)).await.unwrap();
    assert_eq!(titles(found), ["Post 4", "Post 1"], "{name}");
    assert_eq!(posts.count(cx, some().limit(1)).await.unwrap(), 3, "{name}: whatever its limit");
    // unknown is neither true nor false
    let ranked = || Post::query().filter(post::rank.gt(3));
    assert_eq!(posts.count(cx, ranked()).await.unwrap(), 0, "{name}");
    let not = Post::query().filter(!post::rank.gt(3));
    assert!(posts.first(cx, not).await.unwrap().is_none(), "{name}");
    let either = Post::query().filter(post::rank.gt(3) | post::title.ends_with("3"));
    assert_eq!(posts.first(cx, either).await.unwrap().map(|p| p.id), Some(ids[3]), "{name}");

    let post = posts
        .update(cx, ids[0], UpdatePost::default().views(5).rank(Some(1)), Expected::Version(1))
        .await
        .unwrap();
    assert_eq!((post.version, post.views, post.rank, post.status), (2, 5, Some(1), Status::Draft), "{name}");
    let stale = posts.update(cx, ids[0], UpdatePost::default().views(6), Expected::Version(1)).await;
    assert_eq!(code(stale.unwrap_err()), (412, "conflict.version".into(), vec![]), "{name}");
    let unsaid = posts.update(cx, ids[0], UpdatePost::default().views(6), Expected::Unsaid).await;
    assert_eq!(code(unsaid.unwrap_err()).0, 428, "{name}");
    let same = posts.update(cx, ids[0], UpdatePost::default(), Expected::Version(2)).await.unwrap();
    assert_eq!(same.version, 2, "{name}: a change of nothing");
    let read = posts.find(cx, ids[4]).await.unwrap();
    let saved = posts.save(cx, read.clone().patch().title("Saved")).await.unwrap();
    assert_eq!((saved.title.as_str(), saved.version), ("Saved", 2), "{name}");
    let e = posts.save(cx, read.patch().title("Too late")).await.unwrap_err();
    assert_eq!(code(e), (412, "conflict.version".into(), vec![]), "{name}");
    let last = Post::query().sort(post::rank.asc()).sort(post::title.desc());
    let last = posts.all(cx, last).await.unwrap();
    assert_eq!((last[0].id, last[1].title.as_str()), (ids[0], "Saved"), "{name}: null stands last");
    let e = posts.create(cx, CreatePost::new("Post 1", ann.id)).await.unwrap_err();
    assert_eq!(code(e).2, ["author_id", "title"], "{name}");
    let e = posts.delete(cx, ids[1], Expected::Version(2)).await.unwrap_err();
    assert_eq!(code(e).1, "conflict.version", "{name}");
    posts.delete(cx, ids[1], Expected::Version(1)).await.unwrap();
    assert_eq!(posts.delete(cx, ids[1], Expected::Any).await.unwrap_err().status(), 404, "{name}");
    assert_eq!(posts.find(cx, ids[1]).await.unwrap_err().status(), 404, "{name}");
    assert_eq!(posts.list(cx, 1, 10).await.unwrap().1, 4, "{name}");
    assert_eq!(posts.count(cx, Post::query().only_deleted()).await.unwrap(), 1, "{name}");
    assert_eq!(posts.count(cx, Post::query().with_deleted()).await.unwrap(), 5, "{name}");
    users.delete(cx, bob.id, Expected::Any).await.unwrap();
    assert_eq!(users.list(cx, 1, 10).await.unwrap().1, 1, "{name}");

    let one = tickets.create(cx, CreateTicket::new("one")).await.unwrap();
    let two = tickets.create(cx, CreateTicket::new("two").slot(3)).await.unwrap();
    assert!(two.id > one.id, "{name}");
    assert_eq!(
        tickets.create(cx, CreateTicket::new("three").slot(3)).await.unwrap_err().status(),
        409,
        "{name}"
    );
    tickets.create(cx, CreateTicket::new("null is not null")).await.unwrap();
}

#[tokio::test]
async fn the_database_holds_the_contract() {
    for f in each().await {
        let (users, posts, tickets) =
            (DatabaseRepository::new(), DatabaseRepository::new(), DatabaseRepository::new());
        contract(f.name(), &f.cx, &users, &posts, &tickets).await;
    }
}

#[tokio::test]
async fn the_memory_holds_the_contract_a_thousand_times() {
    let cx = Cx::new(Arc::new(State::default()));
    let begun = std::time::Instant::now();
    for _ in 0..1_000 {
        let (users, posts, tickets) =
            (MemoryRepository::new(), MemoryRepository::new(), MemoryRepository::new());
        contract("memory", &cx, &users, &posts, &tickets).await;
    }
    // The figure is published, not asserted.
    println!("1,000 runs of the contract in memory: {:?}", begun.elapsed());
}

//! The same question to every database and to an oracle in memory: 2,000 random queries each over random rows, and
//! for a part of them every page by cursor. A failure prints the seed; `ORACLE_SEED=…` repeats it, `ORACLE_CASES=…`
//! asks more.
#![allow(missing_docs, clippy::unwrap_used)]

mod blog;
#[path = "../../core/tests/fixture/mod.rs"]
mod fixture;
mod model;
mod support;

use blog::{Blog, blogs};
use fixture::{comment, post, post_tag, tag, user};
use framewright_core::query::{CursorKey, Deleted, Filter, ListQuery, Page, Sort, cursor};
use framewright_core::{Column, Id, Value};
use framewright_data::list::list_json;
use model::random::Random;
use model::{Mistake, Oracle, World};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(otherwise)
}

async fn fill(blog: &Blog, world: &World) {
    for table in ["post_tags", "tags", "comments", "posts", "users"] {
        blog.f.db.batch("UPDATE users SET manager_id = NULL").await.unwrap();
        blog.f.db.batch(&format!("DELETE FROM {table}")).await.unwrap();
    }
    // One by one: a user's manager has to be there before.
    for row in &world.users {
        blog.put_values(&user, std::slice::from_ref(row)).await;
    }
    blog.put_values(&post, &world.posts).await;
    blog.put_values(&comment, &world.comments).await;
    blog.put_values(&tag, &world.tags).await;
    blog.put_values(&post_tag, &world.post_tags).await;
}

async fn ask(blog: &Blog, query: &ListQuery) -> (Vec<Value>, Option<String>) {
    let page = list_json(blog.cx(), &post, query, Vec::new())
        .await
        .unwrap_or_else(|e| panic!("{}: {e:?}\n{query:?}", blog.name()));
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&page.body).unwrap();
    let key =
        |row: &serde_json::Value| row["id"].as_str().unwrap().parse::<Id<fixture::Post>>().unwrap().value();
    (rows.iter().map(key).collect(), page.next_cursor)
}

fn query(filter: &Filter, sort: &[Sort], deleted: Deleted, size: u16) -> ListQuery {
    ListQuery {
        filter: Some(filter.clone()),
        sort: sort.to_vec(),
        deleted,
        fields: Some(vec![0]),
        page: Page::Keyset { after: None, size },
        ..ListQuery::of(&post)
    }
}

/// Every page, one after the other, as a client would fetch them.
async fn walk(blog: &Blog, mut list: ListQuery) -> Vec<Value> {
    let (mut all, Page::Keyset { size, .. }) = (Vec::new(), list.page.clone()) else {
        panic!("pages by key")
    };
    loop {
        let (rows, next) = ask(blog, &list).await;
        all.extend(rows);
        let Some(next) = next else { return all };
        assert!(all.len() < 1000, "pages without end: {list:?}");
        let values = cursor::decode(&CursorKey::of(blog.cx().state()), &post, &list, &next).unwrap();
        list.page = Page::Keyset { after: Some(values), size };
    }
}

#[tokio::test]
async fn every_database_answers_like_the_oracle() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let (seed, cases) = (number("ORACLE_SEED", u64::from(now.subsec_nanos())), number("ORACLE_CASES", 2000));
    eprintln!("ORACLE_SEED={seed}");
    for blog in blogs().await {
        let mut random = Random(seed);
        let mut unseen: Vec<Mistake> = Mistake::ALL.to_vec();
        let (mut world, mut found, mut pages) = (random.world(), 0, 0);
        for case in 0..cases {
            if case % 250 == 0 {
                world = random.world();
                fill(&blog, &world).await;
            }
            let (filter, sort, deleted) = (random.filter(&post, 3), random.sort(), random.deleted());
            let size = u16::try_from(random.below(40) + 5).unwrap();
            let expected =
                Oracle { world: &world, mistake: Mistake::None }.answer(Some(&filter), &sort, deleted);
            let (answer, _) = ask(&blog, &query(&filter, &sort, deleted, 1000)).await;
            let what = || {
                format!("{}: ORACLE_SEED={seed}, case {case}\n{filter:?}\n{sort:?} {deleted:?}", blog.name())
            };
            assert_eq!(answer, expected, "{}", what());
            found += usize::from(!answer.is_empty() && answer.len() < 120);
            if case % 8 == 0 {
                pages += 1;
                assert_eq!(
                    walk(&blog, query(&filter, &sort, deleted, size)).await,
                    expected,
                    "pages of {size}, {}",
                    what()
                );
            }
            // The same answer has to tell a wrong oracle from the right one.
            unseen.retain(|m| {
                Oracle { world: &world, mistake: *m }.answer(Some(&filter), &sort, deleted) == answer
            });
        }
        eprintln!(
            "{}: {cases} cases, {found} of them neither empty nor everything, {pages} walked by pages",
            blog.name()
        );
        assert!(
            cases < 2000 || unseen.is_empty(),
            "{}: nothing tells these from the right answer: {unseen:?}",
            blog.name()
        );
        assert!(found as u64 > cases / 4, "too many trivial cases");
    }
}

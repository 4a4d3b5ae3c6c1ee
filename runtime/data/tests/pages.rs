//! Many pages of lists at once, which may be read together: each is what it is when it is read alone.
#![allow(missing_docs, clippy::unwrap_used)]

mod blog;
#[path = "../../core/tests/fixture/mod.rs"]
mod fixture;
mod support;

use blog::{Blog, a_post, blogs, deleted};
use fixture::{Post, post};
use framewright_core::query::{CursorKey, params};
use framewright_core::{Error, Kind, Result, Value};
use framewright_data::list::{ListPage, list_json};
use framewright_data::row::{Collect, Row, Sink};
use framewright_data::{Dialect, Stmt};
use support::{Fresh, fresh};

async fn list(blog: &Blog, query: &str) -> Result<ListPage> {
    let key = CursorKey::of(blog.cx().state());
    let pairs = params::split(query)?;
    let query = params::list_query(&post, pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())), &key)?;
    list_json(blog.cx(), &post, &query, Vec::new()).await
}

/// What can be said of a page.
fn said(page: ListPage) -> (String, usize, bool, Option<String>) {
    (String::from_utf8(page.body).unwrap(), page.rows, page.more, page.next_cursor)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_what_it_is_alone() {
    for blog in blogs().await {
        blog.put((1..=60).map(|n| Post {
            rating: (n % 4 > 0).then_some(f64::from(u32::try_from(n % 4).unwrap()) / 2.0),
            rank: (n % 3 > 0).then_some(i32::try_from(n % 3).unwrap()),
            deleted_at: if n % 10 == 0 { deleted() } else { None },
            body: Some(format!("\" \\ é {}", "x".repeat(usize::try_from(n).unwrap() * 50))),
            ..a_post(n, &format!("title {}", n % 7), None)
        }))
        .await;
        // Every page of every order, and pages that are empty, with sizes that are usual and that are not.
        let mut asked = Vec::new();
        for base in [
            "page[size]=20",
            "page[size]=7&sort=title",
            "page[size]=5&sort=-rating",
            "page[size]=20&sort=rank",
            "page[size]=9&sort=-views&with_trashed=true",
            "page[size]=4&with_trashed=only",
            "page[size]=10&sort=-views&filter[views][lt]=30",
        ] {
            let mut query = base.to_owned();
            loop {
                let page = said(list(&blog, &query).await.unwrap());
                let next = page.3.clone();
                asked.push((query, page));
                match next {
                    Some(cursor) => query = format!("{base}&page[after]={cursor}"),
                    None => break,
                }
            }
        }
        assert!(asked.len() > 30, "{}", asked.len());
        for round in 0..6 {
            // Each several times, in another order each round.
            let order = (0..asked.len() * 3).map(|i| &asked[(i * (2 * round + 1)) % asked.len()]);
            let all = order.map(async |(query, alone)| {
                let together = said(list(&blog, query).await.unwrap());
                assert_eq!(&together, alone, "{} {query}", blog.name());
            });
            futures_util::future::join_all(all).await;
        }
    }
}

/// The notes behind this one, as pages of lists are read.
fn behind(f: &Fresh, id: i64) -> Stmt {
    let mut b = f.sql("SELECT id, body FROM notes WHERE id > ");
    b.bind(Kind::I64, Value::I64(id)).sql(" ORDER BY id LIMIT 3").cached().bounded().page();
    b.finish()
}

async fn notes(f: &Fresh) {
    f.notes().await;
    for id in 0..40 {
        f.put(&f.cx, id, &format!("n{id}")).await.unwrap();
    }
}

async fn all_at_once(f: &Fresh) {
    let pages = (0..120i64).map(async |n| {
        let from = n % 45;
        let rows = f.rows(&f.cx, behind(f, from), &[Kind::I64, Kind::Text]).await.unwrap();
        let expected: Vec<_> =
            (from + 1..40).take(3).map(|id| vec![Value::I64(id), Value::Text(format!("n{id}"))]).collect();
        assert_eq!(rows, expected, "{:?} {from}", f.dialect());
    });
    futures_util::future::join_all(pages).await;
}

#[tokio::test]
async fn they_are_read_together() {
    let Some(f) = fresh(Dialect::Postgres).await else { return };
    notes(&f).await;
    all_at_once(&f).await;
    // What each connection was asked last.
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%fw.asked%' AND pid <> pg_backend_pid()";
    let lanes = f.rows(&f.cx, f.sql(sql).finish(), &[Kind::I64]).await.unwrap();
    assert!(matches!(lanes[0][0], Value::I64(1..)), "{lanes:?}");
}

#[tokio::test]
async fn a_table_that_changes_meanwhile_is_read_on() {
    for f in support::each().await {
        notes(&f).await;
        for round in 0..3 {
            all_at_once(&f).await;
            f.db.batch(&format!("ALTER TABLE notes ADD COLUMN extra{round} INTEGER")).await.unwrap();
        }
        all_at_once(&f).await;
    }
}

/// Takes one row, and then no more.
#[derive(Default)]
struct Fussy {
    panics: bool,
    rows: usize,
}

impl Sink for Fussy {
    fn row(&mut self, _: &dyn Row) -> Result<()> {
        self.rows += 1;
        match (self.rows, self.panics) {
            (1, _) => Ok(()),
            (_, true) => panic!("deliberate"),
            (_, false) => Err(Error::internal("no more")),
        }
    }
}

#[tokio::test]
async fn a_sink_that_fails_harms_its_own_page() {
    for f in support::each().await {
        notes(&f).await;
        for panics in [true, false] {
            let fussy = (0..20).map(|_| {
                let (db, cx, stmt) = (f.db.clone(), f.cx.clone(), behind(&f, 5));
                tokio::spawn(async move { db.read(&cx, stmt, Fussy { panics, rows: 0 }).await.map(drop) })
            });
            let (failed, ()) = tokio::join!(futures_util::future::join_all(fussy), all_at_once(&f));
            assert!(failed.iter().all(|r| !matches!(r, Ok(Ok(())))), "{:?}", f.dialect());
        }
        let rows =
            f.db.read(&f.cx, behind(&f, 38), Collect::new([Kind::I64, Kind::Text])).await.unwrap().rows;
        assert_eq!(rows, [[Value::I64(39), Value::Text("n39".into())]]);
    }
}

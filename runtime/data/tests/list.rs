//! Lists and records as JSON: pages, sparse fields, relations inside, counts.
#![allow(missing_docs, clippy::unwrap_used)]

mod blog;
#[path = "../../core/tests/fixture/mod.rs"]
mod fixture;
mod support;

use blog::{Blog, a_comment, a_post, a_user, blogs, deleted, id, small};
use fixture::{Post, post, user};
use framewright_core::query::{CursorKey, Deleted, Filter, ListQuery, Op, params};
use framewright_core::{Column, ResourceDescriptor, Result, Value as Cell};
use framewright_data::Dialect;
use framewright_data::list::{ListPage, get_json, list_json};
use framewright_data::write::delete_where;
use serde_json::{Value, json};
use std::time::Duration;
use support::fresh_with;

impl Blog {
    async fn list(&self, d: &'static ResourceDescriptor, query: &str) -> Result<ListPage> {
        let pairs = params::split(query)?;
        let key = CursorKey::of(self.cx().state());
        let query = params::list_query(d, pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())), &key)?;
        list_json(self.cx(), d, &query, Vec::new()).await
    }
    async fn rows(&self, d: &'static ResourceDescriptor, query: &str) -> Value {
        let page = self.list(d, query).await.unwrap();
        let rows: Value = serde_json::from_slice(&page.body).unwrap();
        assert_eq!(rows.as_array().unwrap().len(), page.rows);
        rows
    }
    async fn one(&self, n: u64, query: &str) -> Option<Value> {
        let pairs = params::split(query).unwrap();
        let query = params::record_query(&post, pairs.iter().map(|(n, v)| (n.as_str(), v.as_str()))).unwrap();
        let found =
            get_json(self.cx(), &post, id::<Post>(n).value(), &query, b"before ".to_vec()).await.unwrap();
        found.map(|r| serde_json::from_slice(r.body.strip_prefix(b"before ").unwrap()).unwrap())
    }
}

fn text(n: u64) -> String {
    id::<Post>(n).to_string()
}

#[tokio::test]
async fn a_record_has_every_readable_field() {
    for blog in blogs().await {
        small(&blog).await;
        let found = blog.one(1, "").await.unwrap();
        let expected = json!({
            "id": text(1), "title": "alpha", "body": "one\n\"two\"", "author_id": text(1), "views": 1, "rank": 3,
            "rating": null, "price": null, "published_at": null, "day": null, "hour": null, "hot": true, "extra": null,
            "deleted_at": null
        });
        assert_eq!(found, expected, "{}", blog.name());
        assert_eq!(blog.one(99, "").await, None);
        assert_eq!(blog.one(5, "").await, None, "deleted");
        assert_eq!(
            blog.one(5, "with_trashed=only&fields=title").await,
            Some(json!({"id": text(5), "title": "gone"}))
        );
        let found = blog.one(1, "fields=title&include=author,tags").await.unwrap();
        let author = json!({"id": text(1), "name": "Ann", "manager_id": null});
        let tags = json!([{"id": text(1), "name": "rust"}, {"id": text(2), "name": "sql"}]);
        assert_eq!(
            found,
            json!({"id": text(1), "title": "alpha", "author": author, "tags": tags}),
            "{}",
            blog.name()
        );
        assert!(!found.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn relations_stand_in_their_records() {
    for blog in blogs().await {
        small(&blog).await;
        let rows = blog.rows(&post, "fields=title&include=author.profile,comments.author&sort=title").await;
        let titles: Vec<_> = rows.as_array().unwrap().iter().map(|r| r["title"].as_str().unwrap()).collect();
        assert_eq!(titles, ["Alpha", "alpha", "beta", "gamma"], "{}", blog.name());
        assert_eq!(rows[0]["author"], Value::Null);
        assert_eq!(rows[0]["comments"], json!([]));
        assert_eq!(rows[1]["author"]["profile"]["bio"], "about \"Ann\"");
        assert_eq!(rows[2]["author"]["profile"], Value::Null);
        let said: Vec<_> = rows[1]["comments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| (&c["body"], &c["author"]["name"]))
            .collect();
        assert_eq!(said, [(&json!("first"), &json!("Bob")), (&json!("second"), &json!("Ann"))]);
        assert_eq!(rows[3]["comments"], json!([]), "the only comment is deleted");
        let empty = blog.list(&post, "filter[title]=nothing&include=author").await.unwrap();
        assert_eq!((empty.body.as_slice(), empty.rows), (b"[]".as_slice(), 0));
        let bosses = blog.rows(&user, "include=reports.reports&filter[reports.name][null]=false").await;
        assert_eq!(bosses[0]["reports"][1]["name"], "Cid");
        assert_eq!(bosses[0]["reports"][1]["reports"], json!([]));
    }
}

/// The most memory that this process has had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_answer_has_a_bound_whatever_is_included() {
    const MIB: usize = 1 << 20;
    for mut blog in blogs().await {
        let name = blog.name();
        blog.put([a_user(1, "Ann")]).await;
        blog.put((1..=100).map(|n| a_post(n, "t", Some(1)))).await;
        blog.put((1..=10_000).map(|n| a_comment(n, n % 100 + 1, Some(1), &"c".repeat(250)))).await;
        // 10,000 comments are 4 MiB and an answer that is allowed; each of 100 times they are not.
        blog.f.cx = blog.f.cx.answering_within(16 * MIB);
        let whole = blog.list(&post, "page[size]=100&include=comments").await.unwrap();
        assert!(whole.body.len() > 3 * MIB, "{name}: {}", whole.body.len());
        let before = peak();
        let refused = blog.list(&post, "page[size]=100&include=author.posts.comments").await.unwrap_err();
        assert_eq!((refused.status(), refused.code()), (422, "query.too_complex"), "{name}");
        let grown = peak() - before;
        assert!(grown < 160 * 1024, "{name}: {grown} KiB");
        // The bound is exact, for lists and for what is included.
        for query in ["page[size]=100", "page[size]=100&include=comments", "page[size]=100&include=author"] {
            blog.f.cx = blog.f.cx.answering_within(16 * MIB);
            let length = blog.list(&post, query).await.unwrap().body.len();
            blog.f.cx = blog.f.cx.answering_within(length);
            assert_eq!(blog.list(&post, query).await.unwrap().body.len(), length, "{name}: {query}");
            blog.f.cx = blog.f.cx.answering_within(length - 128);
            let refused = blog.list(&post, query).await.unwrap_err();
            assert_eq!((refused.status(), refused.code()), (422, "query.too_complex"), "{name}: {query}");
        }
    }
}

#[tokio::test]
async fn one_statement_per_relation_and_a_bound_per_parent() {
    for blog in blogs().await {
        blog.put((1..=20).map(|n| a_user(n, "u"))).await;
        blog.put((1..=100).map(|n| a_post(n, "t", Some(n % 20 + 1)))).await;
        blog.put((1..=150).map(|n| a_comment(n, 1, Some(2), "c"))).await;
        for size in [10, 100] {
            let n = blog
                .count_statements(async || {
                    let rows = blog
                        .rows(&post, &format!("include=author,comments.author,tags&page[size]={size}"))
                        .await;
                    assert_eq!(rows.as_array().unwrap().len(), size);
                    // 100 of the 150, the first by key.
                    let comments = rows[0]["comments"].as_array().unwrap();
                    assert_eq!((comments.len(), &comments[99]["id"]), (100, &json!(text(100))));
                    assert_eq!(rows[1]["comments"], json!([]));
                })
                .await;
            assert_eq!(n, 5, "{}: the list, three relations and one below", blog.name());
        }
    }
}

#[tokio::test]
async fn pages_carry_what_a_client_needs() {
    for blog in blogs().await {
        blog.put(
            (1..=45)
                .map(|n| Post { deleted_at: if n > 42 { deleted() } else { None }, ..a_post(n, "t", None) }),
        )
        .await;
        let page = blog.list(&post, "page[size]=1000&count=exact").await.unwrap();
        assert_eq!(
            (page.rows, page.size, page.clamped, page.total, page.more),
            (42, 100, true, Some(42), false)
        );
        assert_eq!(page.next_cursor, None);
        let page = blog.list(&post, "page[number]=3&page[size]=15&count=exact").await.unwrap();
        assert_eq!(
            (page.rows, page.number, page.total, page.more, page.clamped),
            (12, Some(3), Some(42), false, false)
        );
        let page = blog.list(&post, "page[number]=2&page[size]=15").await.unwrap();
        assert_eq!((page.rows, page.total, page.more, page.next_cursor), (15, None, true, None));
        let page = blog.list(&post, "with_trashed=true&page[size]=100&filter[views][gte]=40").await.unwrap();
        assert_eq!(page.rows, 6);
        for query in [
            "",
            "sort=-views",
            "sort=rank,-views",
            "fields=title&sort=-rank",
            "filter[title]=t&sort=id",
            "include=author&sort=title",
        ] {
            let (mut seen, mut next) = (std::collections::BTreeSet::new(), String::new());
            let mut pages = 0;
            loop {
                let page = blog.list(&post, &format!("{query}&page[size]=10{next}")).await.unwrap();
                let rows: Value = serde_json::from_slice(&page.body).unwrap();
                for row in rows.as_array().unwrap() {
                    assert!(seen.insert(row["id"].as_str().unwrap().to_owned()), "{query}: twice");
                }
                pages += 1;
                match page.next_cursor {
                    Some(cursor) => next = format!("&page[after]={cursor}"),
                    None => break,
                }
            }
            assert_eq!((seen.len(), pages), (42, 5), "{} {query}", blog.name());
        }
    }
}

#[tokio::test]
async fn databases_that_disagree_answer_alike() {
    for blog in blogs().await {
        blog.put([
            a_post(1, "admin@x.io", None),
            a_post(2, "a\u{301}dmin", None),
            a_post(3, "0abc", None),
            a_post(4, "0", None),
            a_post(5, "trail", None),
            a_post(6, "trail  ", None),
            a_post(7, "50% off_now", None),
            a_post(8, "😀", None),
        ])
        .await;
        let found = async |query: &str| -> Vec<i64> {
            let rows = blog.rows(&post, query).await;
            rows.as_array().unwrap().iter().map(|r| r["views"].as_i64().unwrap()).collect()
        };
        for (query, expected) in [
            ("filter[title]=ADMIN@X.IO", vec![]),
            ("filter[title]=admin@x.io", vec![1]),
            ("filter[title]=admin@x.io%20%20%20", vec![]),
            ("filter[title]=admin", vec![]),
            ("filter[title]=%C3%A1dmin", vec![]),
            // A number against text: MySQL would match everything that does not start with another digit.
            ("filter[title]=0", vec![4]),
            ("filter[title][in]=0,nothing", vec![4]),
            ("filter[title]=trail", vec![5]),
            ("filter[title]=trail%20%20", vec![6]),
            ("filter[title][contains]=ADMIN", vec![]),
            ("filter[title][contains]=%25", vec![7]),
            ("filter[title][contains]=_", vec![7]),
            ("filter[title][starts_with]=50%25%20", vec![7]),
            ("filter[title][ends_with]=%20%20", vec![6]),
            ("filter[title]=%F0%9F%98%80", vec![8]),
            ("filter[title][lt]=A", vec![3, 4, 7]),
        ] {
            assert_eq!(found(query).await, expected, "{} {query}", blog.name());
        }
    }
}

#[tokio::test]
async fn nothing_from_a_client_becomes_sql() {
    let corpus = [
        "' OR '1'='1",
        "'; DROP TABLE posts; --",
        "\" OR \"\"=\"",
        "1) OR (1=1",
        "\\' OR 1=1 --",
        "x' UNION SELECT password FROM users --",
        "%' OR '%'='",
        "$1",
        "?",
        ":1",
        "`",
        "/*",
        "*/",
        "--",
        "#",
        "\\",
        "\\\\",
        "0x27",
        "CHAR(39)",
        "{{7*7}}",
        "null",
        "'||(SELECT 1)||'",
        "posts.title",
        "title\" = \"title",
        "\u{ff07}",
        "\u{2bc}",
    ];
    for blog in blogs().await {
        small(&blog).await;
        let encoded = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        for attack in corpus {
            let text = encoded(attack);
            for op in ["eq", "in", "gt", "lte", "contains", "starts_with", "ends_with", "between"] {
                match blog.list(&post, &format!("filter[title][{op}]={text}&count=exact")).await {
                    Ok(page) if matches!(op, "gt" | "lte") => assert!(page.rows <= 4),
                    Ok(page) => {
                        assert_eq!((page.rows, page.total), (0, Some(0)), "{} {op} {attack}", blog.name())
                    }
                    Err(e) => assert_eq!(e.status(), 422, "{} {op} {attack}: {e:?}", blog.name()),
                }
            }
            for place in [
                "filter[{}]=1",
                "filter[title][{}]=1",
                "sort={}",
                "sort=-{}",
                "fields={}",
                "include={}",
                "page[size]={}",
                "page[after]={}",
                "count={}",
                "{}=1",
            ] {
                let e = blog.list(&post, &place.replace("{}", &text)).await.unwrap_err();
                assert_eq!(e.status(), 422, "{} {place} {attack}", blog.name());
            }
        }
        assert_eq!(
            blog.list(&post, "count=exact").await.unwrap().total,
            Some(4),
            "{}: the table is as it was",
            blog.name()
        );
        assert_eq!(blog.list(&user, "count=exact").await.unwrap().total, Some(3));
    }
}

/// The one reader of this file is held by a read of many seconds: the next one is answered only if that was ended, not
/// only given up by the one who waited for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_of_a_file_that_takes_too_long_is_ended() {
    let f = fresh_with(Dialect::Sqlite, |c| {
        c.statement_timeout = Duration::from_millis(400);
        c.sqlite_readers = 1;
    });
    let blog = Blog::made_in(f.await.unwrap()).await;
    blog.put((1..=20_000).map(|n| a_post(n, &format!("{n:0>90}"), None))).await;
    let digit = || Filter::Compare(1, Op::Contains, Cell::Text("0".into()));
    let long = ListQuery {
        filter: Some(Filter::And((0..900).map(|_| digit()).collect())),
        count: true,
        ..ListQuery::of(&post)
    };
    let e = list_json(blog.cx(), &post, &long, Vec::new()).await.unwrap_err();
    assert_eq!((e.status(), e.code()), (504, "database.timeout"), "{e:?}");
    let page = blog.list(&post, "sort=title&filter[title][contains]=17&page[size]=3").await.unwrap();
    assert_eq!(page.rows, 3);
    // The writer is stopped the same way, and nothing of the statement stays.
    let e = delete_where(blog.cx(), &post, long.filter.as_ref(), Deleted::Without).await.unwrap_err();
    assert_eq!((e.status(), e.code()), (504, "database.timeout"), "{e:?}");
    assert_eq!(blog.list(&post, "count=exact&page[size]=1").await.unwrap().total, Some(20_000));
}

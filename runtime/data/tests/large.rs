//! A million records through `chunk` and `stream`: memory stays where it was. It takes a while, so it is asked for:
//! `cargo test -p framewright-data --features postgres,mysql --test large -- --ignored --nocapture`.
#![allow(missing_docs, clippy::unwrap_used)]

mod blog;
#[path = "../../core/tests/fixture/mod.rs"]
mod fixture;
mod support;

use blog::blogs;
use fixture::{Tag, tag};
use framewright_data::Dialect;
use framewright_data::typed::Find;
use futures_util::TryStreamExt as _;

/// The memory of this process in KiB: its own, and all that is resident, which counts the pages of SQLite's file that
/// are mapped and belong to the system's cache.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let of = |name: &str| {
        let line = status.lines().find(|l| l.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    (of("RssAnon:"), of("VmRSS:"))
}

#[tokio::test]
#[ignore = "a million rows on each database"]
async fn a_million_records_in_bounded_memory() {
    const ALL: u64 = 1_000_000;
    for blog in blogs().await {
        let sql = match blog.f.dialect() {
            Dialect::Sqlite => {
                "INSERT INTO tags (id, name) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) \
                 SELECT CAST(printf('%016d', i) AS BLOB), 'tag ' || i FROM n"
            }
            Dialect::Postgres => {
                "INSERT INTO tags (id, name) SELECT lpad(to_hex(i), 32, '0')::uuid, 'tag ' || i FROM generate_series(1, 1000000) i"
            }
            Dialect::Mysql => {
                "INSERT INTO tags (id, name) SELECT UNHEX(LPAD(HEX(seq), 32, '0')), CONCAT('tag ', seq) FROM seq_1_to_1000000"
            }
        };
        blog.f.db.batch(sql).await.unwrap();
        let cx = blog.cx();
        let (before, _) = memory();
        let (mut seen, mut bytes) = (0, 0);
        let started = std::time::Instant::now();
        Tag::query()
            .chunk(cx, 1000, async |some: Vec<Tag>| {
                seen += some.len() as u64;
                bytes += some.iter().map(|t| t.name.len()).sum::<usize>();
                Ok(())
            })
            .await
            .unwrap();
        let chunked = started.elapsed();
        assert_eq!(seen, ALL);
        let streamed = Tag::query()
            .sort(tag::id.desc())
            .stream(cx, 1000)
            .try_fold(0, |n, _| async move { Ok(n + 1) })
            .await
            .unwrap();
        assert_eq!(streamed, ALL);
        let (after, resident) = memory();
        eprintln!(
            "{}: {ALL} records ({bytes} bytes of names) in {chunked:.1?}; own memory {before} KiB before, {after} KiB after, {resident} KiB with mapped files",
            blog.name()
        );
        assert!(
            after.saturating_sub(before) < 32 * 1024,
            "{}: {before} KiB before, {after} KiB after",
            blog.name()
        );
    }
}

//! Databases that are slow, full, changed under us, or gone: what is answered then, and that all is well again after.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/door.rs"]
mod door;
mod support;

use door::door;
use framewright_core::{Kind, Result, Value};
use framewright_data::row::Collect;
use framewright_data::{CxData, Database, DatabaseConfig, Dialect, Step, Stmt, Unit};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use support::{Fresh, built, cx_of, each, fresh, fresh_with, new_url};

const SERVERS: [Dialect; 2] = [Dialect::Postgres, Dialect::Mysql];

fn by_id(f: &Fresh, id: i64, bounded: bool) -> Stmt {
    let mut b = f.sql("SELECT * FROM notes WHERE id");
    b.point(Kind::I64, Value::I64(id), 0).cached();
    if bounded {
        b.bounded();
    }
    b.finish()
}

async fn body(f: &Fresh, stmt: Stmt) -> Result<Vec<Vec<Value>>> {
    f.rows(&f.cx, stmt, &[Kind::I64, Kind::Text]).await
}

#[tokio::test]
async fn a_changed_table_is_read_on_without_an_error() {
    for f in each().await {
        f.notes().await;
        f.put(&f.cx, 1, "a").await.unwrap();
        for (round, change) in
            ["ADD COLUMN extra1 INTEGER", "ADD COLUMN extra2 INTEGER", "DROP COLUMN extra1"]
                .into_iter()
                .enumerate()
        {
            for bounded in [true, false] {
                // Several times, so that every lane has it prepared.
                for _ in 0..4 {
                    assert_eq!(
                        body(&f, by_id(&f, 1, bounded)).await.unwrap().len(),
                        1,
                        "{:?} round {round}",
                        f.dialect()
                    );
                }
            }
            f.db.batch(&format!("ALTER TABLE notes {change}")).await.unwrap();
        }
        let many = (0..40).map(|_| body(&f, by_id(&f, 1, true)));
        for rows in futures_util::future::join_all(many).await {
            assert_eq!(rows.unwrap().len(), 1, "{:?}", f.dialect());
        }
    }
}

#[tokio::test]
async fn point_reads_under_load_get_each_their_own_row() {
    for f in each().await {
        f.notes().await;
        for id in 0..20 {
            f.put(&f.cx, id, &format!("body {id}")).await.unwrap();
        }
        let before = f.db.statements();
        let reads = (0..200).map(|i| {
            let f = &f;
            async move { (i % 25, body(f, by_id(f, i % 25, true)).await.unwrap()) }
        });
        for (id, rows) in futures_util::future::join_all(reads).await {
            let expected =
                if id < 20 { vec![vec![Value::I64(id), Value::Text(format!("body {id}"))]] } else { vec![] };
            assert_eq!(rows, expected, "{:?}", f.dialect());
        }
        assert_eq!(f.db.statements() - before, 200);
    }
}

#[tokio::test]
async fn a_full_pool_answers_503_within_the_wait() {
    for dialect in built() {
        let Some(f) = fresh_with(dialect, |c| {
            c.max_connections = 2;
            c.acquire_timeout = Duration::from_secs(1)
        })
        .await
        else {
            continue;
        };
        f.notes().await;
        let f = Arc::new(f);
        let many = if dialect == Dialect::Sqlite { 1 } else { 2 };
        let held = Arc::new(tokio::sync::Semaphore::new(0));
        let holders: Vec<_> = (0..many)
            .map(|i| {
                let (f, held) = (f.clone(), held.clone());
                tokio::spawn(async move {
                    f.cx.transaction(async |cx| {
                        f.put(cx, i, "held").await?;
                        held.add_permits(1);
                        tokio::time::sleep(Duration::from_secs(6)).await;
                        Ok(())
                    })
                    .await
                })
            })
            .collect();
        drop(held.acquire_many(u32::try_from(many).unwrap()).await);
        let begun = Instant::now();
        let e = f.put(&f.cx, 50, "late").await.unwrap_err();
        assert_eq!((e.status(), e.code()), (503, "database.busy"), "{dialect:?}: {e:?}");
        assert!(
            e.retry_after_seconds().is_some() && begun.elapsed() < Duration::from_secs(3),
            "{dialect:?} {:?}",
            begun.elapsed()
        );
        let e = f.cx.transaction(async |_| Ok(())).await.unwrap_err();
        assert_eq!((e.status(), e.code()), (503, "database.busy"), "{dialect:?}: {e:?}");
        for h in holders {
            h.await.unwrap().unwrap();
        }
        f.put(&f.cx, 51, "after").await.unwrap();
        assert!(!f.ids(&f.cx).await.contains(&50), "{dialect:?}: what was refused must not happen later");
    }
}

#[tokio::test]
async fn a_slow_statement_is_stopped() {
    for dialect in built() {
        let Some(f) = fresh_with(dialect, |c| c.statement_timeout = Duration::from_secs(2)).await else {
            continue;
        };
        f.notes().await;
        let slow = match dialect {
            Dialect::Sqlite => {
                "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 60000000) SELECT count(*) FROM c"
            }
            Dialect::Postgres => "SELECT count(*) FROM (SELECT pg_sleep(20)) t",
            Dialect::Mysql => "SELECT SLEEP(20)",
        };
        let begun = Instant::now();
        let e = f.rows(&f.cx, f.sql(slow).finish(), &[Kind::I64]).await.unwrap_err();
        assert_eq!((e.status(), e.code()), (504, "database.timeout"), "{dialect:?}: {e:?}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{dialect:?}");
        f.put(&f.cx, 1, "after").await.unwrap();
        let cx = f.cx.within(Duration::from_millis(50));
        let begun = Instant::now();
        assert_eq!(f.rows(&cx, f.sql(slow).finish(), &[Kind::I64]).await.unwrap_err().status(), 504);
        assert!(
            begun.elapsed() < Duration::from_millis(1800),
            "the deadline of the context counts, {dialect:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn units_that_deadlock_are_tried_again() {
    for f in each().await {
        f.notes().await;
        for id in 1..=2 {
            f.put(&f.cx, id, "a").await.unwrap();
        }
        let f = Arc::new(f);
        let add = |f: &Fresh, id: i64| {
            let mut b = f.sql("UPDATE notes SET n = n + 1 WHERE id = ");
            b.bind(Kind::I64, Value::I64(id)).cached();
            Step::new(b.finish()).at_least(1)
        };
        let tasks: Vec<_> = (0..8)
            .map(|i| {
                let f = f.clone();
                let (a, b) = if i % 2 == 0 { (1, 2) } else { (2, 1) };
                tokio::spawn(
                    async move { f.db.write(&f.cx, Unit::of([add(&f, a), add(&f, b)])).await.map(drop) },
                )
            })
            .collect();
        let mut done = 0;
        for t in tasks {
            match t.await.unwrap() {
                Ok(()) => done += 1,
                Err(e) => assert_eq!(e.status(), 503, "{:?}: {e:?}", f.dialect()),
            }
        }
        let rows =
            f.rows(&f.cx, f.sql("SELECT n FROM notes ORDER BY id").finish(), &[Kind::I64]).await.unwrap();
        assert_eq!(rows, [[Value::I64(done)], [Value::I64(done)]], "{:?}: all or nothing", f.dialect());
        assert!(done >= 6, "{:?}: only {done} of 8", f.dialect());
    }
}

/// Kills every connection to the database of `f` but that of the killer.
async fn kill(f: &Fresh) {
    let name = f.url.rsplit('/').next().unwrap();
    let variable = if f.dialect() == Dialect::Postgres { "TEST_POSTGRES_URL" } else { "TEST_MYSQL_URL" };
    let admin = Database::connect(&DatabaseConfig::new(std::env::var(variable).unwrap())).await.unwrap();
    let mut admin = admin.admin().await.unwrap();
    if f.dialect() == Dialect::Postgres {
        admin
            .rows(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
            .await
            .unwrap();
    } else {
        for row in admin
            .rows(&format!("SELECT id FROM information_schema.processlist WHERE db = '{name}'"))
            .await
            .unwrap()
        {
            let _ = admin.script(&format!("KILL {}", row[0].as_deref().unwrap())).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn killed_connections_are_replaced_and_tear_nothing() {
    for dialect in SERVERS {
        let Some(f) = fresh(dialect).await else { continue };
        f.notes().await;
        for round in 0..5i64 {
            f.put(&f.cx, round * 10, "before").await.unwrap();
            let cut =
                f.cx.transaction(async |cx| {
                    f.put(cx, round * 10 + 1, "torn?").await?;
                    kill(&f).await;
                    f.put(cx, round * 10 + 2, "torn?").await
                })
                .await;
            assert_eq!(cut.unwrap_err().code(), "database.unavailable", "{dialect:?}");
            for bounded in [true, false] {
                assert_eq!(
                    body(&f, by_id(&f, round * 10, bounded)).await.unwrap().len(),
                    1,
                    "{dialect:?}: reads go on"
                );
            }
            // A write may meet one dead connection at most: then all of them are known to be dead.
            let mut tries = 0;
            while f.put(&f.cx, round * 10 + 3, "after").await.is_err() {
                tries += 1;
                assert!(tries <= 1, "{dialect:?}");
            }
        }
        let expected: Vec<i64> = (0..5).flat_map(|r| [r * 10, r * 10 + 3]).collect();
        assert_eq!(f.ids(&f.cx).await, expected, "{dialect:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_and_comes_back() {
    for dialect in SERVERS {
        let Some(url) = new_url(dialect).await else { continue };
        let (scheme, rest) = url.split_once("://").unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let (user, address) = server.rsplit_once('@').unwrap();
        let (port, open) = door(address.to_owned()).await;
        let options = if dialect == Dialect::Mysql { "?prefer_socket=false" } else { "" };
        let config = DatabaseConfig {
            acquire_timeout: Duration::from_millis(500),
            ..DatabaseConfig::new(format!("{scheme}://{user}@127.0.0.1:{port}/{name}{options}"))
        };
        let db = Database::connect(&config).await.unwrap();
        let f = Arc::new(Fresh::of(db.clone(), cx_of(&db), url.clone()));
        f.notes().await;
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..8i64)
            .map(|w| {
                let (f, stop) = (f.clone(), stop.clone());
                tokio::spawn(async move {
                    let mut acknowledged = Vec::new();
                    for n in 0.. {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        let id = w * 1_000_000 + n * 2;
                        let pair = Unit::of([Step::new(f.insert(id, "x")), Step::new(f.insert(id + 1, "y"))]);
                        match f.db.write(&f.cx, pair).await {
                            Ok(_) => acknowledged.push(id),
                            Err(e) => {
                                assert_eq!(e.status(), 503, "{e:?}");
                                tokio::time::sleep(Duration::from_millis(10)).await;
                            }
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(150)).await;
            open.store(false, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(100)).await;
            let begun = Instant::now();
            let e = body(&f, by_id(&f, 0, true)).await.unwrap_err();
            assert_eq!(e.status(), 503, "{dialect:?}: {e:?}");
            assert!(begun.elapsed() < Duration::from_secs(3), "{dialect:?}");
            open.store(true, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        stop.store(true, Ordering::Relaxed);
        let mut acknowledged = Vec::new();
        for w in writers {
            acknowledged.extend(w.await.unwrap());
        }
        let direct = Database::connect(&DatabaseConfig::new(&url)).await.unwrap();
        let mut b = framewright_data::StmtBuilder::new(dialect);
        b.sql("SELECT id FROM notes");
        let rows = direct.read(&cx_of(&direct), b.finish(), Collect::new([Kind::I64])).await.unwrap().rows;
        let ids: std::collections::HashSet<i64> =
            rows.iter().map(|r| if let Value::I64(n) = r[0] { n } else { panic!() }).collect();
        assert!(acknowledged.iter().all(|id| ids.contains(id)), "{dialect:?}: lost an acknowledged write");
        assert!(ids.iter().all(|id| ids.contains(&(id ^ 1))), "{dialect:?}: torn");
        assert!(acknowledged.len() > 20, "{dialect:?}: {} writes", acknowledged.len());
        assert_eq!(body(&f, by_id(&f, acknowledged[0], true)).await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_torn_by_nothing() {
    let Some(f) = fresh(Dialect::Sqlite).await else { return };
    let f = Arc::new(f);
    f.notes().await;
    f.put(&f.cx, 1, "before").await.unwrap();
    f.db.batch("PRAGMA max_page_count = 40").await.unwrap();
    let big = "x".repeat(8 * 1024);
    // Alone, and many at once in one transaction of the writer.
    let mut refused = 0;
    for round in 0..20i64 {
        let puts = (0..if round % 2 == 0 { 1 } else { 8 }).map(|n| {
            let (f, big) = (f.clone(), big.clone());
            tokio::spawn(async move {
                let id = 100 + round * 10 + n;
                (id, f.put(&f.cx, id, &big).await)
            })
        });
        for put in futures_util::future::join_all(puts).await {
            let (id, put) = put.unwrap();
            let there = body(&f, by_id(&f, id, false)).await.unwrap().len();
            match put {
                Ok(_) => assert_eq!(there, 1),
                Err(e) => {
                    assert_eq!((e.status(), e.code(), there), (507, "database.full", 0), "{e:?}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 50, "{refused}");
    // What is there can be read, and with room again all is well.
    assert_eq!(body(&f, by_id(&f, 1, true)).await.unwrap().len(), 1);
    f.db.batch("PRAGMA max_page_count = 100000").await.unwrap();
    f.put(&f.cx, 2, &big).await.unwrap();
}

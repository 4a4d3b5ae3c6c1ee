//! Writers at the same time: each unit is undone alone or kept whole, whatever its neighbours in the group do.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use framewright_core::{Kind, Result, Value};
use framewright_data::{CxData, Dialect, Row, Sink, Step, Unit};
use std::sync::Arc;
use support::{each, fresh};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_writers_at_once() {
    for f in each().await {
        f.notes().await;
        f.put(&f.cx, 0, "there").await.unwrap();
        let f = Arc::new(f);
        let writers: Vec<_> = (1..=64i64)
            .map(|w| {
                let f = f.clone();
                tokio::spawn(async move {
                    let mut kept = Vec::new();
                    for n in 0..10 {
                        let id = w * 1000 + n * 2;
                        // Every fourth unit fails at its second step, every sixth finds too few rows there.
                        let mut second = Step::new(f.insert(if (w + n) % 4 == 0 { 0 } else { id + 1 }, "b"));
                        if (w + n) % 6 == 1 {
                            second = second.at_least(2);
                        }
                        let result =
                            f.db.write(&f.cx, Unit::of([Step::new(f.insert(id, "a")), second])).await;
                        let expected = match ((w + n) % 4 == 0, (w + n) % 6 == 1) {
                            (true, _) => {
                                assert_eq!(
                                    result.err().map(|e| e.code().to_owned()).as_deref(),
                                    Some("conflict.unique")
                                );
                                false
                            }
                            (_, true) => {
                                assert_eq!(result.unwrap().refused, Some(1));
                                false
                            }
                            _ => {
                                assert_eq!(result.unwrap().affected, [1, 1]);
                                true
                            }
                        };
                        if expected {
                            kept.extend([id, id + 1]);
                        }
                    }
                    kept
                })
            })
            .collect();
        let mut expected = vec![0];
        for w in writers {
            expected.extend(w.await.unwrap());
        }
        expected.sort_unstable();
        assert_eq!(f.ids(&f.cx).await, expected, "{:?}", f.dialect());
    }
}

struct Refuses;
impl Sink for Refuses {
    fn row(&mut self, _: &dyn Row) -> Result<()> {
        Err(framewright_core::Error::internal("no more"))
    }
}
struct Panics;
impl Sink for Panics {
    fn row(&mut self, _: &dyn Row) -> Result<()> {
        panic!("deliberate")
    }
}

#[tokio::test]
async fn a_sink_that_fails_undoes_its_unit() {
    for f in each().await {
        f.notes().await;
        let select = || f.sql("SELECT id FROM notes").finish();
        let unit = Unit::of([Step::new(f.insert(1, "a")), Step::new(select()).into_sink(Refuses)]);
        assert!(f.db.write(&f.cx, unit).await.is_err());
        assert_eq!(f.count(&f.cx).await, 0, "{:?}", f.dialect());
        // A panic harms its own unit and read; connections and threads serve on, and nothing stays open.
        for _ in 0..20 {
            let unit = Unit::of([Step::new(f.insert(1, "a")), Step::new(select()).into_sink(Panics)]);
            assert!(f.db.write(&f.cx, unit).await.is_err());
        }
        assert_eq!(f.count(&f.cx).await, 0, "{:?}", f.dialect());
        f.put(&f.cx, 7, "there").await.unwrap();
        let by_id = || {
            let mut b = f.sql("SELECT id FROM notes WHERE id");
            b.point(Kind::I64, Value::I64(7), 0).cached().bounded();
            b.finish()
        };
        let panicking = (0..30).map(|_| {
            let (db, cx, stmt) = (f.db.clone(), f.cx.clone(), by_id());
            tokio::spawn(async move { db.read(&cx, stmt, Panics).await.map(drop) })
        });
        for read in futures_util::future::join_all(panicking).await {
            assert!(!matches!(read, Ok(Ok(()))), "{:?}", f.dialect());
        }
        let well = (0..30).map(|_| f.rows(&f.cx, by_id(), &[Kind::I64]));
        for rows in futures_util::future::join_all(well).await {
            assert_eq!(rows.unwrap(), [[Value::I64(7)]], "{:?}", f.dialect());
        }
        let unit = Unit::of([
            Step::new(f.insert(1, "a")),
            Step::new(f.sql("SELECT id FROM notes ORDER BY id").finish())
                .into_sink(framewright_data::row::Collect::new([Kind::I64])),
        ]);
        let mut outcome = f.db.write(&f.cx, unit).await.unwrap();
        let rows = outcome.rows.remove(1).unwrap().downcast::<framewright_data::row::Collect>().unwrap().rows;
        assert_eq!(
            (outcome.affected, rows),
            (vec![1, 2], vec![vec![Value::I64(1)], vec![Value::I64(7)]]),
            "{:?}",
            f.dialect()
        );
    }
}

#[tokio::test]
async fn raw_diesel_is_part_of_the_transaction() {
    for f in each().await {
        f.notes().await;
        let all = f.cx.transaction(async |cx| {
            f.put(cx, 1, "ours").await?;
            assert!(raw(&f, cx, "INSERT INTO notes (id, body) VALUES (2, 'raw')", true).await.is_ok());
            assert!(
                raw(&f, cx, "INSERT INTO notes (id, body) VALUES (3, 'raw, undone')", false).await.is_err()
            );
            f.put(cx, 4, "ours again").await?;
            Ok(f.ids(cx).await)
        });
        assert_eq!(all.await.unwrap(), [1, 2, 4], "{:?}", f.dialect());
        let undone = f.cx.transaction(async |cx| -> Result<()> {
            raw(&f, cx, "INSERT INTO notes (id, body) VALUES (5, 'raw')", true).await?;
            Err(framewright_core::Error::internal("no"))
        });
        assert!(undone.await.is_err());
        raw(&f, &f.cx, "INSERT INTO notes (id, body) VALUES (6, 'outside')", true).await.unwrap();
        let taken =
            raw(&f, &f.cx, "INSERT INTO notes (id, body) VALUES (6, 'twice')", true).await.unwrap_err();
        assert_eq!(taken.code(), "conflict.unique", "{:?}", f.dialect());
        assert_eq!(f.ids(&f.cx).await, [1, 2, 4, 6], "{:?}", f.dialect());
        // What a closure leaves open is not kept, and nobody after it is in it.
        for _ in 0..20 {
            batch(&f, "BEGIN").await;
        }
        // The connection that was Diesel's serves on.
        for id in 10..40 {
            f.put(&f.cx, id, "after").await.unwrap();
        }
        let elsewhere = framewright_data::Database::connect(&framewright_data::DatabaseConfig::new(&f.url))
            .await
            .unwrap();
        let mut admin = elsewhere.admin().await.unwrap();
        assert_eq!(
            admin.rows("SELECT count(*) FROM notes").await.unwrap(),
            [[Some("34".to_owned())]],
            "{:?}: seen from elsewhere",
            f.dialect()
        );
    }
}

/// Runs a statement of raw Diesel outside a transaction of ours.
async fn batch(f: &support::Fresh, sql: &'static str) {
    let done: Result<()> = match f.dialect() {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => {
            f.cx.diesel_sqlite(move |c| diesel::connection::SimpleConnection::batch_execute(c, sql)).await
        }
        #[cfg(feature = "postgres")]
        Dialect::Postgres => {
            f.cx.diesel_postgres(async |c| diesel_async::SimpleAsyncConnection::batch_execute(c, sql).await)
                .await
        }
        #[cfg(feature = "mysql")]
        Dialect::Mysql => {
            f.cx.diesel_mysql(async |c| diesel_async::SimpleAsyncConnection::batch_execute(c, sql).await)
                .await
        }
        #[allow(unreachable_patterns)]
        _ => Ok(()),
    };
    // SQLite refuses a BEGIN there.
    assert!(done.is_ok() || f.dialect() == Dialect::Sqlite, "{done:?}");
}

/// Runs SQL in a transaction of Diesel's own inside the closure, which then ends well or not.
async fn raw(f: &support::Fresh, cx: &framewright_core::Cx, sql: &'static str, well: bool) -> Result<()> {
    let end = move || if well { Ok(()) } else { Err(diesel::result::Error::RollbackTransaction) };
    match f.dialect() {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => {
            use diesel::{Connection, RunQueryDsl};
            cx.diesel_sqlite(move |c| {
                c.transaction(|c| diesel::sql_query(sql).execute(c)).and_then(|_| end())
            })
            .await
        }
        #[cfg(feature = "postgres")]
        Dialect::Postgres => {
            use diesel_async::{AsyncConnection, RunQueryDsl};
            cx.diesel_postgres(async |c| {
                c.transaction(async |c| diesel::sql_query(sql).execute(c).await).await?;
                end()
            })
            .await
        }
        #[cfg(feature = "mysql")]
        Dialect::Mysql => {
            use diesel_async::{AsyncConnection, RunQueryDsl};
            cx.diesel_mysql(async |c| {
                c.transaction(async |c| diesel::sql_query(sql).execute(c).await).await?;
                end()
            })
            .await
        }
        #[allow(unreachable_patterns)]
        _ => Ok(()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lock_of_administration_lets_one_in_at_a_time() {
    for dialect in support::built() {
        let Some(f) = fresh(dialect).await else { continue };
        let other = framewright_data::Database::connect(&framewright_data::DatabaseConfig::new(&f.url))
            .await
            .unwrap();
        let mut first = f.db.admin().await.unwrap();
        first.lock("migrate", std::time::Duration::from_secs(1)).await.unwrap();
        let mut second = other.admin().await.unwrap();
        let e = second.lock("migrate", std::time::Duration::from_millis(200)).await.unwrap_err();
        assert_eq!(e.code(), "database.busy", "{dialect:?}");
        drop(first); // dropped without a word, as by a process that is killed
        second.lock("migrate", std::time::Duration::from_secs(2)).await.unwrap();
        second
            .transaction("CREATE TABLE a (id INTEGER); INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)")
            .await
            .unwrap();
        assert!(
            second.transaction("INSERT INTO a VALUES (3); INSERT INTO nowhere VALUES (1)").await.is_err()
        );
        let rows = second.rows("SELECT id, NULL FROM a ORDER BY id").await.unwrap();
        assert_eq!(rows, [[Some("1".to_owned()), None], [Some("2".to_owned()), None]], "{dialect:?}");
        second.finish().await.unwrap();
    }
}

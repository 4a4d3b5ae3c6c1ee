//! Transactions: all or nothing, nested ones, hooks, misuse, and callers that go away.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use framewright_core::{Cx, Error, ErrorKind, Result};
use framewright_data::{CxData, Dialect, Step, Unit};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{Fresh, each, each_with};

fn refused() -> Error {
    Error::new(ErrorKind::Conflict, "test.refused", "no")
}

#[tokio::test]
async fn a_transaction_keeps_everything_or_nothing() {
    for f in each().await {
        f.notes().await;
        let sum =
            f.cx.transaction(async |cx| {
                f.put(cx, 1, "a").await?;
                f.put(cx, 2, "b").await?;
                Ok(f.count(cx).await)
            })
            .await
            .unwrap();
        assert_eq!((sum, f.count(&f.cx).await), (2, 2), "{:?}", f.dialect());
        let e =
            f.cx.transaction(async |cx| -> Result<()> {
                f.put(cx, 3, "c").await?;
                Err(refused())
            })
            .await
            .unwrap_err();
        assert_eq!(e.code(), "test.refused");
        assert_eq!(f.ids(&f.cx).await, [1, 2], "{:?}", f.dialect());
    }
}

#[tokio::test]
async fn a_failing_unit_inside_undoes_only_itself() {
    for f in each().await {
        f.notes().await;
        f.cx.transaction(async |cx| {
            f.put(cx, 1, "a").await?;
            let both = Unit::of([Step::new(f.insert(2, "b")), Step::new(f.insert(1, "twice"))]);
            assert_eq!(f.db.write(cx, both).await.err().map(|e| e.status()), Some(409));
            f.put(cx, 3, "c").await
        })
        .await
        .unwrap();
        assert_eq!(f.ids(&f.cx).await, [1, 3], "{:?}", f.dialect());
    }
}

#[tokio::test]
async fn a_nested_transaction_is_a_savepoint() {
    for f in each().await {
        f.notes().await;
        f.cx.transaction(async |cx| {
            f.put(cx, 1, "outer").await?;
            let inner = cx
                .transaction(async |cx| -> Result<()> {
                    f.put(cx, 2, "inner").await?;
                    Err(refused())
                })
                .await;
            assert!(inner.is_err());
            cx.transaction(async |cx| {
                f.put(cx, 3, "kept").await?;
                cx.transaction(async |cx| f.put(cx, 4, "deep").await).await
            })
            .await
        })
        .await
        .unwrap();
        assert_eq!(f.ids(&f.cx).await, [1, 3, 4], "{:?}", f.dialect());
    }
}

#[tokio::test]
async fn a_panic_undoes_and_goes_on() {
    for f in each().await {
        f.notes().await;
        let f = Arc::new(f);
        let g = f.clone();
        let task = tokio::spawn(async move {
            g.cx.clone()
                .transaction(async |cx| -> Result<()> {
                    g.put(cx, 1, "a").await?;
                    panic!("deliberate")
                })
                .await
        });
        assert!(task.await.unwrap_err().is_panic());
        f.put(&f.cx, 2, "b").await.unwrap();
        assert_eq!(f.ids(&f.cx).await, [2], "{:?}", f.dialect());
    }
}

/// Two transactions that each want what the other has. One of them is the victim; its closure takes the error for
/// granted and goes on.
async fn crossing(f: &Arc<Fresh>, catch: bool) -> Vec<Result<()>> {
    let met = Arc::new(tokio::sync::Barrier::new(2));
    let task = |own: i64, other: i64| {
        let (f, met) = (f.clone(), met.clone());
        tokio::spawn(async move {
            f.cx.transaction(async |cx| {
                f.touch(cx, own).await?;
                met.wait().await;
                match f.touch(cx, other).await {
                    Err(e) if !catch => return Err(e),
                    Err(_) => {
                        // Nothing that follows may stay, and nothing may hide what came first.
                        let _ = f.put(cx, 100 + own, "after the deadlock").await;
                        let _ = cx.transaction(async |cx| f.put(cx, 200 + own, "deeper").await).await;
                        return Ok(());
                    }
                    Ok(()) => {}
                }
                f.put(cx, 10 + own, "whole").await
            })
            .await
        })
    };
    let tasks = [task(1, 2), task(2, 1)];
    let mut ends = Vec::new();
    for task in tasks {
        ends.push(task.await.unwrap());
    }
    ends
}

#[tokio::test(flavor = "multi_thread")]
async fn the_victim_of_a_deadlock_says_so_and_leaves_nothing_behind() {
    for f in each().await.into_iter().map(Arc::new) {
        if f.dialect() == Dialect::Sqlite {
            continue; // one transaction writes at a time: nobody crosses
        }
        f.notes().await;
        f.put(&f.cx, 1, "a").await.unwrap();
        f.put(&f.cx, 2, "b").await.unwrap();
        for catch in [false, true] {
            let ends = crossing(&f, catch).await;
            let (won, lost): (Vec<_>, Vec<_>) = (11..).zip(&ends).partition(|(_, end)| end.is_ok());
            assert_eq!((won.len(), lost.len()), (1, 1), "{:?} {catch}: {ends:?}", f.dialect());
            let e = lost[0].1.as_ref().unwrap_err();
            assert_eq!((e.status(), e.code()), (503, "database.busy"), "{:?} {catch}: {e:?}", f.dialect());
            assert_eq!(e.retry_after_seconds(), Some(1));
            assert_eq!(f.ids(&f.cx).await, [1, 2, won[0].0], "{:?} {catch}", f.dialect());
            let mut gone = f.sql("DELETE FROM notes WHERE id > 2");
            gone.cached();
            f.db.write(&f.cx, Unit::from(Step::new(gone.finish()))).await.unwrap();
        }
    }
}

#[cfg(feature = "mysql")]
#[tokio::test]
async fn raw_diesel_that_ends_the_transaction_spoils_it() {
    use diesel_async::SimpleAsyncConnection as _;
    for f in each().await {
        if f.dialect() != Dialect::Mysql {
            continue;
        }
        f.notes().await;
        let e =
            f.cx.transaction(async |cx| {
                f.put(cx, 1, "a").await?;
                // A statement of this kind commits.
                let made =
                    cx.diesel_mysql(async |c| c.batch_execute("CREATE TABLE others (id INT)").await).await;
                assert!(made.is_err());
                assert!(f.put(cx, 2, "b").await.is_err(), "it would stay, whatever becomes of the rest");
                Ok(())
            })
            .await
            .unwrap_err();
        assert_eq!(e.status(), 500, "{e:?}");
        assert_eq!(f.ids(&f.cx).await, [1]);
    }
}

fn noted(
    log: &Arc<Mutex<Vec<&'static str>>>,
    what: &'static str,
) -> impl FnOnce(Cx) -> std::future::Ready<()> + Send + 'static {
    let log = log.clone();
    move |_| {
        log.lock().unwrap().push(what);
        std::future::ready(())
    }
}

#[tokio::test]
async fn hooks_run_once_in_order_after_the_outermost_end() {
    for f in each().await {
        f.notes().await;
        let log = Arc::new(Mutex::new(Vec::new()));
        f.cx.transaction(async |cx| {
            cx.on_commit(noted(&log, "first"));
            cx.on_rollback(noted(&log, "never"));
            cx.transaction(async |cx| {
                cx.on_commit(noted(&log, "second"));
                Ok(())
            })
            .await?;
            let undone = cx
                .transaction(async |cx| -> Result<()> {
                    cx.on_commit(noted(&log, "never"));
                    cx.on_rollback(noted(&log, "inner undone"));
                    Err(refused())
                })
                .await;
            assert!(undone.is_err());
            assert_eq!(*log.lock().unwrap(), ["inner undone"]);
            cx.on_commit(|_| async { panic!("deliberate") });
            cx.on_commit(noted(&log, "third"));
            f.put(cx, 1, "a").await
        })
        .await
        .unwrap();
        assert_eq!(*log.lock().unwrap(), ["inner undone", "first", "second", "third"], "{:?}", f.dialect());
        log.lock().unwrap().clear();
        let _ =
            f.cx.transaction(async |cx| -> Result<()> {
                cx.on_commit(noted(&log, "never"));
                cx.on_rollback(noted(&log, "undone"));
                Err(refused())
            })
            .await;
        assert_eq!(*log.lock().unwrap(), ["undone"]);
    }
}

#[tokio::test]
async fn a_hook_of_an_undone_inner_level_may_use_the_outer_one() {
    for f in each().await {
        f.notes().await;
        let f = Arc::new(f);
        f.cx.transaction(async |cx| {
            let g = f.clone();
            let inner = cx.transaction(async |cx| -> Result<()> {
                cx.on_rollback(move |cx| async move { g.put(&cx, 1, "from the hook").await.unwrap() });
                Err(refused())
            });
            assert!(inner.await.is_err());
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(f.ids(&f.cx).await, [1], "{:?}", f.dialect());
    }
}

#[tokio::test]
async fn the_outer_context_inside_is_an_error_and_no_hang() {
    for f in each_with(|c| c.acquire_timeout = Duration::from_secs(30)).await {
        f.notes().await;
        let begun = std::time::Instant::now();
        f.cx.transaction(async |cx| {
            let e = f.put(&f.cx, 1, "outside").await.unwrap_err();
            assert!(e.hint_text().unwrap().contains("closure"), "{e:?}");
            cx.transaction(async |_| {
                assert!(f.put(cx, 2, "one level out").await.is_err());
                Ok(())
            })
            .await
        })
        .await
        .unwrap();
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", f.dialect());
        let mut kept = None;
        f.cx.transaction(async |cx| {
            kept = Some(cx.clone());
            Ok(())
        })
        .await
        .unwrap();
        assert!(f.put(&kept.unwrap(), 3, "too late").await.is_err());
        assert_eq!(f.count(&f.cx).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_go_away_tear_nothing() {
    for f in each().await {
        f.notes().await;
        let f: Arc<Fresh> = Arc::new(f);
        for round in 0..150u64 {
            let g = f.clone();
            let id = i64::try_from(round).unwrap() * 10;
            let task = tokio::spawn(async move {
                let _ =
                    g.cx.clone()
                        .transaction(async |cx| {
                            g.put(cx, id, "a").await?;
                            tokio::task::yield_now().await;
                            g.put(cx, id + 1, "b").await
                        })
                        .await;
                let _ =
                    g.db.write(
                        &g.cx,
                        Unit::of([Step::new(g.insert(id + 2, "c")), Step::new(g.insert(id + 3, "d"))]),
                    )
                    .await;
            });
            tokio::time::sleep(Duration::from_micros(round * 37 % 3000)).await;
            task.abort();
            let _ = task.await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        let ids = f.ids(&f.cx).await;
        for pair in [0, 2] {
            for round in 0..150 {
                let both = [round * 10 + pair, round * 10 + pair + 1].map(|id| ids.contains(&id));
                assert_eq!(both[0], both[1], "torn: round {round} pair {pair} on {:?}", f.dialect());
            }
        }
        // Nothing is left open: a table lock would wait for it.
        f.put(&f.cx, 100_000, "after").await.unwrap();
    }
}

#[tokio::test]
async fn a_database_in_memory_works_too() {
    if !cfg!(feature = "sqlite") {
        return;
    }
    let db = framewright_data::Database::connect(&framewright_data::DatabaseConfig::new("sqlite::memory:"))
        .await
        .unwrap();
    db.batch("CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, body TEXT NOT NULL) STRICT")
        .await
        .unwrap();
    let cx = support::cx_of(&db);
    let e = cx
        .transaction(async |inside| {
            let mut b = framewright_data::StmtBuilder::new(Dialect::Sqlite);
            b.sql("INSERT INTO notes VALUES (1, 'a')");
            db.write(inside, Unit::from(Step::new(b.finish()))).await?;
            let mut b = framewright_data::StmtBuilder::new(Dialect::Sqlite);
            b.sql("SELECT 1");
            db.read(&cx, b.finish(), framewright_data::row::Collect::default()).await.map(drop)
        })
        .await
        .unwrap_err();
    assert!(e.hint_text().is_some());
    let rows = db.admin().await.unwrap().rows("SELECT count(*) FROM notes").await.unwrap();
    assert_eq!(rows, [[Some("0".to_owned())]]);
}

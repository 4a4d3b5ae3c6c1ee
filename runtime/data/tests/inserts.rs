//! Many single inserts at once, which may be done together: each has its own row, its own refusal and its own wait.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use framewright_core::{Kind, Result, Value};
use framewright_data::row::Collect;
use framewright_data::{CxData, Dialect, Step, Stmt, Unit};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use support::{Fresh, each, fresh};

/// An insert as resources have it: the key is known, the row is the answer.
fn insert(f: &Fresh, id: i64, body: &str) -> Stmt {
    let mut b = f.sql("INSERT INTO notes (id, body) VALUES (");
    b.bind(Kind::I64, Value::I64(id)).sql(", ").bind(Kind::Text, Value::Text(body.into())).sql(")");
    if f.dialect() != Dialect::Mysql {
        b.row(0, 0).sql(" RETURNING id, body");
    }
    b.cached();
    b.finish()
}

/// Inserts, and says what the answer was, where there is one.
async fn put(f: &Fresh, id: i64, body: &str) -> Result<Vec<Vec<Value>>> {
    let mut step = Step::new(insert(f, id, body)).at_least(1);
    if f.dialect() == Dialect::Mysql {
        return f
            .db
            .write(&f.cx, Unit::from(step))
            .await
            .map(|_| vec![vec![Value::I64(id), Value::Text(body.into())]]);
    }
    step = step.into_sink(Collect::new([Kind::I64, Kind::Text]));
    let mut outcome = f.db.write(&f.cx, Unit::from(step)).await?;
    assert_eq!((outcome.refused, outcome.affected.as_slice()), (None, &[1][..]));
    Ok(outcome.rows.remove(0).unwrap().downcast::<Collect>()?.rows)
}

async fn all_at_once(
    f: &Fresh,
    ids: impl Iterator<Item = (i64, String)>,
) -> Vec<(i64, Result<Vec<Vec<Value>>>)> {
    let puts = ids.map(async |(id, body)| (id, put(f, id, &body).await));
    futures_util::future::join_all(puts).await
}

/// How many transactions have inserted so many rows.
async fn transactions(f: &Fresh) -> i64 {
    let sql = "SELECT count(DISTINCT xmin::text), count(*) FROM notes";
    let rows = f.rows(&f.cx, f.sql(sql).finish(), &[Kind::I64, Kind::I64]).await.unwrap();
    let Value::I64(n) = rows[0][0] else { panic!("{rows:?}") };
    n
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_gets_its_own_row() {
    for f in each().await {
        f.notes().await;
        for (id, answer) in all_at_once(&f, (0..200).map(|id| (id, format!("b{id}")))).await {
            assert_eq!(
                answer.unwrap(),
                [[Value::I64(id), Value::Text(format!("b{id}"))]],
                "{:?}",
                f.dialect()
            );
        }
        assert_eq!(f.ids(&f.cx).await, (0..200).collect::<Vec<_>>(), "{:?}", f.dialect());
        if f.dialect() == Dialect::Postgres {
            let n = transactions(&f).await;
            assert!(n < 100, "they were joined: {n} transactions");
        }
    }
}

#[tokio::test]
async fn with_few_at_once_each_is_alone() {
    let Some(f) = fresh(Dialect::Postgres).await else { return };
    f.notes().await;
    for id in 0..20 {
        put(&f, id, "b").await.unwrap();
    }
    assert_eq!(transactions(&f).await, 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_refused_is_refused_alone() {
    for f in each().await {
        f.notes().await;
        for id in (0..300).step_by(7) {
            put(&f, id, "first").await.unwrap();
        }
        // Twice each besides: of two with one key one is in time.
        let twice = (0..300).chain(0..300).map(|id| (id, "second".to_owned()));
        let (mut well, mut refused) = (BTreeSet::new(), 0);
        for (id, answer) in all_at_once(&f, twice).await {
            match answer {
                Ok(_) => assert!(well.insert(id), "{id} is there twice"),
                Err(e) => {
                    assert_eq!(e.code(), "conflict.unique", "{:?}: {e:?}", f.dialect());
                    refused += 1;
                }
            }
        }
        assert_eq!(well, (0..300).filter(|id| id % 7 != 0).collect(), "{:?}", f.dialect());
        assert_eq!(refused, 600 - well.len(), "{:?}", f.dialect());
        assert_eq!(f.ids(&f.cx).await, (0..300).collect::<Vec<_>>(), "{:?}", f.dialect());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_to_wait_for_a_lock_waits_alone() {
    let Some(f) = fresh(Dialect::Postgres).await else { return };
    f.notes().await;
    put(&f, 0, "warm").await.unwrap();
    let held = async {
        // Nobody else can know whether 50 is there until this ends.
        f.cx.transaction(async |cx| {
            f.put(cx, 50, "held").await?;
            tokio::time::sleep(Duration::from_millis(900)).await;
            Ok(())
        })
        .await
        .unwrap();
    };
    let others = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        let begun = Instant::now();
        let puts = (1..=100i64).map(async |id| {
            let answer = put(&f, id, "b").await;
            (id, answer, begun.elapsed())
        });
        futures_util::future::join_all(puts).await
    };
    let ((), others) = tokio::join!(held, others);
    for (id, answer, took) in others {
        if id == 50 {
            assert_eq!(answer.err().map(|e| e.code().to_owned()).as_deref(), Some("conflict.unique"));
            assert!(took > Duration::from_millis(500), "{took:?}");
        } else {
            assert!(answer.is_ok(), "{id}: {answer:?}");
            assert!(took < Duration::from_millis(600), "{id} waited for {took:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_changes_meanwhile_is_written_on() {
    for f in each().await {
        f.notes().await;
        for round in 0..3i64 {
            let ids = (round * 100..round * 100 + 100).map(|id| (id, "b".to_owned()));
            for (id, answer) in all_at_once(&f, ids).await {
                assert!(answer.is_ok(), "{:?} {id}: {answer:?}", f.dialect());
            }
            f.db.batch(&format!("ALTER TABLE notes ADD COLUMN extra{round} INTEGER")).await.unwrap();
        }
        assert_eq!(f.count(&f.cx).await, 300, "{:?}", f.dialect());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hangs_up_harms_nobody() {
    for f in each().await {
        f.notes().await;
        for round in 0..10i64 {
            let puts = (0..64).map(|n| {
                let (f, id) = (&f, round * 64 + n);
                async move {
                    match n % 3 {
                        0 => drop(
                            tokio::time::timeout(Duration::from_micros(300 * n as u64), put(f, id, "b"))
                                .await,
                        ),
                        _ => drop(put(f, id, "b").await.unwrap()),
                    }
                }
            });
            futures_util::future::join_all(puts).await;
        }
        let there: BTreeSet<_> = f.ids(&f.cx).await.into_iter().collect();
        let must: Vec<_> = (0..640).filter(|id| id % 64 % 3 != 0).collect();
        assert!(must.iter().all(|id| there.contains(id)), "{:?}", f.dialect());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_there_when_connections_are_killed() {
    let Some(f) = fresh(Dialect::Postgres).await else { return };
    f.notes().await;
    let other = fresh(Dialect::Postgres).await.unwrap();
    let name = f.url.rsplit('/').next().unwrap();
    let kill = format!(
        "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'; END $$"
    );
    let (mut well, mut failed) = (BTreeSet::new(), 0);
    for round in 0..8i64 {
        let cut = async {
            tokio::time::sleep(Duration::from_millis(3 * round as u64)).await;
            other.db.batch(&kill).await.unwrap();
        };
        let ids = (round * 500..round * 500 + 500).map(|id| (id, "b".to_owned()));
        let ((), answers) = tokio::join!(cut, all_at_once(&f, ids));
        for (id, answer) in answers {
            match answer {
                Ok(_) => assert!(well.insert(id)),
                Err(e) => {
                    assert_eq!(e.code(), "database.unavailable", "{e:?}");
                    failed += 1;
                }
            }
        }
    }
    let there: BTreeSet<_> = f.ids(&f.cx).await.into_iter().collect();
    assert!(well.is_subset(&there), "{:?}", well.difference(&there).collect::<Vec<_>>());
    assert!(failed > 0, "connections were killed in the middle");
    // All is well again.
    for (id, answer) in all_at_once(&f, (9000..9100).map(|id| (id, "b".to_owned()))).await {
        assert!(answer.is_ok(), "{id}: {answer:?}");
    }
}

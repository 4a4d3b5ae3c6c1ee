//! Where the three databases disagree by default, and what makes them answer alike here.
#![allow(missing_docs, clippy::unwrap_used)]

mod accounts;
mod support;

use accounts::*;
use framewright_core::{Kind, Value};
use framewright_data::{CxData, Step, StmtBuilder, Unit};
use std::sync::Arc;
use support::Fresh;

async fn found(f: &Fresh, email: &str) -> usize {
    let mut b = f.sql("SELECT id FROM accounts WHERE email = ");
    b.bind(Kind::Text, Value::Text(email.to_owned()));
    f.rows(&f.cx, b.finish(), &[Kind::Uuid]).await.unwrap().len()
}

async fn counter(f: &Fresh, n: u8) -> (i64, i64) {
    let mut b = f.sql("SELECT counter, version FROM accounts WHERE id = ");
    b.bind(Kind::Uuid, Value::Uuid(key(n))).cached().bounded();
    let rows = f.rows(&f.cx, b.finish(), &[Kind::I64, Kind::I64]).await.unwrap();
    let (Value::I64(counter), Value::I64(version)) = (&rows[0][0], &rows[0][1]) else { panic!("{rows:?}") };
    (*counter, *version)
}

#[tokio::test]
async fn text_is_compared_byte_by_byte() {
    for f in tables().await {
        put(&f, 1, "admin@x.io", "anna", None).await.unwrap();
        let on = f.dialect();
        assert_eq!(found(&f, "admin@x.io").await, 1, "{on:?}");
        for other in
            ["ADMIN@X.IO", "admin@x.io   ", "admin@x.io\t", "ádmin@x.io", "admin@x.iｏ", " admin@x.io"]
        {
            assert_eq!(found(&f, other).await, 0, "{other:?} finds admin@x.io on {on:?}");
        }
        // Nor does the unique key take them for the same.
        for (n, other) in (2u8..).zip(["ADMIN@X.IO", "admin@x.io   ", "ádmin@x.io"]) {
            put(&f, n, other, &format!("name{n}"), None)
                .await
                .unwrap_or_else(|e| panic!("{other:?} on {on:?}: {e:?}"));
            assert_eq!(found(&f, other).await, 1, "{on:?}");
        }
        // The order is that of the code points: capitals, small letters, what is beyond ASCII.
        let rows = f
            .rows(&f.cx, f.sql("SELECT email FROM accounts ORDER BY email").finish(), &[Kind::Text])
            .await
            .unwrap();
        let order: Vec<Value> = rows.into_iter().map(|mut r| r.remove(0)).collect();
        assert_eq!(
            order,
            ["ADMIN@X.IO", "admin@x.io", "admin@x.io   ", "ádmin@x.io"].map(|t| Value::Text(t.into())),
            "{on:?}"
        );
    }
}

#[tokio::test]
async fn a_zero_matches_no_text() {
    for f in tables().await {
        put(&f, 1, "secret-token", "anna", None).await.unwrap();
        put(&f, 2, "7-token", "berta", None).await.unwrap();
        assert_eq!(found(&f, "0").await + found(&f, "7").await, 0, "{:?}", f.dialect());
    }
}

#[tokio::test]
async fn text_in_a_column_of_integers_is_refused() {
    for f in tables().await {
        put(&f, 1, "a@x.io", "anna", None).await.unwrap();
        assert!(
            run(&f, &f.cx, set(&f, 1, "counter", Kind::Text, Value::Text("abc".into()))).await.is_err(),
            "{:?}",
            f.dialect()
        );
        assert_eq!(counter(&f, 1).await, (0, 1), "{:?}", f.dialect());
    }
}

/// `counter` read and written back by 16 tasks, guarded by `version`: none is lost, and nobody sees a lock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guarded_counter_loses_nothing() {
    for f in tables().await {
        put(&f, 1, "a@x.io", "anna", None).await.unwrap();
        let f = Arc::new(f);
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let f = f.clone();
                tokio::spawn(async move {
                    for _ in 0..25 {
                        loop {
                            let (counter, version) = counter(&f, 1).await;
                            let mut b = StmtBuilder::new(f.dialect());
                            b.sql("UPDATE accounts SET counter = ").bind(Kind::I64, Value::I64(counter + 1));
                            b.sql(", version = version + 1 WHERE id = ")
                                .bind(Kind::Uuid, Value::Uuid(key(1)));
                            b.sql(" AND version = ").bind(Kind::I64, Value::I64(version)).cached();
                            let outcome =
                                f.db.write(&f.cx, Unit::from(Step::new(b.finish()).at_least(1)))
                                    .await
                                    .unwrap();
                            if outcome.refused.is_none() {
                                break;
                            }
                        }
                    }
                })
            })
            .collect();
        for t in tasks {
            t.await.unwrap();
        }
        assert_eq!(counter(&f, 1).await, (400, 401), "{:?}", f.dialect());
    }
}

/// Rows that are matched count as touched, changed or not: MySQL would count only the changed ones.
#[tokio::test]
async fn an_update_counts_the_rows_it_matched() {
    for f in tables().await {
        put(&f, 1, "a@x.io", "anna", None).await.unwrap();
        assert_eq!(
            run(&f, &f.cx, set(&f, 1, "counter", Kind::I64, Value::I64(0))).await.unwrap(),
            1,
            "{:?}",
            f.dialect()
        );
        assert_eq!(
            run(&f, &f.cx, set(&f, 9, "counter", Kind::I64, Value::I64(0))).await.unwrap(),
            0,
            "{:?}",
            f.dialect()
        );
    }
}

/// Two transactions do not see each other's open changes, and see them once they are kept (read committed).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_changes_are_seen_by_nobody_else() {
    for f in tables().await {
        put(&f, 1, "a@x.io", "anna", None).await.unwrap();
        let f = Arc::new(f);
        let g = f.clone();
        f.cx.transaction(async |cx| {
            run(&f, cx, set(&f, 1, "counter", Kind::I64, Value::I64(5))).await?;
            let elsewhere = tokio::spawn(async move { counter(&g, 1).await.0 }).await.unwrap();
            assert_eq!(elsewhere, 0, "{:?}", f.dialect());
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(counter(&f, 1).await.0, 5, "{:?}", f.dialect());
    }
}

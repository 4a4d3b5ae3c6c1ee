//! What a database refuses comes back as an error with the field, the same on every database.
#![allow(missing_docs, clippy::unwrap_used)]

mod accounts;
mod support;

use accounts::*;
use framewright_core::{Error, Kind, Value};
use framewright_data::StmtBuilder;

/// Status, code and the failing fields.
fn told(e: &Error) -> (u16, String, Vec<String>) {
    (e.status(), e.code().to_owned(), e.fields().iter().map(|f| f.field.clone()).collect())
}

fn expect(status: u16, code: &str, fields: &[&str]) -> (u16, String, Vec<String>) {
    (status, code.to_owned(), fields.iter().map(|f| (*f).to_owned()).collect())
}

#[tokio::test]
async fn every_violation_names_its_field() {
    for f in tables().await {
        let on = f.dialect();
        put(&f, 1, "a@x.io", "anna", None).await.unwrap();
        let e = put(&f, 2, "a@x.io", "berta", None).await.unwrap_err();
        assert_eq!(told(&e), expect(409, "account.email_taken", &["email"]), "{on:?}: {e:?}");
        let e = put(&f, 2, "b@x.io", "anna", None).await.unwrap_err();
        assert_eq!(told(&e), expect(409, "conflict.unique", &["name", "realm"]), "{on:?}: {e:?}");
        let e = put(&f, 1, "c@x.io", "clara", None).await.unwrap_err();
        assert_eq!(told(&e), expect(409, "conflict.unique", &["id"]), "{on:?}: {e:?}");
        let e = put(&f, 2, "b@x.io", "berta", Some(9)).await.unwrap_err();
        assert_eq!(told(&e), expect(422, "reference.not_found", &["boss_id"]), "{on:?}: {e:?}");
        let e = put(&f, 2, "b@x.io", "x", None).await.unwrap_err();
        assert_eq!(told(&e), expect(422, "validation", &["name"]), "{on:?}: {e:?}");
        let e = run(&f, &f.cx, set(&f, 1, "email", Kind::Text, Value::Null)).await.unwrap_err();
        assert_eq!(told(&e), expect(422, "validation", &["email"]), "{on:?}: {e:?}");
        let e =
            run(&f, &f.cx, set(&f, 1, "email", Kind::Text, Value::Text("x".repeat(61)))).await.unwrap_err();
        assert_eq!(told(&e).0, 422, "{on:?}: {e:?}");
        put(&f, 2, "b@x.io", "berta", Some(1)).await.unwrap();
        let mut b = StmtBuilder::new(on);
        b.sql("DELETE FROM ")
            .ident("accounts")
            .sql(" WHERE ")
            .ident("id")
            .sql(" = ")
            .bind(Kind::Uuid, Value::Uuid(key(1)));
        let e = run(&f, &f.cx, b.finish()).await.unwrap_err();
        assert_eq!(told(&e), expect(409, "conflict.reference", &[]), "{on:?}: {e:?}");
        let e = run(&f, &f.cx, set(&f, 2, "boss_id", Kind::Uuid, Value::Uuid(key(9)))).await.unwrap_err();
        assert_eq!(told(&e), expect(422, "reference.not_found", &["boss_id"]), "{on:?}: {e:?}");
        // Nothing of the database's own words is in what a client sees.
        assert!(!format!("{e}").contains("fk_"), "{e}");
    }
}

#[tokio::test]
async fn a_nul_is_refused_before_the_database_sees_it() {
    for f in tables().await {
        let before = f.db.statements();
        let e = put(&f, 1, "a\0@x.io", "anna", None).await.unwrap_err();
        assert_eq!(told(&e), expect(422, "validation", &["email"]), "{:?}", f.dialect());
        let e = run(&f, &f.cx, set(&f, 1, "name", Kind::Text, Value::Text("\0".into()))).await.unwrap_err();
        assert_eq!(told(&e), expect(422, "validation", &["name"]));
        let mut b = f.sql("SELECT ");
        b.bind(Kind::Json, Value::Json(r#"{"a":"\u0000"}"#.into()));
        assert_eq!(f.rows(&f.cx, b.finish(), &[Kind::Json]).await.unwrap_err().status(), 422);
        let mut b = f.sql("SELECT ");
        b.bind(Kind::F64, Value::F64(f64::NAN));
        assert_eq!(f.rows(&f.cx, b.finish(), &[Kind::F64]).await.unwrap_err().status(), 422);
        assert_eq!(f.db.statements(), before, "{:?}", f.dialect());
    }
}

#[tokio::test]
async fn a_violation_inside_a_transaction_leaves_it_usable() {
    use framewright_data::CxData;
    for f in tables().await {
        f.cx.transaction(async |cx| {
            run(&f, cx, insert(&f, 1, "a@x.io", "anna", None)).await?;
            let e = run(&f, cx, insert(&f, 2, "a@x.io", "berta", None)).await.unwrap_err();
            assert_eq!(e.code(), "account.email_taken");
            run(&f, cx, insert(&f, 3, "c@x.io", "clara", Some(1))).await.map(drop)
        })
        .await
        .unwrap();
        let rows =
            f.rows(&f.cx, f.sql("SELECT count(*) FROM accounts").finish(), &[Kind::I64]).await.unwrap();
        assert_eq!(rows, [[Value::I64(2)]], "{:?}", f.dialect());
    }
}

#[tokio::test]
async fn a_text_too_long_for_its_index_is_not_our_fault() {
    let Some(f) = support::fresh(framewright_data::Dialect::Postgres).await else { return };
    f.notes().await;
    f.db.batch("CREATE INDEX ix_notes_body ON notes (body)").await.unwrap();
    // Nothing that could be compressed.
    let mut seed = 1u32;
    let text: String = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_u32(0x4e00 + (seed >> 16) % 20_000).unwrap()
    })
    .take(5_000)
    .collect();
    let e = f.put(&f.cx, 1, &text).await.unwrap_err();
    assert_eq!(told(&e), expect(422, "validation", &[]), "{e:?}");
    f.put(&f.cx, 1, &text[..900]).await.unwrap();
}

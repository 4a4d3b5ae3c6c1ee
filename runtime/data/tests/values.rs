//! Every kind goes in and comes out the same on every database, at its extremes and as NULL, on every path.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use framewright_core::{Decimal, Kind, Value};
use framewright_data::{CxData, Dialect, Step, StmtBuilder, Unit};
use proptest::prelude::*;
use support::{Fresh, each};

const KINDS: [(Kind, &str, [&str; 3]); 13] = [
    (Kind::Bool, "b", ["INTEGER", "boolean", "TINYINT(1)"]),
    (Kind::I16, "i16", ["INTEGER", "smallint", "SMALLINT"]),
    (Kind::I32, "i32", ["INTEGER", "integer", "INT"]),
    (Kind::I64, "i64", ["INTEGER", "bigint", "BIGINT"]),
    (Kind::F64, "f64", ["REAL", "double precision", "DOUBLE"]),
    (
        Kind::Text,
        "t",
        ["TEXT", "text COLLATE \"C\"", "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"],
    ),
    (Kind::Bytes, "y", ["BLOB", "bytea", "LONGBLOB"]),
    (Kind::Uuid, "u", ["BLOB", "uuid", "BINARY(16)"]),
    (Kind::Decimal, "d", ["TEXT", "numeric(28,10)", "DECIMAL(28,10)"]),
    (Kind::Timestamp, "ts", ["INTEGER", "timestamptz", "DATETIME(6)"]),
    (Kind::Date, "dt", ["INTEGER", "date", "DATE"]),
    (Kind::Time, "tm", ["INTEGER", "time", "TIME(6)"]),
    (
        Kind::Json,
        "j",
        ["TEXT", "jsonb", "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin CHECK (json_valid(j))"],
    ),
];

async fn table(f: &Fresh) {
    let at = match f.dialect() {
        Dialect::Sqlite => 0,
        Dialect::Postgres => 1,
        Dialect::Mysql => 2,
    };
    let columns: Vec<String> = KINDS.iter().map(|(_, name, types)| format!("{name} {}", types[at])).collect();
    let end = ["STRICT", "", "ENGINE=InnoDB"][at];
    f.db.batch(&format!(
        "CREATE TABLE every (id {} NOT NULL PRIMARY KEY, {}) {end}",
        ["INTEGER", "bigint", "BIGINT"][at],
        columns.join(", ")
    ))
    .await
    .unwrap();
}

fn insert(f: &Fresh, id: i64, values: &[Value], cached: bool) -> Unit {
    let mut b = StmtBuilder::new(f.dialect());
    b.sql("INSERT INTO every (id");
    for (_, name, _) in KINDS {
        b.sql(", ").sql(name);
    }
    b.sql(") VALUES (").bind(Kind::I64, Value::I64(id));
    for ((kind, _, _), value) in KINDS.iter().zip(values) {
        b.sql(", ").bind(*kind, value.clone());
    }
    b.sql(")");
    if cached {
        // As inserts of resources are: many at once may be done together.
        if f.dialect() != Dialect::Mysql {
            b.row(0, 0).sql(" RETURNING id");
        }
        b.cached();
    }
    Unit::from(Step::new(b.finish()))
}

/// Reads a row back by every path there is, and compares.
async fn check(f: &Fresh, id: i64, expected: &[Value]) {
    let kinds: Vec<Kind> = KINDS.iter().map(|(k, _, _)| *k).collect();
    let names: Vec<&str> = KINDS.iter().map(|(_, n, _)| *n).collect();
    for (cached, bounded, inside) in
        [(true, true, false), (false, true, false), (false, false, false), (true, false, true)]
    {
        let mut b = StmtBuilder::new(f.dialect());
        b.sql(&format!("SELECT {} FROM every WHERE id = ", names.join(", "))).bind(Kind::I64, Value::I64(id));
        if cached {
            b.cached();
        }
        if bounded {
            b.bounded();
        }
        let stmt = b.finish();
        let rows = if inside {
            f.cx.transaction(async |cx| f.rows(cx, stmt, &kinds).await).await.unwrap()
        } else {
            f.rows(&f.cx, stmt, &kinds).await.unwrap()
        };
        assert_eq!(rows, [expected], "{:?} cached {cached} bounded {bounded} inside {inside}", f.dialect());
    }
}

fn rows() -> Vec<Vec<Value>> {
    let d = |t: &str| Value::Decimal(t.parse::<Decimal>().unwrap());
    let everything: String = (1..=0x2_ffff_u32).step_by(37).filter_map(char::from_u32).collect();
    vec![
        vec![Value::Null; 13],
        vec![
            Value::Bool(true),
            Value::I64(i16::MIN.into()),
            Value::I64(i32::MIN.into()),
            Value::I64(i64::MIN),
            Value::F64(f64::MIN),
            Value::Text(String::new()),
            Value::Bytes(Vec::new()),
            Value::Uuid([0; 16]),
            d("-999999999999999999.9999999999"),
            Value::Timestamp(-62_135_596_800_000_000),
            Value::Date(-719_162),
            Value::Time(0),
            Value::Json("null".into()),
        ],
        vec![
            Value::Bool(false),
            Value::I64(i16::MAX.into()),
            Value::I64(i32::MAX.into()),
            Value::I64(i64::MAX),
            Value::F64(f64::MAX),
            Value::Text(everything.clone()),
            Value::Bytes((0..=255).collect()),
            Value::Uuid([255; 16]),
            d("999999999999999999.9999999999"),
            Value::Timestamp(253_402_300_799_999_999),
            Value::Date(2_932_896),
            Value::Time(86_399_999_999),
            Value::Json(r#""\\\"\n\u001f ü 😀""#.into()),
        ],
        vec![
            Value::Bool(true),
            Value::I64(-1),
            Value::I64(-1),
            Value::I64(-1),
            Value::F64(f64::MIN_POSITIVE),
            Value::Text(" trailing and 'quotes' \\ \" % _ \r\n\t ".into()),
            Value::Bytes(vec![0, 0]),
            Value::Uuid(*b"0123456789abcdef"),
            d("0.0000000001"),
            Value::Timestamp(-1),
            Value::Date(-1),
            Value::Time(1),
            Value::Json("[]".into()),
        ],
        vec![
            Value::Bool(true),
            Value::I64(0),
            Value::I64(0),
            Value::I64(0),
            Value::F64(0.1 + 0.2),
            Value::Text("e\u{301} é ß ﬁ".into()),
            Value::Bytes(b"\xff\xfe".to_vec()),
            Value::Uuid([7; 16]),
            d("-0.5"),
            Value::Timestamp(1),
            Value::Date(0),
            Value::Time(43_200_000_000),
            Value::Json("{}".into()),
        ],
    ]
}

#[tokio::test]
async fn every_kind_comes_back_as_it_went() {
    for f in each().await {
        table(&f).await;
        for (id, values) in (0i64..).zip(rows()) {
            f.db.write(&f.cx, insert(&f, id, &values, id % 2 == 0))
                .await
                .unwrap_or_else(|e| panic!("{:?} {id}: {e:?}", f.dialect()));
            check(&f, id, &values).await;
        }
    }
}

/// After raw Diesel a connection is Diesel's: the same values have to come back through it.
#[tokio::test]
async fn every_kind_comes_back_when_many_go_at_once() {
    for f in each().await {
        table(&f).await;
        let all: Vec<_> = (0..64).zip(rows().into_iter().cycle()).collect();
        let puts = all.iter().map(async |(id, values)| {
            f.db.write(&f.cx, insert(&f, *id, values, true)).await.unwrap();
        });
        futures_util::future::join_all(puts).await;
        for (id, values) in &all {
            check(&f, *id, values).await;
        }
    }
}

#[tokio::test]
async fn every_kind_comes_back_through_a_connection_of_diesels() {
    for f in each().await {
        table(&f).await;
        for (id, values) in (0i64..).zip(rows()) {
            let kinds: Vec<Kind> = KINDS.iter().map(|(k, _, _)| *k).collect();
            let back = f.cx.transaction(async |cx| {
                touch(&f, cx).await?;
                f.db.write(cx, insert(&f, id, &values, true)).await?;
                let mut b =
                    f.sql("SELECT b, i16, i32, i64, f64, t, y, u, d, ts, dt, tm, j FROM every WHERE id = ");
                b.bind(Kind::I64, Value::I64(id)).cached();
                f.rows(cx, b.finish(), &kinds).await
            });
            assert_eq!(
                back.await.unwrap_or_else(|e| panic!("{:?} {id}: {e:?}", f.dialect())),
                [values],
                "{:?}",
                f.dialect()
            );
        }
    }
}

async fn touch(f: &Fresh, cx: &framewright_core::Cx) -> framewright_core::Result<()> {
    match f.dialect() {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => {
            cx.diesel_sqlite(|c| diesel::connection::SimpleConnection::batch_execute(c, "SELECT 1")).await
        }
        #[cfg(feature = "postgres")]
        Dialect::Postgres => {
            cx.diesel_postgres(async |c| {
                diesel_async::SimpleAsyncConnection::batch_execute(c, "SELECT 1").await
            })
            .await
        }
        #[cfg(feature = "mysql")]
        Dialect::Mysql => {
            cx.diesel_mysql(async |c| diesel_async::SimpleAsyncConnection::batch_execute(c, "DO 1").await)
                .await
        }
        #[allow(unreachable_patterns)]
        _ => Ok(()),
    }
}

#[tokio::test]
async fn a_column_of_another_type_is_an_error_and_no_misread_value() {
    for f in each().await {
        f.notes().await;
        f.put(&f.cx, 1, "a").await.unwrap();
        for (column, kinds) in [
            ("id", vec![Kind::Text, Kind::Uuid, Kind::Bool, Kind::Bytes, Kind::Json]),
            ("body", vec![Kind::I64, Kind::Uuid, Kind::Bool, Kind::Bytes, Kind::Timestamp, Kind::Date]),
        ] {
            for kind in kinds {
                // One of the values: 7 is no truth value, whatever the database keeps those as.
                let sql = format!("SELECT {} FROM notes", if column == "id" { "id + 6" } else { column });
                let rows = f.rows(&f.cx, f.sql(&sql).finish(), &[kind]).await;
                assert_eq!(
                    rows.err().map(|e| e.status()),
                    Some(500),
                    "{:?} {column} as {kind:?}",
                    f.dialect()
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
    #[test]
    fn sortable_decimals_sort_as_numbers(a: i128, b: i128, s in 0u32..=28, t in 0u32..=28) {
        let limit = Decimal::MAX.mantissa();
        let (a, b) = (Decimal::from_i128_with_scale(a % limit, s), Decimal::from_i128_with_scale(b % limit, t));
        let (x, y) = (framewright_data::dialect::sortable_decimal(&a), framewright_data::dialect::sortable_decimal(&b));
        prop_assert_eq!(a.cmp(&b), x.cmp(&y));
        prop_assert_eq!(framewright_data::dialect::parse_sortable(&x), Some(a.normalize()));
    }
}

//! Every change of a schema, on filled tables, on each database: the migration leads exactly to what is declared, what
//! it does not touch is still there, and the way back leads exactly to where it began.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod migrating;

use framewright_core::descriptor::OnDelete::{Cascade, Restrict, SetNull};
use framewright_core::{Kind::*, Value};
use framewright_data::Dialect;
use framewright_data::ddl::{Check, Default, Schema, Table};
use framewright_data::drift::{compare, drift_from};
use framewright_data::introspect::expected;
use framewright_data::migrate::{MakeOptions, MigrationFiles, Migrator, Plan, dangers, make_for};
use migrating::*;

type Case = (&'static str, Vec<Table>, Vec<Table>);

fn text(v: &str) -> Value {
    Value::Text(v.into())
}

fn posts(columns: Vec<framewright_data::ddl::Column>) -> Vec<Table> {
    vec![table("posts", columns)]
}

fn cases() -> Vec<Case> {
    let title = || col("title", Text);
    let users = || table("users", vec![col("name", Text)]);
    let mut all: Vec<Case> = vec![
        ("add nullable text", posts(vec![title()]), posts(vec![title(), col("note", Text).null()])),
        (
            "add text with default",
            posts(vec![title()]),
            posts(vec![title(), col("note", Text).value(text("it's \\ \"new\""))]),
        ),
        (
            "add long text with default",
            posts(vec![title()]),
            posts(vec![title(), col("note", Text).unbounded().value(text("none"))]),
        ),
        (
            "add integer with default",
            posts(vec![title()]),
            posts(vec![title(), col("n", I32).value(Value::I64(-7))]),
        ),
        (
            "add bool with default",
            posts(vec![title()]),
            posts(vec![title(), col("live", Bool).value(Value::Bool(true))]),
        ),
        (
            "add decimal with default",
            posts(vec![title()]),
            posts(vec![title(), col("price", Decimal).value(Value::Decimal("12.50".parse().unwrap()))]),
        ),
        (
            "add double with default",
            posts(vec![title()]),
            posts(vec![title(), col("weight", F64).value(Value::F64(-0.5))]),
        ),
        (
            "add timestamp with default",
            posts(vec![title()]),
            posts(vec![title(), col("at", Timestamp).value(Value::Timestamp(1_700_000_000_250_000))]),
        ),
        (
            "add date and time with default",
            posts(vec![title()]),
            posts(vec![
                title(),
                col("day", Date).value(Value::Date(20_000)),
                col("hour", Time).value(Value::Time(3_600_000_000)),
            ]),
        ),
        (
            "add json with default",
            posts(vec![title()]),
            posts(vec![title(), col("meta", Json).value(Value::Json("{}".into()))]),
        ),
        (
            "add what the clock fills",
            posts(vec![title()]),
            posts(vec![
                title(),
                col("made_at", Timestamp).or(Default::Now),
                col("made_on", Date).or(Default::Now),
            ]),
        ),
        (
            "add what keys fill",
            posts(vec![title()]),
            posts(vec![title(), col("token", Uuid).or(Default::NewId)]),
        ),
        ("add mandatory text", posts(vec![title()]), posts(vec![title(), col("note", Text)])),
        (
            "add mandatory text with a length",
            posts(vec![title()]),
            posts(vec![title(), col("note", Text).length(3, 40)]),
        ),
        ("add nullable json", posts(vec![title()]), posts(vec![title(), col("meta", Json).null()])),
        (
            "add bytes",
            posts(vec![title()]),
            posts(vec![title(), col("blob", Bytes).null(), col("hash", Bytes)]),
        ),
        (
            "add enum",
            posts(vec![title()]),
            posts(vec![title(), col("status", Text).options(&["Draft", "Live"]).value(text("Draft"))]),
        ),
        (
            "add mandatory integer in a range",
            posts(vec![title()]),
            posts(vec![title(), col("stars", I16).range(1, 5)]),
        ),
        (
            "add unique column",
            posts(vec![title()]),
            vec![table("posts", vec![title(), col("slug", Text).null()]).unique(&["slug"])],
        ),
        ("drop nullable column", posts(vec![title(), col("note", Text).null()]), posts(vec![title()])),
        ("drop mandatory column", posts(vec![title(), col("n", I64)]), posts(vec![title()])),
        (
            "drop column with default and check",
            posts(vec![title(), col("s", Text).options(&["a", "b"]).value(text("b"))]),
            posts(vec![title()]),
        ),
        (
            "drop indexed column",
            vec![table("posts", vec![title(), col("n", I64)]).index(&["n"])],
            posts(vec![title()]),
        ),
        (
            "drop unique column",
            vec![table("posts", vec![title(), col("n", I64).null()]).unique(&["n"])],
            posts(vec![title()]),
        ),
        ("rename column", posts(vec![title()]), posts(vec![col("headline", Text).was("title")])),
        (
            "rename checked column",
            posts(vec![title().length(2, 50)]),
            posts(vec![col("headline", Text).length(2, 50).was("title")]),
        ),
        ("rename json column", posts(vec![col("a", Json)]), posts(vec![col("b", Json).was("a")])),
        (
            "rename indexed column",
            vec![table("posts", vec![title(), col("n", I64)]).unique(&["title"]).index(&["n", "title"])],
            vec![
                table("posts", vec![col("headline", Text).was("title"), col("n", I64)])
                    .unique(&["headline"])
                    .index(&["n", "headline"]),
            ],
        ),
        (
            "rename and change column",
            posts(vec![title()]),
            posts(vec![col("headline", Text).unbounded().null().was("title")]),
        ),
        ("rename table", posts(vec![title()]), vec![table("articles", vec![title()]).was("posts")]),
        ("widen text", posts(vec![title().max(100)]), posts(vec![title().max(200)])),
        ("narrow text", posts(vec![title().max(200)]), posts(vec![title().max(100)])),
        ("text without bound", posts(vec![title()]), posts(vec![title().unbounded()])),
        ("text with bound", posts(vec![title().unbounded()]), posts(vec![title()])),
        (
            "smallint to integer",
            posts(vec![col("n", I16).value(Value::I64(3))]),
            posts(vec![col("n", I32).value(Value::I64(3))]),
        ),
        ("integer to bigint", posts(vec![col("n", I32)]), posts(vec![col("n", I64)])),
        ("bigint to integer", posts(vec![col("n", I64)]), posts(vec![col("n", I32)])),
        ("integer to text", posts(vec![col("n", I32)]), posts(vec![col("n", Text)])),
        ("text to integer", posts(vec![col("n", Text)]), posts(vec![col("n", I64)])),
        ("integer to decimal", posts(vec![col("n", I64)]), posts(vec![col("n", Decimal)])),
        ("decimal to integer", posts(vec![col("n", Decimal)]), posts(vec![col("n", I32)])),
        (
            "decimal with more digits",
            posts(vec![col("n", Decimal).digits(10, 2)]),
            posts(vec![col("n", Decimal).digits(18, 4)]),
        ),
        ("integer to double", posts(vec![col("n", I32)]), posts(vec![col("n", F64)])),
        ("bool to integer", posts(vec![col("n", Bool)]), posts(vec![col("n", I16)])),
        ("date to timestamp", posts(vec![col("at", Date)]), posts(vec![col("at", Timestamp)])),
        ("timestamp to date", posts(vec![col("at", Timestamp)]), posts(vec![col("at", Date)])),
        ("json to text", posts(vec![col("meta", Json)]), posts(vec![col("meta", Text).unbounded()])),
        (
            "nullable to mandatory with default",
            posts(vec![title().null()]),
            posts(vec![title().value(text("none"))]),
        ),
        (
            "nullable to mandatory by the clock",
            posts(vec![col("at", Timestamp).null()]),
            posts(vec![col("at", Timestamp).or(Default::Now)]),
        ),
        ("mandatory to nullable", posts(vec![title()]), posts(vec![title().null()])),
        ("add default", posts(vec![title()]), posts(vec![title().value(text("x"))])),
        ("change default", posts(vec![title().value(text("x"))]), posts(vec![title().value(text("y"))])),
        ("drop default", posts(vec![title().value(text("x"))]), posts(vec![title()])),
        (
            "add option",
            posts(vec![col("s", Text).options(&["a", "b"])]),
            posts(vec![col("s", Text).options(&["a", "b", "c"])]),
        ),
        (
            "rename nothing, remove an unused option",
            posts(vec![col("s", Text).options(&["a", "b", "c", "d"])]),
            posts(vec![col("s", Text).options(&["b", "c", "d"])]),
        ),
        ("add length", posts(vec![title()]), posts(vec![title().length(2, 255)])),
        ("change range", posts(vec![col("n", I32).range(0, 10)]), posts(vec![col("n", I32).range(1, 100)])),
        (
            "range of a double",
            posts(vec![col("n", F64)]),
            posts(vec![col("n", F64).check(Check::RangeF64 { min: Some(0.25), max: Some(1e6) })]),
        ),
        ("range of a decimal", posts(vec![col("n", Decimal)]), posts(vec![col("n", Decimal).range(-5, 500)])),
        (
            "range of a decimal, to the cent",
            posts(vec![col("n", Decimal)]),
            posts(vec![col("n", Decimal).check(Check::RangeDecimal { min: "0.01".parse().ok(), max: None })]),
        ),
        (
            "add checks of text",
            posts(vec![title()]),
            posts(vec![
                title()
                    .check(Check::Prefix("1".into()))
                    .check(Check::Contains("1".into()))
                    .check(Check::Ascii)
                    .check(Check::NotBlank),
            ]),
        ),
        (
            "add a column with checks of text",
            posts(vec![title()]),
            posts(vec![
                title(),
                col("mark", Text).check(Check::NotBlank).check(Check::Suffix("'\\n".into())).length(5, 50),
            ]),
        ),
        (
            "drop a check of text",
            posts(vec![title().check(Check::Prefix("1".into())), col("n", I32)]),
            posts(vec![title(), col("n", I32)]),
        ),
        ("drop check", posts(vec![col("n", I32).range(0, 10)]), posts(vec![col("n", I32)])),
        ("add unique", posts(vec![title()]), vec![table("posts", vec![title()]).unique(&["title"])]),
        (
            "add unique of two",
            posts(vec![title(), col("n", I32)]),
            vec![table("posts", vec![title(), col("n", I32)]).unique(&["n", "title"])],
        ),
        ("drop unique", vec![table("posts", vec![title()]).unique(&["title"])], posts(vec![title()])),
        ("add index", posts(vec![title()]), vec![table("posts", vec![title()]).index(&["title"])]),
        ("drop index", vec![table("posts", vec![title()]).index(&["title"])], posts(vec![title()])),
        (
            "index to unique",
            vec![table("posts", vec![title()]).index(&["title"])],
            vec![table("posts", vec![title()]).unique(&["title"])],
        ),
        ("create table", posts(vec![title()]), vec![table("posts", vec![title()]), users()]),
        ("drop table", vec![table("posts", vec![title()]), users()], posts(vec![title()])),
    ];
    let owner = || col("owner_id", Uuid);
    let owned = |on| table("posts", vec![title(), owner().null()]).fk("owner_id", "users", on);
    all.extend([
        (
            "add foreign key with its column",
            vec![users(), table("posts", vec![title()])],
            vec![users(), owned(Cascade)],
        ),
        (
            "add foreign key to a column",
            vec![users(), table("posts", vec![title(), owner()])],
            vec![users(), table("posts", vec![title(), owner()]).fk("owner_id", "users", Restrict)],
        ),
        (
            "drop foreign key",
            vec![users(), owned(Restrict)],
            vec![users(), table("posts", vec![title(), owner().null()])],
        ),
        (
            "drop foreign key with its column",
            vec![users(), owned(Restrict)],
            vec![users(), table("posts", vec![title()])],
        ),
        ("change what deleting does", vec![users(), owned(Restrict)], vec![users(), owned(SetNull)]),
        (
            "rename foreign key column",
            vec![users(), owned(Restrict)],
            vec![
                users(),
                table("posts", vec![title(), col("author_id", Uuid).null().was("owner_id")]).fk(
                    "author_id",
                    "users",
                    Restrict,
                ),
            ],
        ),
        (
            "foreign key becomes mandatory",
            vec![users(), table("posts", vec![owner()]).fk("owner_id", "users", Restrict)],
            vec![users(), owned(Restrict)],
        ),
        (
            "rename table that is pointed to",
            vec![users(), owned(Restrict)],
            vec![table("people", vec![col("name", Text)]).was("users"), owned(Restrict).repoint("people")],
        ),
        (
            "rename table with everything",
            vec![
                users(),
                table("posts", vec![title().length(1, 90), owner()])
                    .fk("owner_id", "users", Cascade)
                    .unique(&["title"]),
            ],
            vec![
                users(),
                table("articles", vec![title().length(1, 90), owner()])
                    .was("posts")
                    .fk("owner_id", "users", Cascade)
                    .unique(&["title"]),
            ],
        ),
        (
            "another index for a foreign key",
            vec![users(), owned(Restrict)],
            vec![
                users(),
                table("posts", vec![title(), owner().null()])
                    .index(&["owner_id", "title"])
                    .fk("owner_id", "users", Restrict),
            ],
        ),
        (
            "create two tables in a circle",
            posts(vec![title()]),
            vec![
                table("posts", vec![title()]),
                table("a", vec![col("b_id", Uuid).null()]).fk("b_id", "b", SetNull),
                table("b", vec![col("a_id", Uuid).null()]).fk("a_id", "a", SetNull),
            ],
        ),
        (
            "drop two tables in a circle",
            vec![
                table("posts", vec![title()]),
                table("a", vec![col("b_id", Uuid).null()]).fk("b_id", "b", SetNull),
                table("b", vec![col("a_id", Uuid).null()]).fk("a_id", "a", SetNull),
            ],
            posts(vec![title()]),
        ),
        (
            "point to itself",
            posts(vec![title(), col("parent_id", Uuid).null()]),
            vec![table("posts", vec![title().max(90), col("parent_id", Uuid).null()]).fk(
                "parent_id",
                "posts",
                SetNull,
            )],
        ),
        (
            "change a table that points to itself and is pointed to",
            vec![
                table("users", vec![col("boss_id", Uuid).null()]).fk("boss_id", "users", SetNull),
                owned(Restrict),
            ],
            vec![
                table("users", vec![col("boss_id", Uuid).null(), col("n", I32).range(0, 9)])
                    .fk("boss_id", "users", SetNull),
                owned(Restrict),
            ],
        ),
        (
            "counted key",
            vec![counted("logs", vec![title()])],
            vec![counted("logs", vec![title().null(), col("n", I32).range(0, 9)])],
        ),
        (
            "names of the language",
            vec![table("order", vec![col("select", Text), col("from", I32).range(0, 90)]).index(&["from"])],
            vec![
                table("order", vec![col("select", Text).null(), col("group", I32).range(0, 90).was("from")])
                    .unique(&["group"]),
            ],
        ),
        (
            "much at once",
            vec![users(), owned(Restrict), table("tags", vec![title()])],
            vec![
                table("people", vec![col("name", Text).unbounded(), col("age", I16).null()])
                    .was("users")
                    .index(&["name("][..0]),
                table(
                    "posts",
                    vec![
                        col("headline", Text).was("title").length(1, 120),
                        col("owner_id", Uuid).null(),
                        col("at", Timestamp).or(Default::Now),
                    ],
                )
                .fk("owner_id", "people", Cascade)
                .unique(&["headline"]),
                table("labels", vec![col("post_id", Uuid).null()]).fk("post_id", "posts", Cascade),
            ],
        ),
    ]);
    for (_, before, after) in &mut all {
        for t in before.iter_mut().chain(after.iter_mut()) {
            t.indexes.retain(|k| !k.columns.is_empty());
        }
    }
    all
}

trait Repoint {
    fn repoint(self, to: &str) -> Self;
}
impl Repoint for Table {
    fn repoint(mut self, to: &str) -> Self {
        self.foreign_keys.iter_mut().for_each(|k| k.table = to.into());
        self
    }
}

fn counted(name: &str, columns: Vec<framewright_data::ddl::Column>) -> Table {
    let mut t = table(name, columns);
    t.columns[0] = col("id", I64).or(Default::Counted);
    t
}

/// Databases that share the cases: most of the time goes into waiting for their disk.
const SHARES: usize = 4;

async fn run(dialect: Dialect) {
    let only = std::env::var("CASE").ok();
    let all: Vec<Case> = cases().into_iter().filter(|c| only.as_deref().is_none_or(|o| c.0 == o)).collect();
    assert!(all.len() >= 40 || only.is_some(), "{} changes", all.len());
    let shares = (0..SHARES).map(|share| some(dialect, all.iter().skip(share).step_by(SHARES)));
    let wrong = futures_util::future::join_all(shares).await.concat();
    assert!(
        wrong.is_empty(),
        "{} of {} on {}:\n{}",
        wrong.len(),
        all.len(),
        dialect.name(),
        wrong.join("\n\n")
    );
}

async fn some(dialect: Dialect, cases: impl Iterator<Item = &Case>) -> Vec<String> {
    let Some(url) = url(dialect, "changes").await else { return Vec::new() };
    let database = connect(&url).await;
    let mut wrong = Vec::new();
    for (name, before, after) in cases {
        if let Err(e) = one(&database, name, &schema(before.clone()), &schema(after.clone())).await {
            wrong.push(format!("{name}: {e}"));
        }
    }
    drop(database);
    drop_database(&url).await;
    wrong
}

async fn one(
    database: &std::sync::Arc<framewright_data::Database>,
    name: &str,
    before: &Schema,
    after: &Schema,
) -> Result<(), String> {
    let dialect = database.dialect();
    let directory = folder("changes");
    make_for(&directory, before, &MakeOptions::default()).map_err(|e| format!("first: {}", cause(&e)))?;
    let files = MigrationFiles::in_directory(&directory, dialect).unwrap();
    clear(database).await;
    Migrator::new(database.clone(), files).up(None).await.map_err(|e| format!("create: {}", cause(&e)))?;
    fill(database, before).await;

    let plan = Plan::between(before, after);
    let approve = dangers(&plan, &[]).iter().map(|d| d.code.clone()).collect();
    make_for(&directory, after, &MakeOptions { approve, ..MakeOptions::default() })
        .map_err(|e| format!("make: {}", cause(&e)))?;
    let files = MigrationFiles::in_directory(&directory, dialect).unwrap();
    let migrator = Migrator::new(database.clone(), files.clone());
    if files.files.len() == 1 {
        return Err("no migration was made".into());
    }
    let sql = format!("{}\n---\n{}", files.files[1].up, files.files[1].down.clone().unwrap());

    let start = live(database).await;
    // The columns that stay as they are, in tables that stay.
    let stay: Vec<(String, String, Vec<String>, Vec<String>)> = before
        .tables
        .iter()
        .filter_map(|old| {
            let change = plan.changes.iter().find(|c| c.old.as_ref().is_some_and(|o| o.name == old.name));
            let pairs =
                |pairs: &mut dyn Iterator<Item = (String, String)>| pairs.unzip::<_, _, Vec<_>, Vec<_>>();
            match change {
                None => {
                    let (a, b) = pairs(&mut old.columns.iter().map(|c| (c.name.clone(), c.name.clone())));
                    Some((old.name.clone(), old.name.clone(), a, b))
                }
                Some(c) => {
                    let new = c.new.as_ref()?;
                    let same = |a: &str, b: &str| {
                        let (a, b) = (old.column(a).unwrap(), new.column(b).unwrap());
                        let fits = !a.nullable || b.nullable || b.default.is_none();
                        a.kind == b.kind && a.decimal == b.decimal && fits
                    };
                    let mut kept = c.columns.iter().filter(|(a, b)| same(a, b)).cloned();
                    let (a, b) = pairs(&mut kept);
                    Some((old.name.clone(), new.name.clone(), a, b))
                }
            }
        })
        .collect();
    let mut held = Vec::new();
    for (old, _, columns, _) in &stay {
        held.push(values(database, old, columns).await);
    }

    migrator.up(None).await.map_err(|e| format!("up: {}\n{sql}", cause(&e)))?;
    let there = live(database).await;
    let differs = compare(&expected(dialect, after), &there);
    if !differs.is_empty() {
        return Err(format!("after up: {differs:#?}\n{sql}"));
    }
    for ((_, new, _, columns), held) in stay.iter().zip(&held) {
        let now = values(database, new, columns).await;
        if now != *held {
            return Err(format!("{name}: {new} held {held:?}, and now {now:?}\n{sql}"));
        }
    }

    migrator.down(1).await.map_err(|e| format!("down: {}\n{sql}", cause(&e)))?;
    let back = live(database).await;
    let differs = compare(&start, &back);
    if !differs.is_empty() {
        return Err(format!("after down: {differs:#?}\n{sql}"));
    }
    for ((old, _, columns, _), held) in stay.iter().zip(&held) {
        let now = values(database, old, columns).await;
        if now != *held {
            return Err(format!("{old} held {held:?}, and after down {now:?}\n{sql}"));
        }
    }
    if !drift_from(database, before).await.unwrap().is_empty() {
        return Err("drift after down".into());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_on_sqlite() {
    run(Dialect::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_on_postgres() {
    run(Dialect::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_on_mysql() {
    run(Dialect::Mysql).await;
}

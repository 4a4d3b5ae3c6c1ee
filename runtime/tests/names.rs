//! Names of constraints that are spelled alike: every one is its own, and a violation leads to the right field.
#![cfg(feature = "testing")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use framewright::data::ddl::Schema;
use framewright::prelude::*;
use framewright::testing::for_each_database;
use framewright::{App, ResourceDescriptor, registry};
use std::collections::BTreeSet;

/// `marks`.`tags_slug` …
#[resource(policy = public, unique(a_b, c), unique(a, b_c))]
pub struct Mark {
    #[field(unique)]
    pub tags_slug: String,
    pub a_b: i32,
    pub c: i32,
    pub a: i32,
    pub b_c: i32,
    pub other_id: Option<Id<MarkTag>>,
    pub tags_other_id: Option<Id<MarkTag>>,
    #[field(range(min = 0, max = 9), default = 1)]
    pub tagz_n: i32,
}

/// … and `marks_tags`.`slug`.
#[resource(policy = public, table = "marks_tags")]
pub struct MarkTag {
    #[field(unique)]
    pub slug: String,
    pub other_id: Option<Id<MarkTag>>,
    #[field(range(min = 0, max = 9), default = 1)]
    pub n: i32,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_are_spelled_alike_are_told_apart() {
    let schema = Schema::of(&registry::resources());
    let all: Vec<&String> = schema
        .tables
        .iter()
        .flat_map(|t| {
            let keys = t.uniques.iter().chain(&t.indexes).map(|k| &k.name);
            keys.chain(t.foreign_keys.iter().map(|k| &k.name))
        })
        .collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:?}");
    for plain in ["uq_marks_tags_slug", "uq_marks_a_b_c", "fk_marks_tags_other_id"] {
        assert!(all.iter().any(|n| *n == plain), "the first keeps its name: {all:?}");
        assert_eq!(all.iter().filter(|n| n.starts_with(plain)).count(), 2, "{plain}: {all:?}");
    }
    for_each_database(App::new, async |app| {
        let cx = app.cx();
        let mark = |slug: &str, n: i32| CreateMark::new(slug, n, n, n, n);
        let tag = |slug: &str| CreateMarkTag::new(slug);
        let fields = |e: framewright::Error| e.fields().iter().map(|f| f.field.clone()).collect::<Vec<_>>();
        mark("one", 1).save(&cx).await.unwrap();
        tag("one").save(&cx).await.unwrap();
        assert_eq!(fields(mark("one", 2).save(&cx).await.unwrap_err()), ["tags_slug"]);
        assert_eq!(fields(tag("one").save(&cx).await.unwrap_err()), ["slug"]);
        let same = CreateMark { a_b: 1, c: 1, ..mark("two", 2) };
        assert_eq!(fields(same.save(&cx).await.unwrap_err()), ["a_b", "c"]);
        let same = CreateMark { a: 1, b_c: 1, ..mark("two", 2) };
        assert_eq!(fields(same.save(&cx).await.unwrap_err()), ["a", "b_c"]);
    })
    .await;
}

#[test]
fn checks_of_one_name_are_reported() {
    let tag: &'static ResourceDescriptor = MarkTag::DESCRIPTOR;
    let other: &'static ResourceDescriptor =
        Box::leak(Box::new(ResourceDescriptor { table: "marks_tagz", relations: &[], ..*tag }));
    let problems = registry::problems(&[Mark::DESCRIPTOR, tag, other]);
    let about =
        |p: &&String| p.contains("`Mark.tagz_n`") && p.contains("`MarkTag.n`") && p.contains("`column = ");
    assert_eq!(problems.iter().filter(about).count(), 1, "{problems:?}");
}

//! Every option that the macros accept is held by a test here that fails when the option is ignored: the table is
//! `derive-tests/keys.toml`, and the last test keeps it complete.
#![allow(missing_docs, clippy::unwrap_used, dead_code)]

use framewright::descriptor::{
    Access, Actions, DefaultValue, FieldDescriptor, OnDelete, PolicyDescriptor, RelationKind,
    ResourceDescriptor,
};
use framewright::json::Purpose;
use framewright::prelude::*;
use framewright::rule::Rule;
use framewright::validate::validate;
use framewright::{Value, Values};

extern crate framewright as backend;

mod enums;
mod services;
mod tables;

mod rules {
    use super::*;
    pub(crate) fn quiet(text: &str) -> std::result::Result<(), &'static str> {
        if text.contains('!') { Err("must not shout") } else { Ok(()) }
    }
    pub(crate) fn even(number: &i32) -> std::result::Result<(), String> {
        if number % 2 == 0 { Ok(()) } else { Err(format!("{number} is odd")) }
    }
    pub(crate) fn ends_after_it_starts(event: &CreateEvent) -> Result<()> {
        if event.ends >= event.starts {
            return Ok(());
        }
        Err(Error::validation(Vec::new()).field("ends", "must not be before the start"))
    }
}

/// A plain resource: what there is without options.
#[resource(policy = public)]
pub struct Plain {
    pub name: String,
}

#[resource(
    policy = public,
    table = "old_things",
    path = "legacy-things",
    renamed_from = "things",
    breaking = "nobody used it",
    unique(name, code, code = "thing.taken"),
    index(code, name),
    timestamps = false,
    soft_delete,
    versioned,
    audit_columns,
    active,
    except(delete),
    page(default = 7, max = 70),
    has_many(parts: Part by thing_id),
    has_one(lid: Lid),
    many_to_many(labels: Label through ThingLabel),
    crate = ::backend,
)]
pub struct Thing {
    pub name: String,
    pub code: String,
}

#[resource(internal)]
pub struct Part {
    #[field(on_delete = cascade)]
    pub thing_id: Id<Thing>,
    #[field(relation = former, on_delete = set_null)]
    pub former_thing_id: Option<Id<Thing>>,
    #[field(references = Number)]
    pub number_id: i64,
}
#[resource(internal)]
pub struct Lid {
    pub thing_id: Id<Thing>,
}
#[resource(policy = public, only(list, read))]
pub struct Label {
    pub name: String,
}
#[resource(internal)]
pub struct ThingLabel {
    pub thing_id: Id<Thing>,
    pub label_id: Id<Label>,
}
#[resource(internal, diesel_schema)]
pub struct Number {
    pub id: i64,
    pub note: Option<String>,
}
#[resource(policy = public, check = rules::ends_after_it_starts)]
pub struct Event {
    pub starts: i32,
    pub ends: i32,
}
#[resource(policy = public)]
pub struct Fields {
    #[field(id)]
    pub slug: String,
    #[field(column = "the_column", renamed_from = "a_column")]
    pub column: String,
    #[field(text)]
    pub text: String,
    #[field(precision(12, 2))]
    pub precise: Decimal,
    #[field(unique(code = "fields.taken"))]
    pub unique: String,
    #[field(index)]
    pub index: String,
    #[field(skip)]
    pub skip: Vec<u64>,
    #[field(filter)]
    pub filter: String,
    #[field(sort)]
    pub sort: String,
    #[field(default = 3)]
    pub default: i32,
    #[field(readonly)]
    pub readonly: Option<String>,
    #[field(hidden)]
    pub hidden: Option<String>,
    #[field(write_only)]
    pub write_only: Option<String>,
    #[field(exposed)]
    pub api_key: Option<String>,
    #[field(approximate)]
    pub fee: Option<f64>,
    #[field(example = "for example")]
    pub example: String,
    #[field(length(min = 2, max = 3))]
    pub length: Option<String>,
    #[field(range(min = 1, max = 5))]
    pub range: Option<i32>,
    #[field(email)]
    pub email: Option<String>,
    #[field(url)]
    pub url: Option<String>,
    #[field(ascii)]
    pub ascii: Option<String>,
    #[field(alphanumeric)]
    pub alphanumeric: Option<String>,
    #[field(not_blank)]
    pub not_blank: Option<String>,
    #[field(pattern = "^[a-z]+$")]
    pub pattern: Option<String>,
    #[field(contains = "mid")]
    pub contains: Option<String>,
    #[field(prefix = "pre")]
    pub prefix: Option<String>,
    #[field(suffix = "post")]
    pub suffix: Option<String>,
    #[field(custom = rules::quiet)]
    pub custom: Option<String>,
    #[field(custom = rules::even, message = "an even number, please")]
    pub message: Option<i32>,
}

fn thing() -> &'static ResourceDescriptor {
    Thing::DESCRIPTOR
}
fn plain() -> &'static ResourceDescriptor {
    Plain::DESCRIPTOR
}
fn field(name: &str) -> &'static FieldDescriptor {
    Fields::DESCRIPTOR.field_named(name).unwrap().1
}
fn index(of: &ResourceDescriptor, name: &str) -> u16 {
    of.field_named(name).unwrap().0
}

/// What the rules of a field say of a value; `None` is nothing.
fn refused(name: &str, value: Value) -> Option<String> {
    let mut values = Values::of(Fields::DESCRIPTOR);
    values.set(index(Fields::DESCRIPTOR, name), value);
    let error = validate(Fields::DESCRIPTOR, &values, Purpose::Update).err()?;
    let found = error.fields().iter().find(|f| f.field == name)?;
    Some(found.messages.join("; "))
}
fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
fn holds(name: &str, good: &str, bad: &str) {
    assert_eq!(refused(name, text(good)), None, "{good}");
    assert!(refused(name, text(bad)).is_some(), "{bad}");
}

#[test]
fn resource_table() {
    assert_eq!((thing().table, plain().table), ("old_things", "plains"));
}
#[test]
fn resource_path() {
    assert_eq!((thing().path, plain().path), ("legacy-things", "plains"));
}
#[test]
fn resource_renamed_from() {
    assert_eq!((thing().renamed_from, plain().renamed_from), (Some("things"), None));
}
#[test]
fn resource_breaking() {
    assert_eq!((thing().breaking, plain().breaking), (Some("nobody used it"), None));
}
#[test]
fn resource_unique() {
    let keys = thing().uniques;
    assert_eq!((keys.len(), keys[0].fields, keys[0].code), (1, &[1, 2][..], Some("thing.taken")));
    assert!(plain().uniques.is_empty());
}
#[test]
fn resource_index() {
    assert_eq!(thing().indexes.iter().map(|k| k.fields).collect::<Vec<_>>(), [[2, 1]]);
}
#[test]
fn resource_timestamps() {
    assert!(thing().kept.created_at.is_none() && thing().field_named("created_at").is_none());
    assert!(plain().kept.created_at.is_some() && plain().kept.updated_at.is_some());
}
#[test]
fn resource_soft_delete() {
    fn restorable<T: framewright::record::SoftDelete>() {}
    restorable::<Thing>();
    assert_eq!(thing().kept.deleted_at, Some(index(thing(), "deleted_at")));
    assert_eq!(plain().kept.deleted_at, None);
}
#[test]
fn resource_versioned() {
    assert_eq!(thing().kept.version, Some(index(thing(), "version")));
    assert_eq!(plain().kept.version, None);
}
#[test]
fn resource_audit_columns() {
    assert_eq!(thing().kept.created_by, Some(index(thing(), "created_by")));
    assert_eq!(thing().kept.updated_by, Some(index(thing(), "updated_by")));
    assert_eq!(plain().kept.created_by, None);
}
#[test]
fn resource_active() {
    let (_, active) = thing().field_named("is_active").unwrap();
    let Some(DefaultValue::Value(default)) = active.default else { panic!("no default") };
    assert_eq!(default(), Value::Bool(true));
    assert!(active.access.has(Access::READ | Access::CREATE | Access::UPDATE | Access::FILTER));
    assert!(plain().field_named("is_active").is_none());
}
#[test]
fn resource_only() {
    assert_eq!(Label::DESCRIPTOR.actions, Actions(Actions::LIST | Actions::READ));
}
#[test]
fn resource_except() {
    assert!(!thing().actions.has(Actions::DELETE) && thing().actions.has(Actions::LIST | Actions::BULK));
    assert_eq!(plain().actions, Actions::ALL);
}
#[test]
fn resource_internal() {
    assert_eq!(Part::DESCRIPTOR.actions, Actions::NONE);
    assert_eq!(Part::DESCRIPTOR.policy, PolicyDescriptor::Internal);
}
#[test]
fn resource_policy() {
    assert_eq!(plain().policy, PolicyDescriptor::Public);
}
#[test]
fn resource_page() {
    assert_eq!((thing().page.default, thing().page.max), (7, 70));
    assert_eq!((plain().page.default, plain().page.max), (20, 100));
}
#[test]
fn resource_has_many() {
    let parts = thing().relation("parts").unwrap();
    assert!(matches!(parts.kind, RelationKind::HasMany { by: Some("thing_id") }));
    assert_eq!(parts.foreign_key(thing()), Some(index(Part::DESCRIPTOR, "thing_id")));
    assert_eq!(thing::parts.descriptor().name, "parts");
}
#[test]
fn resource_has_one() {
    let lid = thing().relation("lid").unwrap();
    assert!(matches!(lid.kind, RelationKind::HasOne { by: None }) && (lid.target)().name == "Lid");
}
#[test]
fn resource_many_to_many() {
    let labels = thing().relation("labels").unwrap();
    assert_eq!((labels.target)().name, "Label");
    assert_eq!(labels.far_key(), Some(index(ThingLabel::DESCRIPTOR, "label_id")));
}
#[test]
fn resource_check() {
    let refused = |starts, ends| {
        let values = CreateEvent::new(starts, ends).values();
        validate(Event::DESCRIPTOR, &values, Purpose::Create).err().map(|e| e.fields()[0].field.clone())
    };
    assert_eq!(refused(1, 2), None);
    assert_eq!(refused(2, 1).as_deref(), Some("ends"));
}
#[test]
fn resource_crate() {
    // `Thing` is compiled with it; the paths are in the snapshot `tables/crate_path`.
    let (expansion, _) = framewright_derive_tests::expand(
        "#[resource(internal, crate = ::backend)] struct A { name: String }",
    );
    assert!(expansion.contains("::backend::__private") && !expansion.contains("framewright"));
}
#[test]
fn resource_diesel_schema() {
    use diesel::{Column as _, Table as _};
    assert_eq!(<numbers::note as diesel::Column>::NAME, "note");
    let _ = (numbers::table.primary_key(), numbers::id::NAME);
}

#[test]
fn field_id() {
    assert_eq!(Fields::DESCRIPTOR.key_field().name, "slug");
    assert!(Fields::DESCRIPTOR.field_named("id").is_none());
}
#[test]
fn field_column() {
    assert_eq!((field("column").column, field("text").column), ("the_column", "text"));
}
#[test]
fn field_renamed_from() {
    assert_eq!((field("column").renamed_from, field("text").renamed_from), (Some("a_column"), None));
}
#[test]
fn field_text() {
    assert_eq!((field("text").max_length, field("column").max_length), (None, Some(255)));
}
#[test]
fn field_precision() {
    assert_eq!(field("precise").decimal, (12, 2));
}
#[test]
fn field_unique() {
    let at = index(Fields::DESCRIPTOR, "unique");
    assert!(Fields::DESCRIPTOR.uniques.iter().any(|k| k.fields == [at] && k.code == Some("fields.taken")));
    assert_eq!(field("unique").unique_code, Some("fields.taken"));
}
#[test]
fn field_index() {
    let at = index(Fields::DESCRIPTOR, "index");
    assert_eq!(Fields::DESCRIPTOR.indexes.iter().map(|k| k.fields).collect::<Vec<_>>(), [[at]]);
}
#[test]
fn field_skip() {
    assert!(Fields::DESCRIPTOR.field_named("skip").is_none());
}
#[test]
fn field_filter() {
    assert!(field("filter").access.has(Access::FILTER) && !field("sort").access.has(Access::FILTER));
}
#[test]
fn field_sort() {
    assert!(field("sort").access.has(Access::SORT) && !field("filter").access.has(Access::SORT));
}
#[test]
fn field_default() {
    let Some(DefaultValue::Value(default)) = field("default").default else { panic!("no default") };
    assert_eq!(default(), Value::I64(3));
}
#[test]
fn field_readonly() {
    let access = field("readonly").access;
    assert!(access.has(Access::READ) && !access.has(Access::CREATE) && !access.has(Access::UPDATE));
}
#[test]
fn field_hidden() {
    assert_eq!(field("hidden").access, Access(Access::SECRET));
}
#[test]
fn field_write_only() {
    let access = field("write_only").access;
    assert!(access.has(Access::SECRET | Access::CREATE | Access::UPDATE) && !access.has(Access::READ));
}
#[test]
fn field_exposed() {
    // Without it the resource does not compile: `ui/field/a_password_is_not_returned`.
    assert!(field("api_key").access.has(Access::READ));
}
#[test]
fn field_example() {
    assert_eq!((field("example").example, field("text").example), (Some("for example"), None));
}
#[test]
fn field_approximate() {
    // Without it the resource does not compile: `ui/field/money_is_not_a_float`.
    assert_eq!(field("fee").kind(), framewright::Kind::F64);
}
#[test]
fn field_length() {
    holds("length", "äöü", "äöüß");
    holds("length", "ab", "a");
    assert_eq!(field("length").max_length, Some(3));
    assert_eq!(field("length").rules, [Rule::Length { min: Some(2), max: Some(3) }]);
}
#[test]
fn field_range() {
    assert_eq!(refused("range", Value::I64(5)), None);
    assert!(refused("range", Value::I64(6)).is_some() && refused("range", Value::I64(0)).is_some());
}
#[test]
fn field_email() {
    holds("email", "a@example.org", "a.example.org");
}
#[test]
fn field_url() {
    holds("url", "https://example.org/x", "example org");
}
#[test]
fn field_ascii() {
    holds("ascii", "abc", "äbc");
}
#[test]
fn field_alphanumeric() {
    holds("alphanumeric", "abc1", "abc 1");
}
#[test]
fn field_not_blank() {
    holds("not_blank", " x ", " \t ");
}
#[test]
fn field_pattern() {
    holds("pattern", "abc", "abc1");
}
#[test]
fn field_contains() {
    holds("contains", "amidst", "among");
}
#[test]
fn field_prefix() {
    holds("prefix", "prefix", "suffix");
}
#[test]
fn field_suffix() {
    holds("suffix", "lamppost", "lamp");
}
#[test]
fn field_custom() {
    holds("custom", "hello", "hello!");
    assert_eq!(refused("custom", text("hello!")).as_deref(), Some("must not shout"));
}
#[test]
fn field_message() {
    assert_eq!(refused("message", Value::I64(3)).as_deref(), Some("an even number, please"));
}
#[test]
fn field_relation() {
    assert!(
        Part::DESCRIPTOR.relation("former").is_some() && Part::DESCRIPTOR.relation("former_thing").is_none()
    );
}
#[test]
fn field_references() {
    let (_, key) = Part::DESCRIPTOR.field_named("number_id").unwrap();
    assert_eq!(key.facts.references.map(|r| r().name), Some("Number"));
    assert_eq!((Part::DESCRIPTOR.relation("number").unwrap().target)().name, "Number");
}
#[test]
fn field_on_delete() {
    let on = |name: &str| Part::DESCRIPTOR.field_named(name).unwrap().1.on_delete;
    assert_eq!(
        [on("thing_id"), on("former_thing_id"), on("number_id")],
        [OnDelete::Cascade, OnDelete::SetNull, OnDelete::Restrict]
    );
}

/// The tests of a line of the table: `"name"`, or `["name", "path/of/file.rs::name"]`.
fn tests_of(value: &str) -> Vec<&str> {
    value.trim_matches(['[', ']']).split(',').map(|t| t.trim().trim_matches('"')).collect()
}

/// The table names each option once, with tests that are there: one of what the option makes of the descriptor, and
/// where that is only half of it, one of what an application sees.
#[test]
fn every_option_is_held_by_a_test() {
    let here = concat!(
        include_str!("main.rs"),
        include_str!("enums.rs"),
        include_str!("services.rs"),
        include_str!("tables.rs")
    );
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut section = String::new();
    let mut held = Vec::new();
    for line in include_str!("../../keys.toml")
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
    {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name.to_owned();
            continue;
        }
        let (key, tests) = line.split_once(" = ").unwrap();
        for test in tests_of(tests) {
            let (source, name) = match test.split_once("::") {
                None => (here.to_owned(), test),
                Some((file, name)) => (std::fs::read_to_string(root.join(file)).unwrap_or_default(), name),
            };
            assert!(
                source.contains(&format!("fn {name}()")),
                "keys.toml names the test `{test}`, which is not there"
            );
        }
        held.push(format!("{section}.{key}"));
    }
    let mut options: Vec<String> =
        framewright_macros_core::options().iter().map(|(_, o)| format!("{:?}.{}", o.place, o.key)).collect();
    options.sort();
    held.sort();
    assert_eq!(held, options, "keys.toml and the option tables differ");
}

/// What the reference of the book is made of: every option has words of its own, and an example that compiles.
#[test]
fn every_option_is_documented() {
    for (part, option) in framewright_macros_core::options() {
        assert!(option.doc.ends_with('.') && !option.default.is_empty(), "{part}: `{}`", option.key);
        assert!(option.example.starts_with(option.key), "{part}: the example of `{}`", option.key);
    }
    let page = framewright_macros_core::reference_markdown();
    assert!(framewright_macros_core::options().iter().all(|(_, o)| page.contains(o.example)));
}

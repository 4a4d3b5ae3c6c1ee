//! Every rule against values that keep it and values that break it.
#![allow(missing_docs, clippy::unwrap_used)]

use framewright_core::descriptor::{Access, FieldDescriptor, ResourceDescriptor, Source};
use framewright_core::json::{Purpose, read};
use framewright_core::rule::Rule;
use framewright_core::types::currency::Eur;
use framewright_core::validate::{of_report, validate};
use framewright_core::*;

/// A resource of one field.
fn only(field: FieldDescriptor) -> &'static ResourceDescriptor {
    let at = Source { file: "", line: 0, module: "" };
    let fields: &'static [FieldDescriptor] = Box::leak(Box::new([field]));
    Box::leak(Box::new(ResourceDescriptor {
        fields,
        ..ResourceDescriptor::of("Thing", "thing", "things", at)
    }))
}

fn broken<T: Column>(field: FieldDescriptor, value: &T) -> Option<String> {
    let d = only(field);
    let mut values = Values::of(d);
    values.set(0, value.value());
    let e = validate(d, &values, Purpose::Update).err()?;
    assert_eq!((e.status(), e.code(), e.fields().len()), (422, "validation", 1));
    Some(e.fields()[0].messages.join("|"))
}

fn ruled<T: Column>(rules: &'static [Rule]) -> FieldDescriptor {
    FieldDescriptor { rules, ..FieldDescriptor::of::<T>("x", "\"x\":") }
}

#[test]
fn rules_of_text() {
    let cases: &[(&'static [Rule], &[&str], &[&str], &str)] = &[
        (
            &[Rule::Length { min: Some(2), max: Some(3) }],
            &["ab", "äöü"],
            &["a", "abcd", ""],
            "must be 2 to 3 characters long",
        ),
        (&[Rule::Length { min: Some(2), max: None }], &["ab"], &["ö"], "must be at least 2 characters long"),
        (
            &[Rule::Length { min: None, max: Some(1) }],
            &["", "€"],
            &["ab"],
            "must be at most 1 characters long",
        ),
        (&[Rule::Length { min: Some(2), max: Some(2) }], &["ab"], &["a"], "must be 2 characters long"),
        (
            &[Rule::Email],
            &["a@example.org", "a.b+c@x.example.org"],
            &["", "a", "a@", "@b", "a b@c.d", "a@@b.c"],
            "must be an email address",
        ),
        (
            &[Rule::Url],
            &["https://example.org/a?b#c", "ftp://x"],
            &["", "example.org", "/a", "http://"],
            "must be an absolute URL, like https://example.org",
        ),
        (&[Rule::Pattern("^[a-z]+$")], &["abc"], &["", "Abc", "a1"], "must match the pattern ^[a-z]+$"),
        (&[Rule::Pattern("(unclosed")], &[], &["", "(unclosed"], "must match the pattern (unclosed"),
        (&[Rule::Contains("@")], &["a@b", "@"], &["", "ab"], "must contain \"@\""),
        (&[Rule::Prefix("a.")], &["a.", "a.b"], &["", "ab", ".a."], "must start with \"a.\""),
        (&[Rule::Suffix(".a")], &[".a", "b.a"], &["", "ab", ".a."], "must end with \".a\""),
        (&[Rule::Ascii], &["", "abc~"], &["ä", "a\u{200b}"], "must have ASCII characters only"),
        (&[Rule::Alphanumeric], &["", "a1", "ä"], &["a b", "a-b"], "must have letters and digits only"),
        (&[Rule::NotBlank], &["a", " a "], &["", " ", "\t\n", "\u{3000}"], "must not be blank"),
    ];
    for (rules, good, bad, message) in cases {
        for text in *good {
            assert_eq!(broken(ruled::<String>(rules), &(*text).to_owned()), None, "{rules:?} {text:?}");
        }
        for text in *bad {
            assert_eq!(
                broken(ruled::<String>(rules), &(*text).to_owned()).as_deref(),
                Some(*message),
                "{rules:?} {text:?}"
            );
        }
    }
    let both: &[Rule] = &[Rule::NotBlank, Rule::Length { min: Some(3), max: None }, Rule::Email];
    let all = broken(ruled::<String>(both), &" ".to_owned()).unwrap();
    assert_eq!(all, "must not be blank|must be at least 3 characters long|must be an email address");
}

#[test]
fn rules_of_numbers() {
    const R: &[Rule] = &[Rule::Range { min: Some(-1), max: Some(5) }];
    const LOW: &[Rule] = &[Rule::Range { min: Some(0), max: None }];
    for n in [-1i64, 0, 5] {
        assert_eq!(broken(ruled::<i64>(R), &n), None);
    }
    for n in [-2i64, 6, i64::MIN, i64::MAX] {
        assert_eq!(broken(ruled::<i64>(R), &n).as_deref(), Some("must be -1 to 5"));
    }
    assert_eq!(
        broken(ruled::<Money<Eur>>(LOW), &Money::<Eur>::from_minor(-1)).as_deref(),
        Some("must be at least 0")
    );
    let d = |t: &str| t.parse::<Decimal>().unwrap();
    assert_eq!(broken(ruled::<Decimal>(R), &d("5.00")), None);
    assert_eq!(broken(ruled::<Decimal>(R), &d("5.01")).as_deref(), Some("must be -1 to 5"));
    const F: &[Rule] = &[Rule::RangeF64 { min: Some(0.5), max: None }];
    assert_eq!(broken(ruled::<f64>(F), &0.5), None);
    assert_eq!(broken(ruled::<f64>(F), &0.25).as_deref(), Some("must be at least 0.5"));
    for n in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(broken(ruled::<f64>(&[]), &n).as_deref(), Some("must be a finite number"));
    }
    let exact = FieldDescriptor { decimal: (5, 2), ..FieldDescriptor::of::<Decimal>("x", "\"x\":") };
    assert_eq!(broken(FieldDescriptor { ..exact }, &d("999.9900")), None, "zeros at the end are no digits");
    let exact = || FieldDescriptor { decimal: (5, 2), ..FieldDescriptor::of::<Decimal>("x", "\"x\":") };
    for n in ["1000", "-1000", "0.001", "79228162514264337593543950335"] {
        assert_eq!(
            broken(exact(), &d(n)).as_deref(),
            Some("may have at most 3 digits before and 2 after the point"),
            "{n}"
        );
    }
}

#[test]
fn types_and_null() {
    let plain = || FieldDescriptor::of::<String>("x", "\"x\":");
    assert_eq!(broken(plain(), &Option::<String>::None).as_deref(), Some("must not be null"));
    assert_eq!(broken(FieldDescriptor::of::<Option<String>>("x", "\"x\":"), &Option::<String>::None), None);
    assert_eq!(broken(plain(), &1i64).as_deref(), Some("must be text"));
    assert_eq!(broken(plain(), &"a\0".to_owned()).as_deref(), Some("must not contain U+0000"));
    assert_eq!(broken(plain(), &"ö".repeat(256)).as_deref(), Some("must be at most 255 characters long"));
    assert_eq!(broken(plain(), &"ö".repeat(255)), None);
    assert_eq!(broken(FieldDescriptor { max_length: None, ..plain() }, &"x".repeat(1_000_000)), None);
    assert_eq!(
        broken(FieldDescriptor::of::<i16>("x", "\"x\":"), &40_000i64).as_deref(),
        Some("must be from -32768 to 32767")
    );
    let bytes: &'static [Rule] = &[Rule::Length { min: None, max: Some(2) }];
    assert_eq!(
        broken(ruled::<Vec<u8>>(bytes), &vec![0u8; 3]).as_deref(),
        Some("must be at most 2 bytes long")
    );
    let json = || FieldDescriptor::of::<Json<serde_json::Value>>("x", "\"x\":");
    assert_eq!(
        broken(json(), &Json(serde_json::json!({"a": "\0"}))).as_deref(),
        Some("must not contain U+0000")
    );
    assert_eq!(
        broken(json(), &Json(serde_json::json!({"a": "\\u0000"}))),
        None,
        "an escaped backslash is no U+0000"
    );
    let d = only(FieldDescriptor::of::<Timestamp>("x", "\"x\":"));
    let mut values = Values::of(d);
    values.set(0, Value::Timestamp(i64::MAX));
    assert_eq!(
        validate(d, &values, Purpose::Update).unwrap_err().fields()[0].messages,
        ["must be in the years 1 to 9999"]
    );
}

#[test]
fn own_rules_and_own_words() {
    fn even(v: ValueRef<'_>) -> Result<(), String> {
        match v {
            ValueRef::I64(n) if n % 2 != 0 => Err("must be even".into()),
            _ => Ok(()),
        }
    }
    const LOW: &[Rule] = &[Rule::Range { min: Some(0), max: None }];
    let field = || FieldDescriptor { custom: &[even], ..ruled::<i64>(LOW) };
    assert_eq!(broken(field(), &2i64), None);
    assert_eq!(broken(field(), &-1i64).as_deref(), Some("must be at least 0|must be even"));
    let worded = || FieldDescriptor { message: Some("is odd"), ..field() };
    assert_eq!(broken(worded(), &-1i64).as_deref(), Some("is odd"));
    assert_eq!(
        broken(worded(), &"x".to_owned()).as_deref(),
        Some("must be an integer"),
        "of another type is not a rule"
    );
}

#[test]
fn a_hostile_body_is_answered_shortly() {
    let d = only(FieldDescriptor {
        access: Access::PLAIN,
        ..FieldDescriptor::of::<String>("title", "\"title\":")
    });
    let many: Vec<String> = (0..9_000).map(|n| format!("\"titl{n}\":1")).collect();
    let e = read(d, format!("{{{}}}", many.join(",")).as_bytes(), Purpose::Create).unwrap_err();
    assert_eq!((e.status(), e.fields().len()), (422, 101), "a hundred, and the field that is missing");
    let long = format!("{{\"{}\":1}}", "titl".repeat(200_000));
    let e = read(d, long.as_bytes(), Purpose::Create).unwrap_err();
    assert!(e.fields()[0].field.chars().count() == 65 && e.fields()[0].messages == ["is not a field"]);
}

#[test]
fn reports_of_garde_become_ours() {
    let mut report = garde::Report::new();
    report.append(garde::Path::new("address").join("city"), garde::Error::new("is far"));
    report.append(garde::Path::empty(), garde::Error::new("is wrong"));
    let e = of_report(&report);
    let all: Vec<_> = e.fields().iter().map(|f| (f.field.as_str(), f.messages[0].as_str())).collect();
    assert_eq!(all, [("address.city", "is far"), ("_", "is wrong")]);
}

//! Request bodies into values and values into answers, by descriptor.
#![allow(missing_docs, clippy::unwrap_used)]

use framewright_core::descriptor::{
    Access, DefaultValue, FieldDescriptor, Kept, KeyDescriptor, PageSizes, PolicyDescriptor,
    ResourceDescriptor, Source,
};
use framewright_core::json::{self, Purpose, read};
use framewright_core::rule::Rule;
use framewright_core::types::currency::Eur;
use framewright_core::validate::validate;
use framewright_core::*;

const KEPT: Access = Access(Access::READ);
fn zero() -> Value {
    Value::I64(0)
}
static THING: ResourceDescriptor = ResourceDescriptor {
    name: "Thing",
    singular: "thing",
    table: "things",
    path: "things",
    doc: "",
    fields: &[
        FieldDescriptor {
            default: Some(DefaultValue::NewId),
            access: KEPT,
            ..FieldDescriptor::of::<uuid::Uuid>("id", "\"id\":")
        },
        FieldDescriptor {
            rules: &[Rule::Length { min: Some(3), max: Some(10) }],
            ..FieldDescriptor::of::<String>("title", "\"title\":")
        },
        FieldDescriptor::of::<Option<String>>("note", "\"note\":"),
        FieldDescriptor {
            default: Some(DefaultValue::Value(zero)),
            rules: &[Rule::Range { min: Some(0), max: None }],
            ..FieldDescriptor::of::<i16>("small", "\"small\":")
        },
        FieldDescriptor::of::<Option<i64>>("big", "\"big\":"),
        FieldDescriptor::of::<Option<f64>>("ratio", "\"ratio\":"),
        FieldDescriptor::of::<Option<bool>>("on", "\"on\":"),
        FieldDescriptor { decimal: (10, 2), ..FieldDescriptor::of::<Option<Decimal>>("price", "\"price\":") },
        FieldDescriptor::of::<Option<Money<Eur>>>("fee", "\"fee\":"),
        FieldDescriptor::of::<Option<Timestamp>>("at", "\"at\":"),
        FieldDescriptor::of::<Option<Date>>("day", "\"day\":"),
        FieldDescriptor::of::<Option<Time>>("hour", "\"hour\":"),
        FieldDescriptor::of::<Option<Vec<u8>>>("raw", "\"raw\":"),
        FieldDescriptor::of::<Option<Json<Vec<u32>>>>("list", "\"list\":"),
        FieldDescriptor {
            default: Some(DefaultValue::Value(zero)),
            access: KEPT,
            ..FieldDescriptor::of::<i64>("version", "\"version\":")
        },
        FieldDescriptor {
            access: Access(Access::SECRET),
            ..FieldDescriptor::of::<Option<String>>("secret", "\"secret\":")
        },
        FieldDescriptor {
            access: Access(Access::CREATE | Access::READ),
            ..FieldDescriptor::of::<Option<String>>("born", "\"born\":")
        },
        FieldDescriptor {
            access: Access(Access::CREATE | Access::UPDATE),
            message: Some("is too weak"),
            rules: &[Rule::Length { min: Some(8), max: None }],
            ..FieldDescriptor::of::<Option<String>>("password", "\"password\":")
        },
        FieldDescriptor::of::<Option<uuid::Uuid>>("other", "\"other\":"),
    ],
    key: 0,
    relations: &[],
    uniques: &[KeyDescriptor { fields: &[1], code: None }],
    indexes: &[],
    kept: Kept {
        created_at: None,
        updated_at: None,
        deleted_at: None,
        version: Some(14),
        tenant_id: None,
        created_by: None,
        updated_by: None,
    },
    actions: descriptor::Actions::ALL,
    policy: PolicyDescriptor::Public,
    page: PageSizes { default: 20, max: 100 },
    checks: &[],
    renamed_from: None,
    breaking: None,
    source: Source { file: "", line: 0, module: "" },
};

fn refused(body: &str) -> Error {
    read(&THING, body.as_bytes(), Purpose::Create)
        .and_then(|v| validate(&THING, &v, Purpose::Create))
        .unwrap_err()
}
fn field(body: &str, name: &str) -> String {
    let e = refused(body);
    assert_eq!((e.status(), e.code()), (422, "validation"), "{body}: {e}");
    let f = e.fields().iter().find(|f| f.field == name).unwrap_or_else(|| panic!("{body}: {e:?}"));
    f.messages.join("|")
}

#[test]
fn a_full_body_comes_back_as_it_went_in() {
    let body = r#"{"title":"Hällo\u0020\"x\"\n","note":null,"small":-0,"big":-9223372036854775808,"ratio":1.5,"on":true,"price":"12.50","fee":-3,"at":"2026-11-20T12:00:00.25+01:00","day":"2024-02-29","hour":"23:59:59.999999","raw":"AAH/","list":[1, 2],"other":"018f0000-0000-7000-8000-000000000001"}"#;
    let values = read(&THING, body.as_bytes(), Purpose::Create).unwrap();
    validate(&THING, &values, Purpose::Create).unwrap();
    let given: Vec<u16> = values.given().map(|(i, _)| i).collect();
    let mut out = Vec::new();
    json::record(&mut out, &THING, &given, |at, _| Ok(values.get(given[at]).unwrap().borrow())).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        r#"{"title":"Hällo \"x\"\n","note":null,"small":0,"big":-9223372036854775808,"ratio":1.5,"on":true,"price":"12.50","fee":-3,"at":"2026-11-20T11:00:00.250Z","day":"2024-02-29","hour":"23:59:59.999999","raw":"AAH/","list":[1, 2],"other":"018f0000-0000-7000-8000-000000000001"}"#
    );
}

#[test]
fn what_is_not_json_is_400_with_its_place_and_no_type_name() {
    let deep = "[".repeat(65);
    let wide = format!(r#"{{"list":[{}0]}}"#, "0,".repeat(10_001));
    for body in [
        "",
        " ",
        "{",
        "{\"title\"",
        "{\"title\":}",
        "{\"title\":\"a\"} x",
        "{\"title\":\"a\",}",
        "{\"big\":01}",
        "{\"big\":1.}",
        "{\"big\":+1}",
        "{\"big\":1e400}",
        "{\"big\":NaN}",
        "{\"title\":\"\\ud800\"}",
        "{\"title\":\"\\ud800\\u0041\"}",
        "{\"title\":\"\\x\"}",
        "{\"title\":\"a\nb\"}",
        "\u{feff}{}",
        "{'title':1}",
        "{title:1}",
        "nul",
        "[1 2]",
        "{\"a\" 1}",
        "\"abc",
        "{\"list\":[1,]}",
        &deep,
        &wide,
        "-",
        "{\"a\":\"\\u12\"}",
    ] {
        let e = read(&THING, body.as_bytes(), Purpose::Create).unwrap_err();
        assert_eq!(e.status(), 400, "{}", body.chars().take(40).collect::<String>());
        assert!(
            e.code().starts_with("json.") && !e.message().contains("::") && e.message().contains("(line 1, ")
                || body.contains('\n'),
            "{e}"
        );
    }
    assert!(
        read(&THING, b"{\"title\":\"\xff\"}", Purpose::Create)
            .unwrap_err()
            .message()
            .contains("UTF-8 (byte 11)")
    );
    assert!(
        read(&THING, b"{\n  \"title\": x }", Purpose::Create)
            .unwrap_err()
            .message()
            .contains("(line 2, column 12)")
    );
    assert_eq!(read(&THING, b"[]", Purpose::Create).unwrap_err().status(), 422);
    let nested = format!(r#"{{"title":"abc","list":{}1{}}}"#, "[".repeat(63), "]".repeat(63));
    assert_eq!(
        refused(&nested).status(),
        422,
        "63 lists in an object are 64 deep, which is JSON, but not a list of numbers"
    );
}

#[test]
fn every_field_that_fails_is_named_at_once() {
    let e = refused(
        r#"{"title":"ab","note":1,"small":40000,"big":9223372036854775808,"ratio":"1","on":1,"price":12.5,"fee":1.0,"at":"2026-02-30T00:00:00Z","day":"2023-02-29","hour":"24:00:00","raw":"?","list":[-1],"other":"018f000000007000800000000000000a","password":"short","titel":1,"id":"x","secret":"x"}"#,
    );
    let all: Vec<String> =
        e.fields().iter().map(|f| format!("{} {}", f.field, f.messages.join("|"))).collect();
    let expected = [
        "note must be text",
        "small must be from -32768 to 32767",
        "big must be from -9223372036854775808 to 9223372036854775807",
        "ratio must be a number",
        "on must be `true` or `false`",
        "price must be a decimal number, in JSON as a string: \"12.50\"",
        "fee must be an integer",
        "at must be an RFC 3339 time, like 2026-11-20T12:00:00Z",
        "day must be a date, like 2026-11-20",
        "hour must be a time of day, like 12:00:00",
        "raw must be base64",
        "list does not have the expected form (at character 3 of its JSON)",
        "other must be a UUID",
        "titel is not a field; did you mean `title`?",
        "id can't be set",
        "secret is not a field",
        "title must be 3 to 10 characters long",
        "password is too weak",
    ];
    assert_eq!(all, expected);
}

#[test]
fn single_mistakes() {
    assert_eq!(field("{}", "title"), "is required");
    assert_eq!(field(r#"{"title":null}"#, "title"), "must not be null");
    assert_eq!(field(r#"{"title":"abc","title":"abd"}"#, "title"), "is given more than once");
    assert_eq!(field(r#"{"title":"a\u0000c"}"#, "title"), "must not contain U+0000");
    assert_eq!(field(r#"{"title":"abc","list":["\u0000"]}"#, "list"), "must not contain U+0000");
    assert_eq!(field(r#"{"title":"abc","list":{"a":1,"a":2}}"#, "list"), "has the key `a` more than once");
    assert_eq!(field(r#"{"title":"abc","small":-1}"#, "small"), "must be at least 0");
    assert_eq!(
        field(r#"{"title":"abc","price":"123456789.00"}"#, "price"),
        "may have at most 8 digits before and 2 after the point"
    );
    assert_eq!(
        field(r#"{"title":"abc","price":"1.001"}"#, "price"),
        "may have at most 8 digits before and 2 after the point"
    );
    assert_eq!(
        field(r#"{"title":"abc","price":"1e2"}"#, "price"),
        "must be a decimal number, in JSON as a string: \"12.50\""
    );
    assert_eq!(
        field(&format!(r#"{{"title":"abc","note":"{}"}}"#, "ö".repeat(256)), "note"),
        "must be at most 255 characters long"
    );
    assert!(
        read(
            &THING,
            format!(r#"{{"title":"abc","note":"{}"}}"#, "ö".repeat(255)).as_bytes(),
            Purpose::Create
        )
        .is_ok_and(|v| validate(&THING, &v, Purpose::Create).is_ok())
    );
    assert_eq!(field(r#"{"title":"abc","version":1}"#, "version"), "can't be set");
}

#[test]
fn an_update_takes_less_and_the_seen_version() {
    let values = read(&THING, br#"{"version":3,"note":null}"#, Purpose::Update).unwrap();
    assert_eq!(values.given().collect::<Vec<_>>(), [(2, &Value::Null), (14, &Value::I64(3))]);
    let e = read(&THING, br#"{"born":"x"}"#, Purpose::Update).unwrap_err();
    assert_eq!(e.fields()[0].messages, ["can't be changed once the record is created"]);
    assert!(validate(&THING, &Values::of(&THING), Purpose::Update).is_ok());
    assert_eq!(
        validate(&THING, &Values::of(&THING), Purpose::Replace).unwrap_err().fields()[0].field,
        "title"
    );
}

#[test]
fn only_what_may_be_read_is_in_an_answer() {
    let names = |s: Option<&[u16]>| {
        json::readable(&THING, s).into_iter().map(|i| THING.field(i).name).collect::<Vec<_>>()
    };
    let all = names(None);
    assert!(all.contains(&"born") && !all.contains(&"secret") && !all.contains(&"password"));
    assert_eq!(names(Some(&[15, 1, 17])), ["title"]);
}

#[test]
fn keys_have_one_text() {
    let id = THING.field(0);
    assert!(json::key(id, "018f0000-0000-7000-8000-000000000001").is_some());
    for not in ["018f000000007000800000000000000a", "{018f0000-0000-7000-8000-000000000001}", "1", ""] {
        assert!(json::key(id, not).is_none(), "{not}");
    }
    let number = FieldDescriptor::of::<i64>("id", "\"id\":");
    assert_eq!(json::key(&number, "17"), Some(Value::I64(17)));
    for not in ["017", "+17", " 17", "1.0", "9223372036854775808", "-0"] {
        assert!(json::key(&number, not).is_none(), "{not}");
    }
}

mod soup {
    use super::*;
    use proptest::prelude::*;

    /// As many as in the gate, or as a longer run asks for.
    fn cases(usual: u32) -> u32 {
        std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: cases(2_000), ..ProptestConfig::default() })]
        #[test]
        fn no_bytes_make_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&THING, &bytes, Purpose::Create);
        }
        #[test]
        fn no_key_of_a_path_makes_a_panic(text in "\\PC{0,40}|[0-9a-fA-F-]{0,40}|[+-]?[0-9]{0,24}") {
            let number = FieldDescriptor::of::<i64>("id", "\"id\":");
            for field in [THING.field(0), &number] {
                let key = json::key(field, &text);
                prop_assert!(key.is_none() || text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'));
            }
        }
        #[test]
        fn no_text_of_json_pieces_makes_a_panic(pieces in proptest::collection::vec(prop_oneof![Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just(":"), Just("\"title\""), Just("\"list\""), Just("\"\\u"), Just("d800"), Just("\\"), Just("\""), Just("1e5"), Just("-"), Just("0"), Just("null"), Just("ö"), Just(" ")], 0..24)) {
            let _ = read(&THING, pieces.concat().as_bytes(), Purpose::Update);
        }
        #[test]
        fn the_reader_and_serde_agree_on_what_is_json(pieces in proptest::collection::vec(prop_oneof![Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just(":"), Just("\"a\""), Just("\"b\\n\""), Just("1.5e2"), Just("-0"), Just("01"), Just("true"), Just("null"), Just(" ")], 1..10)) {
            let text = pieces.concat();
            let ours = json::Reader::new(text.as_bytes(), json::Limits::default()).and_then(|mut r| { r.skip()?; r.end() }).is_ok();
            prop_assert_eq!(ours, serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
        }
        #[test]
        fn a_text_is_written_as_serde_writes_it(text in prop_oneof!["(?s).{0,80}", "[ -~\\n\\t\\x00]{0,200}", "[a-z]{28,36}[\"\\\\]?[a-z]{0,40}"]) {
            let mut out = Vec::new();
            json::write::text(&mut out, &text);
            prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&text).unwrap());
        }
    }
}

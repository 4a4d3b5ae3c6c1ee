//! Parameters and bodies → the query tree: what is accepted, what is refused and how, and that no input panics.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod fixture;

use fixture::post;
use framewright_core::query::{self, CursorKey, Deleted, Filter, ListQuery, Op, Page, Sort, cursor};
use framewright_core::{Decimal, Error, Value};
use proptest::prelude::*;

fn key() -> CursorKey {
    CursorKey::new(b"a secret of the tests")
}
fn params(text: &str) -> Result<ListQuery, Error> {
    let pairs = query::params::split(text)?;
    query::params::list_query(&post, pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())), &key())
}
fn body(text: &str) -> Result<ListQuery, Error> {
    query::tree::list_query(&post, text.as_bytes(), &key())
}
fn filter(text: &str) -> Filter {
    params(text).unwrap().filter.unwrap()
}
fn refused(text: &str) -> (u16, String, String) {
    let e = params(text).unwrap_err();
    (e.status(), e.code().to_owned(), e.message().to_owned())
}
fn index(name: &str) -> u16 {
    post.field_named(name).unwrap().0
}
fn text(v: &str) -> Value {
    Value::Text(v.to_owned())
}

#[test]
fn every_operator_has_its_node() {
    let t = index("title");
    assert_eq!(filter("filter[title]=a"), Filter::Compare(t, Op::Eq, text("a")));
    for (name, op) in [
        ("eq", Op::Eq),
        ("ne", Op::Ne),
        ("gt", Op::Gt),
        ("gte", Op::Gte),
        ("lt", Op::Lt),
        ("lte", Op::Lte),
        ("contains", Op::Contains),
        ("starts_with", Op::StartsWith),
        ("ends_with", Op::EndsWith),
    ] {
        assert_eq!(filter(&format!("filter[title][{name}]=a%2Cb")), Filter::Compare(t, op, text("a,b")));
        let json = format!(r#"{{"filter":{{"field":"title","op":"{name}","value":"a,b"}}}}"#);
        assert_eq!(body(&json).unwrap().filter.unwrap(), Filter::Compare(t, op, text("a,b")));
    }
    let set = Filter::In(t, vec![text("a"), text("b,c")]);
    assert_eq!(filter(r"filter[title][in]=a,b\,c"), set);
    assert_eq!(filter(r"filter[title][nin]=a,b\,c"), Filter::Not(Box::new(set)));
    assert_eq!(filter("filter[title][in]="), Filter::In(t, vec![]));
    assert_eq!(
        filter("filter[views][between]=1,9"),
        Filter::Between(index("views"), Value::I64(1), Value::I64(9))
    );
    assert_eq!(filter("filter[body][null]=true"), Filter::IsNull(index("body")));
    assert_eq!(filter("filter[body][null]=false"), Filter::Not(Box::new(Filter::IsNull(index("body")))));
}

#[test]
fn every_kind_is_read() {
    for (param, value) in [
        ("views=-9223372036854775808", Value::I64(i64::MIN)),
        ("rank=2147483647", Value::I64(2_147_483_647)),
        ("rating=0.1", Value::F64(0.1)),
        ("price=-12.50", Value::Decimal(Decimal::new(-125, 1))),
        ("published_at=2026-11-20T12:00:00.000001Z", Value::Timestamp(1_795_176_000_000_001)),
        ("day=1970-01-02", Value::Date(1)),
        ("hour=00:00:01", Value::Time(1_000_000)),
        ("hot=true", Value::Bool(true)),
        ("extra=AQI=", Value::Bytes(vec![1, 2])),
        (
            "id=00000000-0000-0000-0000-000000000001",
            Value::Uuid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        ),
    ] {
        let (name, text) = param.split_once('=').unwrap();
        let found = filter(&format!("filter[{name}]={}", text.replace('+', "%2B")));
        assert_eq!(found, Filter::Compare(index(name), Op::Eq, value), "{param}");
    }
}

#[test]
fn wrong_values_name_their_parameter() {
    for (param, says) in [
        ("filter[views]=x", "must be an integer"),
        ("filter[views]=9223372036854775808", "must be from"),
        ("filter[rank]=2147483648", "must be from -2147483648 to 2147483647"),
        ("filter[rating]=NaN", "must be a number"),
        ("filter[rating]=inf", "must be a number"),
        ("filter[price]=1.23456", "4 after the point"),
        ("filter[price]=100000000000000", "14 digits before"),
        ("filter[published_at]=2026-11-20", "RFC 3339"),
        ("filter[day]=2026-02-30", "must be a date"),
        ("filter[hour]=25:00:00", "time of day"),
        ("filter[hot]=1", "`true` or `false`"),
        ("filter[id]=1", "must be a UUID"),
        ("filter[title]=a%00b", "U+0000"),
        ("filter[title][contains]=a%00b", "U+0000"),
        ("filter[views][between]=1", "two values"),
        ("filter[views][between]=1,2,3", "two values"),
        ("filter[body][null]=yes", "`true` or `false`"),
    ] {
        let e = params(param).unwrap_err();
        assert_eq!((e.status(), e.code()), (422, "query.invalid_value"), "{param}");
        assert!(e.message().contains(says), "{param}: {}", e.message());
        assert_eq!(e.fields()[0].field, param.split_once('=').unwrap().0);
    }
}

#[test]
fn what_is_not_declared_does_not_exist() {
    let (status, code, message) = refused("filter[colour]=red");
    assert_eq!((status, code.as_str()), (422, "query.unknown_field"));
    assert!(message.contains("`colour`") && message.contains("accepted: id, title, body"), "{message}");
    // A field that is kept from clients answers exactly like one that is not there.
    let hidden = refused("filter[author.password]=x").2.replace("password", "*");
    assert_eq!(hidden, refused("filter[author.nothing]=x").2.replace("nothing", "*"));
    assert!(!hidden.contains("password"));
    assert_eq!(refused("filter[deleted_at][null]=true").1, "query.unknown_field");
    assert_eq!(refused("sort=-deleted_at").1, "query.unknown_field");
    assert_eq!(refused("fields=id,nothing").1, "query.unknown_field");
    assert_eq!(refused("include=nothing").1, "query.unknown_relation");
    // `post_tags` leads to a resource without routes.
    assert_eq!(refused("include=post_tags").1, "query.unknown_relation");
    // An empty text is an empty list; an empty name in a list is no name.
    for list in ["include", "fields", "sort"] {
        assert!(params(&format!("{list}=")).is_ok(), "{list}");
        let code = if list == "include" { "query.unknown_relation" } else { "query.unknown_field" };
        for value in [",", "title,", ",title"] {
            let value = if list == "include" { value.replace("title", "author") } else { value.to_owned() };
            assert_eq!(refused(&format!("{list}={value}")).1, code, "{list}={value}");
        }
    }
    assert_eq!(refused("filter[post_tags.id][null]=true").1, "query.unknown_relation");
    assert_eq!(refused("filter[title][like]=x").1, "query.unknown_operator");
    assert_eq!(refused("filter[views][contains]=1").1, "query.unknown_operator");
    for unknown in
        ["color=red", "filter=x", "filter[]=x", "page=2", "page[sise]=2", "filter[title", "sort[title]=asc"]
    {
        let code = refused(unknown).1;
        assert!(code == "query.unknown_parameter" || code == "query.unknown_field", "{unknown}: {code}");
    }
    assert_eq!(refused("sort=title&sort=views").1, "query.repeated_parameter");
}

#[test]
fn all_mistakes_at_once() {
    let e = params("filter[colour]=red&sort=nothing&filter[views]=x&page[number]=x").unwrap_err();
    let at: Vec<_> = e.fields().iter().map(|f| f.field.as_str()).collect();
    assert_eq!(at, ["filter[colour]", "sort", "filter[views]", "page[number]"]);
}

#[test]
fn limits_hold() {
    let many = |n: usize| vec!["filter[views][gt]=1"; n].join("&");
    assert!(params(&many(32)).is_ok());
    assert_eq!(params(&many(33)).unwrap_err().code(), "query.too_complex");
    let set = |n: usize| format!("filter[views][in]={}", vec!["1"; n].join(","));
    assert!(params(&set(100)).is_ok());
    assert!(params(&set(101)).unwrap_err().message().contains("at most 100"));
    assert!(params(&format!("filter[title][contains]={}", "x".repeat(256))).is_ok());
    assert!(params(&format!("filter[title][contains]={}", "x".repeat(257))).is_err());
    assert!(params("sort=title,views,rank").is_ok());
    assert_eq!(params("sort=title,views,rank,body").unwrap_err().code(), "query.too_complex");
    assert!(params("filter[comments.author.manager.name]=x").is_ok());
    assert_eq!(
        params("filter[comments.author.manager.manager.name]=x").unwrap_err().code(),
        "query.too_complex"
    );
    let nested = |n: usize| {
        format!(r#"{{"filter":{}{{"field":"views","value":1}}{}}}"#, r#"{"not":"#.repeat(n), "}".repeat(n))
    };
    assert!(body(&nested(15)).is_ok());
    assert_eq!(body(&nested(16)).unwrap_err().code(), "query.too_complex");
    assert_eq!(body(&nested(5000)).unwrap_err().status(), 400);
    let wide = |n: usize| {
        format!(r#"{{"filter":{{"or":[{}]}}}}"#, vec![r#"{"field":"views","value":1}"#; n].join(","))
    };
    assert!(body(&wide(32)).is_ok());
    assert_eq!(body(&wide(33)).unwrap_err().code(), "query.too_complex");
}

#[test]
fn pages_are_clamped_and_say_so() {
    let page = |text: &str| params(text).map(|q| (q.page, q.clamped)).unwrap();
    assert_eq!(page(""), (Page::Keyset { after: None, size: 20 }, false));
    assert_eq!(page("page[size]=100"), (Page::Keyset { after: None, size: 100 }, false));
    assert_eq!(page("page[size]=100000"), (Page::Keyset { after: None, size: 100 }, true));
    assert_eq!(page("page[size]=-3"), (Page::Keyset { after: None, size: 1 }, true));
    assert_eq!(page("page[number]=3"), (Page::Number { number: 3, size: 20 }, false));
    assert_eq!(page("page[number]=-1"), (Page::Number { number: 1, size: 20 }, true));
    assert_eq!(refused("page[size]=ten").1, "query.invalid_page");
    assert_eq!(refused("page[number]=1&page[after]=x").1, "query.invalid_page");
}

#[test]
fn relation_paths_and_includes() {
    let q =
        params("filter[author.manager.name]=x&include=author,comments.author,comments&fields=title").unwrap();
    let Some(Filter::Related(author, inner)) = q.filter else { panic!("not a relation") };
    assert_eq!(author.name, "author");
    assert!(matches!(*inner, Filter::Related(r, _) if r.name == "manager"));
    assert_eq!(format!("{:?}", q.include), "[author([]), comments([author([])])]");
    assert_eq!(q.fields, Some(vec![0, 1]));
    let same = body(
        r#"{"filter":{"field":"author.manager.name","value":"x"},"include":["author","comments.author","comments"],"fields":["title"]}"#,
    );
    assert_eq!(
        same.unwrap(),
        params("filter[author.manager.name]=x&include=author,comments.author,comments&fields=title").unwrap()
    );
    // The post of a comment of a post is that post again.
    for back in ["comments.post", "comments.post.comments", "author.profile.user", "author.reports.manager"] {
        assert_eq!(refused(&format!("include={back}")).1, "query.too_complex", "{back}");
    }
    for on in ["author.posts", "author.manager.reports", "author.posts.comments", "comments.author.posts"] {
        assert!(params(&format!("include={on}")).is_ok(), "{on}");
    }
}

#[test]
fn the_tree_says_what_parameters_cannot() {
    let q = body(
        r#"{"filter":{"and":[{"field":"hot","value":true},
            {"or":[{"field":"price","op":"gte","value":"1.5"},{"not":{"related":"comments","where":{"field":"body","op":"contains","value":"spam"}}}]},
            {"field":"views","op":"in","value":[1,2]},{"field":"rank","op":"null","value":false},{"related":"tags"}]},
            "sort":["-views"],"page":{"size":5,"number":2},"count":"exact","with_trashed":"only"}"#,
    )
    .unwrap();
    assert_eq!(
        format!("{:?}", q.filter.unwrap()),
        "And([Compare(11, Eq, Bool(true)), Or([Compare(7, Gte, Decimal(1.5)), \
         Not(Related(\"comments\", Compare(3, Contains, Text(\"spam\"))))]), In(4, [I64(1), I64(2)]), Not(IsNull(5)), Related(\"tags\", And([]))])"
    );
    assert_eq!(q.sort, [Sort { field: 4, descending: true }]);
    assert_eq!((q.page, q.count, q.deleted), (Page::Number { number: 2, size: 5 }, true, Deleted::Only));
}

#[test]
fn wrong_bodies_are_refused() {
    for (json, status, code) in [
        ("", 400, "json.malformed"),
        ("{", 400, "json.malformed"),
        (r#"{"count":"exact","count":"exact"}"#, 422, "query.invalid_value"),
        (r#"{"filter":{"field":"title","field":"body"}}"#, 422, "query.invalid_value"),
        (
            r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"o":1,"p":1,"q":1}"#,
            422,
            "query.too_complex",
        ),
        (r#"{} {}"#, 400, "json.malformed"),
        ("[]", 422, "query.invalid_value"),
        (r#"{"where":{}}"#, 422, "query.unknown_parameter"),
        (r#"{"filter":[]}"#, 422, "query.invalid_value"),
        (r#"{"filter":{"field":"views","value":1,"more":1}}"#, 422, "query.invalid_value"),
        (r#"{"filter":{"field":"views","value":"1"}}"#, 422, "query.invalid_value"),
        (r#"{"filter":{"field":"views","value":1.5}}"#, 422, "query.invalid_value"),
        (r#"{"filter":{"field":"views","value":null}}"#, 422, "query.invalid_value"),
        (r#"{"filter":{"field":"title","value":1}}"#, 422, "query.invalid_value"),
        (r#"{"filter":{"field":"price","value":1.5}}"#, 422, "query.invalid_value"),
        (r#"{"filter":{"field":"title","op":7,"value":"x"}}"#, 422, "query.unknown_operator"),
        (
            r#"{"filter":{"related":"comments","where":{"field":"nothing","value":1}}}"#,
            422,
            "query.unknown_field",
        ),
        (r#"{"sort":"title"}"#, 422, "query.invalid_value"),
        (r#"{"page":{"size":"5"}}"#, 422, "query.invalid_page"),
        (r#"{"page":{"after":"AAAA"}}"#, 422, "query.invalid_cursor"),
    ] {
        let e = body(json).unwrap_err();
        assert_eq!((e.status(), e.code()), (status, code), "{json}");
    }
    let e = body(r#"{"filter":{"and":[{"field":"views","value":1},{"field":"nothing","value":1}]}}"#)
        .unwrap_err();
    assert_eq!(e.fields()[0].field, "filter.and[1]");
}

#[test]
fn a_cursor_belongs_to_its_list() {
    let list = params("filter[hot]=true&filter[views][gt]=3&sort=-published_at,title").unwrap();
    let values = vec![Value::Null, text("a\"ü"), Value::Uuid([7; 16])];
    let cursor = cursor::encode(&key(), &post, &list, &values);
    let with = |rest: &str| params(&format!("{rest}&page[after]={cursor}"));
    let same = with("filter[hot]=true&filter[views][gt]=3&sort=-published_at,title").unwrap();
    assert_eq!(same.page, Page::Keyset { after: Some(values.clone()), size: 20 });
    // Neither the order of the filters nor the size of the page matters.
    assert!(with("filter[views][gt]=3&page[size]=3&filter[hot]=true&sort=-published_at,title").is_ok());
    for other in [
        "filter[hot]=true&filter[views][gt]=4&sort=-published_at,title",
        "filter[hot]=true&filter[views][gte]=3&sort=-published_at,title",
        "filter[hot]=true&sort=-published_at,title",
        "filter[hot]=true&filter[views][gt]=3&sort=published_at,title",
        "filter[hot]=true&filter[views][gt]=3&sort=-published_at",
        "filter[hot]=true&filter[views][gt]=3&sort=-published_at,title&with_trashed=true",
    ] {
        let e = with(other).unwrap_err();
        assert_eq!((e.status(), e.code()), (422, "query.invalid_cursor"), "{other}");
    }
    // Another key, and every flipped bit.
    assert!(cursor::decode(&CursorKey::new(b"another"), &post, &list, &cursor).is_none());
    for at in 0..cursor.len() {
        for c in ['A', 'B', 'x', '_', '='] {
            let mut forged = cursor.clone();
            forged.replace_range(at..=at, &c.to_string());
            if forged != cursor {
                assert!(cursor::decode(&key(), &post, &list, &forged).is_none(), "{at} {c}");
            }
        }
    }
}

#[test]
fn every_value_survives_a_cursor() {
    let one = |field: &str, value: Value| {
        let list =
            ListQuery { sort: vec![Sort { field: index(field), descending: false }], ..ListQuery::of(&post) };
        let values = vec![value, Value::Uuid([1; 16])];
        let cursor = cursor::encode(&key(), &post, &list, &values);
        assert_eq!(cursor::decode(&key(), &post, &list, &cursor), Some(values));
        assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    };
    one("title", text("日本\u{10FFFF}%_"));
    one("views", Value::I64(i64::MIN));
    one("rating", Value::F64(-0.0));
    one("price", Value::Decimal("-79228162514264.3375".parse().unwrap()));
    one("published_at", Value::Timestamp(-1));
    one("day", Value::Date(-719_162));
    one("hour", Value::Time(86_399_999_999));
    one("hot", Value::Bool(true));
    one("extra", Value::Bytes(vec![0, 255]));
    one("body", Value::Null);
}

/// As many as in the gate, or as a longer run asks for.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(4096)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]
    #[test]
    fn no_parameter_panics(text in "\\PC*") {
        let _ = params(&text);
    }
    #[test]
    fn no_shaped_parameter_panics(
        name in "(filter|sort|page|fields|include|count|with_trashed|[a-z%\\[\\]]{0,8})(\\[(title|author\\.name|views|price|day|size|after|[^\\]]{0,6})\\]){0,2}(\\[(in|between|null|eq|contains|[a-z]{0,4})\\])?",
        value in "([0-9.,:TZ+-]{0,24}|\\PC{0,40}|[A-Za-z0-9_-]{0,60})"
    ) {
        let key = key();
        let _ = query::params::list_query(&post, [(name.as_str(), value.as_str())], &key);
        let _ = query::params::record_query(&post, [(name.as_str(), value.as_str())]);
        let _ = params(&format!("{name}={value}"));
    }
    #[test]
    fn no_body_panics(text in "[\\[\\]{}\",:a-z0-9. -]{0,80}") {
        let _ = body(&text);
    }
    #[test]
    fn no_shaped_body_panics(field in "(title|price|author\\.name|\\PC{0,6})", op in "(in|eq|null|between|\\PC{0,4})", value in "(\"\\PC{0,9}\"|-?[0-9]{1,40}(\\.[0-9]{1,9}(e[0-9]{1,4})?)?|\\[[0-9,]{0,5}\\]|null|true)") {
        let leaf = format!(r#"{{"field":{},"op":{},"value":{value}}}"#, serde_json::to_string(&field).unwrap(), serde_json::to_string(&op).unwrap());
        let _ = body(&format!(r#"{{"filter":{leaf}}}"#));
        let _ = body(&format!(r#"{{"filter":{{"and":[{leaf},{{"not":{leaf}}}]}}}}"#));
    }
    #[test]
    fn no_cursor_panics(text in "[A-Za-z0-9_-]{0,120}") {
        prop_assert!(cursor::decode(&key(), &post, &ListQuery::of(&post), &text).is_none());
    }
}

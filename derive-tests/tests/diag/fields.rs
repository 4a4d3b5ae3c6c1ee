//! Mistakes in the types, rules, columns and keys of fields.

use super::check;

#[test]
fn types_of_fields() {
    check(&[
        ("#[resource(internal)] struct Post { n: u32 }", &[("FW301", "u32", "use `i64`")]),
        ("#[resource(internal)] struct Post { n: Option<f32> }", &[("FW301", "f32", "use `f64`")]),
        ("#[resource(internal)] struct Post { n: char }", &[("FW301", "char", "use `String`")]),
        ("#[resource(internal)] struct Post { n: Vec<String> }", &[("FW301", "Vec<String>", "`has_many`")]),
        (
            "#[resource(internal)] struct Post { n: std::collections::HashMap<String, i64> }",
            &[("FW301", "std::collections::HashMap<String, i64>", "`Json<…>`")],
        ),
        ("#[resource(internal)] struct Post { n: (i64, i64) }", &[("FW301", "(i64, i64)", "#[field(skip)]")]),
        ("#[resource(internal)] struct Post { n: [u8; 4] }", &[("FW301", "[u8; 4]", "can't be stored")]),
        (
            "#[resource(internal)] struct Post { n: DateTime<Utc> }",
            &[("FW301", "DateTime<Utc>", "use `Timestamp`")],
        ),
        (
            "#[resource(internal)] struct Post { n: &'static str }",
            &[("FW302", "&'static str", "use `String`")],
        ),
        ("#[resource(internal)] struct Post { n: &[u8] }", &[("FW302", "&[u8]", "use `Vec<u8>`")]),
        (
            "#[resource(internal)] struct Post { n: Option<Option<i64>> }",
            &[("FW303", "Option<i64>", "write `Option<i64>`")],
        ),
        ("#[resource(internal)] struct Post { n: Status, #[field(skip)] m: (u8, u8) }", &[]),
    ]);
}

#[test]
fn rules() {
    check(&[
        (
            "#[resource(internal)] struct Post { #[field(length(max = 3))] n: i64 }",
            &[("FW304", "length", "for numbers use `range(min = …, max = …)`")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(range(max = 3))] n: String }",
            &[("FW304", "range", "for text use `length(min = …, max = …)`")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(range(max = 3))] n: bool }",
            &[("FW304", "range", "`bool` is no number")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(email)] n: i64 }",
            &[("FW304", "email", "`i64` is no text")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(pattern = \"a\")] n: bool }",
            &[("FW304", "pattern", "is no text")],
        ),
        ("#[resource(internal)] struct Post { #[field(text)] n: i64 }", &[("FW304", "text", "is no text")]),
        (
            "#[resource(internal)] struct Post { #[field(precision(3, 2))] n: i64 }",
            &[("FW304", "precision", "is no decimal")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(default = now)] n: String }",
            &[("FW304", "now", "needs a `Timestamp`")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(filter)] n: Json<()> }",
            &[("FW304", "filter", "no order")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(range(min = 1))] id: i64 }",
            &[("FW304", "range", "written by the framework")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(range(min = 10, max = 5))] n: i64 }",
            &[("FW305", "10, max = 5", "swap the bounds")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(range(min = 0.5, max = -0.5))] n: f64 }",
            &[("FW305", "0.5, max = -0.5", "accepts no value")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(length(min = 4, max = 3))] n: String }",
            &[("FW305", "4, max = 3", "accepts no value")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(precision(29, 4))] n: Decimal }",
            &[("FW305", "precision", "1 to 28 digits")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(precision(4, 5))] n: Decimal }",
            &[("FW305", "precision", "after the point")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(pattern = \"[a-\")] n: String }",
            &[("FW306", "\"[a-\"", "unclosed character class at position 0")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(pattern = \"a{2,1}\")] n: String }",
            &[("FW306", "\"a{2,1}\"", "isn't a regular expression")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(message = \"x\")] n: String }",
            &[("FW208", "\"x\"", "has no rule")],
        ),
    ]);
}

#[test]
fn columns_and_keys() {
    check(&[
        (
            "#[resource(internal)] struct Post { #[field(column = \"a\")] x: String, #[field(column = \"a\")] y: String }",
            &[("FW307", "\"a\"", "the fields `x` and `y` both map to column `a`")],
        ),
        (
            "#[resource(internal)] struct Post { a: String, #[field(column = \"a\")] y: String }",
            &[("FW307", "\"a\"", "rename one column")],
        ),
        (
            "#[resource(internal)] struct Post { created_at: String }",
            &[("FW308", "String", "of type `Timestamp`")],
        ),
        (
            "#[resource(internal, versioned)] struct Post { version: String }",
            &[("FW308", "String", "remove `versioned`")],
        ),
        (
            "#[resource(internal, soft_delete)] struct Post { deleted_at: Timestamp }",
            &[("FW308", "Timestamp", "`Option<Timestamp>`")],
        ),
        (
            "#[resource(policy = public)] struct User { password: String }",
            &[("FW309", "password", "would be returned by `GET /users`")],
        ),
        (
            "#[resource(policy = public)] struct User { stripe_api_key: Option<String> }",
            &[("FW309", "stripe_api_key", "#[field(exposed)]")],
        ),
        (
            "#[resource(policy = public)] struct User { password_hash: String }",
            &[("FW309", "password_hash", "looks like a secret")],
        ),
        ("#[resource(internal)] struct User { password: String }", &[]),
        (
            "#[resource(policy = public)] struct User { password_changed_at: Timestamp, secretary: String }",
            &[],
        ),
        ("#[resource(policy = public)] struct User { #[field(write_only)] password: String }", &[]),
        (
            "#[resource(internal)] struct User { #[field(hidden, sort)] score: Option<i64> }",
            &[("FW310", "sort", "would tell what it holds")],
        ),
        (
            "#[resource(internal)] struct User { #[field(write_only, filter)] pin: String }",
            &[("FW310", "filter", "remove `write_only`")],
        ),
        (
            "#[resource(policy = public)] struct Post { #[field(readonly)] slug: String }",
            &[("FW311", "readonly", "give it a `default`")],
        ),
        (
            "#[resource(policy = public)] struct Post { #[field(hidden)] slug: String }",
            &[("FW311", "hidden", "no create could set it")],
        ),
        (
            "#[resource(policy = public, only(list, read))] struct Post { #[field(readonly)] slug: String }",
            &[],
        ),
        (
            "#[resource(internal)] struct Post { #[field(readonly, hidden)] slug: String }",
            &[("FW208", "hidden", "both `readonly` and `hidden`")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(id, skip)] code: String }",
            &[("FW401", "code", "has no primary key")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(id)] a: i64, #[field(id)] b: i64 }",
            &[("FW402", "id", "two primary keys, `a` and `b`")],
        ),
        (
            "#[resource(internal, unique(titel))] struct Post { title: String }",
            &[("FW403", "titel", "did you mean `title`?")],
        ),
        (
            "#[resource(internal, index(title, zebra))] struct Post { title: String }",
            &[("FW403", "zebra", "`Post` has the fields `id`, `title`")],
        ),
        (
            "#[resource(internal, index(title, title))] struct Post { title: String }",
            &[("FW203", "title", "twice")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(text, unique)] body: String }",
            &[("FW404", "body", "length(max = 190)")],
        ),
        (
            "#[resource(internal, index(data))] struct Post { data: Json<()> }",
            &[("FW404", "data", "is JSON")],
        ),
        (
            "#[resource(internal)] struct Post { id: Option<i64> }",
            &[("FW404", "Option<i64>", "can't be of this type")],
        ),
        (
            "#[resource(internal)] struct Post { id: f64 }",
            &[("FW404", "f64", "`Id<Post>`, `i64`, `Uuid` or `String`")],
        ),
        (
            "#[resource(internal, table = \"Posts\")] struct Post { title: String }",
            &[("FW501", "\"Posts\"", "write `\"posts\"`")],
        ),
        (
            "#[resource(internal, table = \"\")] struct Post { title: String }",
            &[("FW501", "\"\"", "can't be the name of a table")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(column = \"1st\")] title: String }",
            &[("FW501", "\"1st\"", "can't be the name of a column")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(renamed_from = \"a b\")] title: String }",
            &[("FW501", "\"a b\"", "write `\"a_b\"`")],
        ),
    ]);
}

#[test]
fn options_that_would_say_nothing() {
    check(&[
        (
            "#[resource(internal)] struct Post { #[field(skip, filter, unique, length(max = 3))] seen: String }",
            &[
                ("FW208", "filter", "`seen` is skipped"),
                ("FW208", "unique", "remove `skip`"),
                ("FW208", "length", "no column"),
            ],
        ),
        ("#[resource(internal, versioned)] struct Post { #[field(filter)] version: i64 }", &[]),
        (
            "#[resource(policy = public, audit_columns)] struct Post { #[field(sort)] created_by: Option<String> }",
            &[],
        ),
        (
            "#[resource(internal)] struct Post { #[field(default = now)] created_at: Timestamp }",
            &[("FW208", "default", "the framework writes `created_at`")],
        ),
        (
            "#[resource(internal, versioned)] struct Post { #[field(custom = rules::odd)] version: i64 }",
            &[("FW208", "custom", "nothing to refuse")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(write_only)] updated_at: Timestamp }",
            &[("FW208", "write_only", "use `hidden`")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(hidden)] id: i64 }",
            &[("FW208", "hidden", "the primary key")],
        ),
        (
            "#[resource(policy = public)] struct Post { #[field(id, readonly)] code: String }",
            &[("FW311", "readonly", "no create could set it")],
        ),
        (
            "#[resource(policy = public, except(create, bulk))] struct Post { #[field(id, readonly)] code: String }",
            &[],
        ),
        (
            "#[resource(policy = public)] struct Post { #[field(exposed)] title: String }",
            &[("FW208", "exposed", "doesn't look like a secret")],
        ),
        (
            "#[resource(policy = public)] struct Post { #[field(hidden, example = \"x\")] title: Option<String> }",
            &[("FW208", "example", "no documentation")],
        ),
        (
            "#[resource(internal, policy = public, path = \"p\")] struct Post { #[field(sort)] title: String, #[field(sort)] n: i64 }",
            &[
                ("FW208", "policy", "no routes to guard"),
                ("FW208", "path", "no routes to put"),
                ("FW208", "sort", "no list is sorted by `title`"),
            ],
        ),
    ]);
}

#[test]
fn secrets_and_money() {
    for name in
        ["token", "reset_token", "auth_token", "session_token", "pin", "otp", "cvv", "ssn", "card_number"]
    {
        let source = format!("#[resource(policy = public)] struct User {{ {name}: String }}");
        let (_, found) = super::expand(&source);
        assert_eq!(found.iter().map(|m| (m.code, m.at.as_str())).collect::<Vec<_>>(), [("FW309", name)]);
    }
    check(&[
        ("#[resource(policy = public)] struct User { pin: i32, shipping: String, tokenizer: String }", &[]),
        (
            "#[resource(policy = public)] struct Item { price: f64, total_net: Option<f64> }",
            &[("FW314", "f64", "`price` looks like an amount of money"), ("FW314", "f64", "`Decimal`")],
        ),
        (
            "#[resource(policy = public)] struct Item { #[field(approximate)] price: f64, tax_rate: f64, cost_id: Id<Cost> }",
            &[],
        ),
        (
            "#[resource(policy = public)] struct Item { #[field(approximate)] ratio: f64 }",
            &[("FW208", "approximate", "remove `approximate`")],
        ),
    ]);
}

#[test]
fn bounds_of_decimals() {
    check(&[
        ("#[resource(internal)] struct Post { #[field(range(min = 0.01, max = 1_000))] n: Decimal }", &[]),
        (
            "#[resource(internal)] struct Post { #[field(range(min = 0.10, max = 0.1))] n: Decimal, #[field(range(min = 0.11, max = 0.1))] m: Decimal }",
            &[("FW305", "0.11, max = 0.1", "0.11 is greater than 0.1")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(range(min = 1e3))] n: Decimal }",
            &[("FW206", "1e3", "a decimal number")],
        ),
    ]);
}

#[test]
fn keys_have_a_size_and_a_code() {
    check(&[
        (
            "#[resource(internal)] struct Post { #[field(unique, length(max = 4000))] title: String }",
            &[("FW404", "title", "#[field(length(max = 650))]")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(id, length(max = 651))] title: String }",
            &[("FW404", "title", "can have 2604 bytes")],
        ),
        ("#[resource(internal)] struct Post { #[field(index, length(max = 650))] title: String }", &[]),
        (
            "#[resource(internal, unique(author_id, a, b, c))] struct Post { author_id: Id<User>, a: String, b: String, #[field(length(max = 300))] c: String }",
            &[("FW404", "c", "can have 3256 bytes")],
        ),
        (
            "#[resource(internal, unique(author_id, a, b))] struct Post { author_id: Id<User>, a: String, b: String }",
            &[],
        ),
        (
            "#[resource(internal, unique(title, code = \"Taken!\"))] struct Post { title: String }",
            &[("FW206", "\"Taken!\"", "`code = \"post.taken\"`")],
        ),
        (
            "#[resource(internal, unique(title, code = \"a.b\"))] struct Post { #[field(unique(code = \"a.b\"))] title: String }",
            &[("FW203", "\"a.b\"", "have the code `a.b`")],
        ),
    ]);
}

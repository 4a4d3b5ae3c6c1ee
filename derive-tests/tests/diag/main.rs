//! Mistakes as data: which code, on which token, in which words. A hundred times faster than a fixture, so the many
//! small mistakes of each option are here; `ui/` proves how the compiler prints them.

mod fields;

use framewright_derive_tests::expand;

/// One source, and the mistakes that have to be found in it: code, source text at its place, a part of its text.
type Case = (&'static str, &'static [(&'static str, &'static str, &'static str)]);

fn check(cases: &[Case]) {
    let mut wrong = String::new();
    for (source, expected) in cases {
        let (_, found) = expand(source);
        let fits = found.len() == expected.len()
            && found
                .iter()
                .zip(*expected)
                .all(|(m, (code, at, text))| m.code == *code && m.at == *at && m.text.contains(text));
        if !fits {
            wrong.push_str(&format!("\n{source}\n  expected {expected:?}\n  found    {found:#?}\n"));
        }
        for mistake in &found {
            style(mistake, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// House style: lower case, no full stop, short, at most two lines of help and two of notes.
fn style(mistake: &framewright_derive_tests::Mistake, wrong: &mut String) {
    let mut lines = mistake.text.lines();
    let headline = lines.next().unwrap_or_default();
    let (mut help, mut note) = (0, 0);
    for line in lines {
        help += usize::from(line.starts_with("= help: "));
        note += usize::from(line.starts_with("= note: "));
        if !line.starts_with("= ") || line.ends_with('.') {
            wrong.push_str(&format!(
                "a line that is neither help nor note, or ends with a full stop: {line}\n"
            ));
        }
    }
    let capital = headline.starts_with(|c: char| c.is_uppercase());
    if capital || headline.ends_with('.') || headline.chars().count() > 130 || help > 2 || note > 2 {
        wrong.push_str(&format!("not in the house style: {}\n", mistake.text));
    }
}

#[test]
fn shapes() {
    check(&[
        ("#[resource] pub enum Status { Draft }", &[("FW101", "enum", "#[derive(DbEnum)]")]),
        ("#[resource] fn index() {}", &[("FW101", "fn", "put it above a `struct`")]),
        ("#[resource] mod posts {}", &[("FW101", "mod", "one table row")]),
        ("#[resource] trait Post {}", &[("FW101", "trait", "one table row")]),
        ("#[resource] impl Post {}", &[("FW101", "impl", "one table row")]),
        ("#[resource] type Post = u8;", &[("FW101", "type", "one table row")]),
        (
            "#[resource] struct Pair(i64, String);",
            &[("FW102", "(i64, String)", "field_0: i64, field_1: String")],
        ),
        ("#[resource] struct Empty;", &[("FW102", "Empty", "every field becomes a column")]),
        ("#[resource] struct Wrapper<T> { inner: T }", &[("FW103", "<T>", "`Json<T>` inside a field")]),
        ("#[resource] struct Wrapper<'a> { inner: &'a str }", &[("FW103", "<'a>", "can't be generic")]),
        ("#[resource] struct Post { title String }", &[("FW104", "Post", "until the syntax error")]),
        (
            "#[resource(internal)] #[resource(versioned)] struct Post { title: String }",
            &[("FW105", "#[resource(versioned)]", "merge the options")],
        ),
        (
            "#[resource(internal)] struct Post { #[cfg(test)] title: String }",
            &[("FW313", "#[cfg(test)]", "`title`")],
        ),
    ]);
}

#[test]
fn unknown_and_misplaced_options() {
    check(&[
        (
            "#[resource(internal, serach(title))] struct Post { title: String }",
            &[("FW201", "serach", "#[resource]` accepts")],
        ),
        (
            "#[resource(internal, tabel = \"x\")] struct Post { title: String }",
            &[("FW201", "tabel", "did you mean `table`?")],
        ),
        (
            "#[resource(internal, lenght(max = 3))] struct Post { title: String }",
            &[("FW201", "lenght", "did you mean `length`, which is an option of `#[field]`?")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(lenght(max = 80))] title: String }",
            &[("FW202", "lenght", "did you mean `length`?")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(uniqe)] title: String }",
            &[("FW202", "uniqe", "did you mean `unique`?")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(length(mx = 80))] title: String }",
            &[("FW201", "mx", "did you mean `max`?")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(unique(cod = \"x\"))] title: String }",
            &[("FW201", "cod", "did you mean `code`?")],
        ),
        (
            "#[resource(internal, unique(title, cod = \"x\"))] struct Post { title: String }",
            &[("FW201", "cod", "did you mean `code`?")],
        ),
        (
            "#[resource(internal, filter)] struct Post { title: String }",
            &[("FW204", "filter", "move it to the field: `#[field(filter)]`")],
        ),
        (
            "#[resource(internal, length(max = 3))] struct Post { title: String }",
            &[("FW204", "length", "`#[field(length(max = 3))]`")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(page(max = 3))] title: String }",
            &[("FW204", "page", "`#[resource(page(max = 3))]`")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(table = \"x\")] title: String }",
            &[("FW204", "table", "an option of the resource")],
        ),
        (
            "#[resource(internal, versioned, versioned)] struct Post { title: String }",
            &[("FW203", "versioned", "first set on line 1")],
        ),
        (
            "#[resource(policy = public)] struct Post { #[field(sort, sort)] title: String }",
            &[("FW203", "sort", "is set twice for field `title`")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(length(max = 3, max = 4))] title: String }",
            &[("FW203", "max", "`max` of `length` is set twice")],
        ),
    ]);
}

#[test]
fn values_of_another_kind() {
    check(&[
        (
            "#[resource(internal, table = posts)] struct Post { title: String }",
            &[("FW206", "posts", "`table` takes a string")],
        ),
        (
            "#[resource(internal, table)] struct Post { title: String }",
            &[("FW206", "table", "write `table = \"posts\"`")],
        ),
        (
            "#[resource(internal, table(\"x\"))] struct Post { title: String }",
            &[("FW206", "(\"x\")", "takes a string")],
        ),
        (
            "#[resource(internal, table =)] struct Post { title: String }",
            &[("FW206", "table", "no value after its `=`")],
        ),
        (
            "#[resource(internal, versioned = true)] struct Post { title: String }",
            &[("FW206", "true", "takes no value")],
        ),
        (
            "#[resource(internal, timestamps = 1)] struct Post { title: String }",
            &[("FW206", "1", "`true` or `false`")],
        ),
        (
            "#[resource(internal, \"x\")] struct Post { title: String }",
            &[("FW206", "\"x\"", "begins with its name")],
        ),
        (
            "#[resource(internal, soft_delete versioned)] struct Post { title: String }",
            &[("FW206", "versioned", "put a comma after `soft_delete`")],
        ),
        (
            "#[resource(internal, index(title) versioned)] struct Post { title: String }",
            &[("FW206", "versioned", "comma missing")],
        ),
        (
            "#[resource(internal, index = title)] struct Post { title: String }",
            &[("FW206", "title", "fields in parentheses")],
        ),
        (
            "#[resource(internal, index(\"title\"))] struct Post { title: String }",
            &[("FW206", "\"title\"", "lists names only")],
        ),
        (
            "#[resource(internal, crate = framewright)] struct Post { title: String }",
            &[("FW206", "framewright", "`crate = ::framewright`")],
        ),
        (
            "#[resource(internal, crate = \"x\")] struct Post { title: String }",
            &[("FW206", "\"x\"", "the path of an item")],
        ),
        ("#[resource(policy = open)] struct Post { title: String }", &[("FW206", "open", "`public`")]),
        (
            "#[resource(policy)] struct Post { title: String }",
            &[("FW206", "policy", "write `policy = public`")],
        ),
        (
            "#[resource(internal, unique(title, code = x))] struct Post { title: String }",
            &[("FW206", "code", "`code` takes a string")],
        ),
        (
            "#[resource(internal, has_many(Comment))] struct Post { title: String }",
            &[("FW206", "Comment", "can't read this relation")],
        ),
        (
            "#[resource(internal, has_many(a: B through C))] struct Post { title: String }",
            &[("FW206", "a: B through C", "can't read this relation")],
        ),
        (
            "#[resource(internal, many_to_many(tags: Tag))] struct Post { title: String }",
            &[("FW206", "Tag", "needs the resource in between")],
        ),
        (
            "#[resource(internal)] struct Post { #[field] title: String }",
            &[("FW206", "field", "has no options")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(length = 3)] title: String }",
            &[("FW206", "3", "named numbers")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(length(max = \"3\"))] title: String }",
            &[("FW206", "\"3\"", "takes a number of characters")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(length(max = -3))] title: String }",
            &[("FW206", "-3", "from 0 on")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(range(max = 3.5))] n: i32 }",
            &[("FW206", "3.5", "a whole number")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(precision(12))] n: Decimal }",
            &[("FW206", "(12)", "two numbers")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(column = title)] title: String }",
            &[("FW206", "title", "takes a string")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(default)] title: String }",
            &[("FW206", "default", "a Rust expression")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(on_delete = cascade())] user_id: Id<User> }",
            &[("FW206", "cascade()", "one of its words")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(on_delete = set_nul)] user_id: Id<User> }",
            &[("FW206", "set_nul", "did you mean `set_null`?")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(unique = true)] title: String }",
            &[("FW206", "true", "nothing, or a `code`")],
        ),
        (
            "#[resource(internal, index())] struct Post { title: String }",
            &[("FW207", "()", "lists no field")],
        ),
        (
            "#[resource(internal, has_many())] struct Post { title: String }",
            &[("FW207", "()", "lists no relation")],
        ),
        (
            "#[resource(policy = public, only())] struct Post { title: String }",
            &[("FW207", "()", "lists no action")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(length())] title: String }",
            &[("FW207", "()", "lists no bound")],
        ),
        (
            "#[resource(internal, breaking = \" \")] struct Post { title: String }",
            &[("FW207", "\" \"", "gives no reason")],
        ),
    ]);
}

#[test]
fn relations() {
    check(&[
        (
            "#[resource(internal)] struct Post { #[field(on_delete = cascade)] title: String }",
            &[("FW405", "cascade", "is for foreign keys")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(relation = x)] title: String }",
            &[("FW405", "x", "say where it points")],
        ),
        (
            "#[resource(internal)] struct Post { #[field(on_delete = set_null)] user_id: Id<User> }",
            &[("FW407", "set_null", "make it `Option<Id<User>>`")],
        ),
        (
            "#[resource(internal)] struct Post { author: Id<User> }",
            &[("FW408", "author", "call it `author_id`")],
        ),
        (
            "#[resource(internal)] struct Post { title: String, #[field(relation = title)] user_id: Id<User> }",
            &[("FW312", "user_id", "the name of another field")],
        ),
        (
            "#[resource(internal, has_many(user: User))] struct Post { user_id: Id<User> }",
            &[("FW312", "user", "the name of another relation")],
        ),
        (
            "#[resource(internal, has_many(title: User))] struct Post { title: String }",
            &[("FW312", "title", "choose another name")],
        ),
    ]);
}

#[test]
fn routes_and_policy() {
    check(&[
        ("#[resource] struct Post { title: String }", &[("FW602", "Post", "`#[resource(policy = public)]`")]),
        ("#[resource(internal)] struct Post { title: String }", &[]),
        (
            "#[resource(policy = public, path = \"/posts\")] struct Post { title: String }",
            &[("FW501", "\"/posts\"", "one segment")],
        ),
        (
            "#[resource(policy = public, path = \"\")] struct Post { title: String }",
            &[("FW501", "\"\"", "can't be the path")],
        ),
        (
            "#[resource(policy = public, only(list, shwo))] struct Post { title: String }",
            &[("FW503", "shwo", "actions are `list`, `read`")],
        ),
        (
            "#[resource(policy = public, except(delet))] struct Post { title: String }",
            &[("FW503", "delet", "did you mean `delete`?")],
        ),
        (
            "#[resource(policy = public, only(list), except(read))] struct Post { title: String }",
            &[("FW208", "except", "can't both be said")],
        ),
        (
            "#[resource(policy = public, only(restore))] struct Post { title: String }",
            &[("FW208", "restore", "add `soft_delete`")],
        ),
        (
            "#[resource(internal, only(list))] struct Post { title: String }",
            &[("FW208", "only", "is `internal`")],
        ),
        ("#[resource(policy = public, page(default = 200))] struct Post { title: String }", &[]),
        (
            "#[resource(policy = public, page(default = 200, max = 50))] struct Post { title: String }",
            &[("FW505", "200", "`page(default = 50, max = 200)`")],
        ),
        (
            "#[resource(policy = public, page(max = 0))] struct Post { title: String }",
            &[("FW505", "0", "at least 1")],
        ),
        (
            "#[resource(policy = public, page(max = 70000))] struct Post { title: String }",
            &[("FW206", "70000", "from 1 to 65535")],
        ),
    ]);
}

#[test]
fn enums() {
    check(&[
        (
            "#[derive(DbEnum)] enum Status { Draft(i64), Live { at: i64 } }",
            &[("FW106", "(i64)", "carries data"), ("FW106", "{ at: i64 }", "carries data")],
        ),
        ("#[derive(DbEnum)] enum Status {}", &[("FW106", "Status", "add a variant")]),
        ("#[derive(DbEnum)] struct Status { a: i64 }", &[("FW106", "Status", "is for enums")]),
        (
            "#[derive(DbEnum)] enum Status { Draft, #[db_enum(name = \"draft\")] Old }",
            &[("FW307", "\"draft\"", "two variants")],
        ),
        (
            "#[derive(DbEnum)] enum Status { #[db_enum(nam = \"draft\")] Old }",
            &[("FW201", "nam", "accepts `name`")],
        ),
        ("#[derive(DbEnum)] enum Status { Draft, InReview }", &[]),
    ]);
}

#[test]
fn too_many_columns_for_diesel() {
    let fields: String = (0..31).map(|i| format!("a{i}: i64, ")).collect();
    let (_, found) = expand(&format!("#[resource(internal, diesel_schema)] struct Wide {{ {fields} }}"));
    assert_eq!(
        found.iter().map(|m| (m.code, m.at.as_str())).collect::<Vec<_>>(),
        [("FW702", "diesel_schema")]
    );
    assert!(found[0].text.contains("allows 32 columns, but `Wide` has 34"), "{}", found[0].text);
}

/// FW701 asks the manifest of the package, which here has diesel: the question itself is what can be tested.
#[test]
fn diesel_schema_needs_diesel() {
    use framewright_macros_core::depends_on_diesel;
    assert!(depends_on_diesel("[dependencies]\ndiesel = \"2.3\""));
    assert!(!depends_on_diesel("[dependencies]\ndiesel-async = \"0.9\""));
}

#[test]
fn all_mistakes_are_found_at_once_in_the_order_of_the_source() {
    check(&[(
        "#[resource(tabel = \"posts\", index(titel), versioned, versioned)] struct Post { \
         #[field(lenght(max = 3))] title: String, #[field(length(max = 3))] views: i64, #[field(pattern = \"[\")] slug: String }",
        &[
            ("FW201", "tabel", "`table`"),
            ("FW403", "titel", "`title`"),
            ("FW203", "versioned", "twice"),
            ("FW602", "Post", "no policy"),
            ("FW202", "lenght", "`length`"),
            ("FW304", "length", "`range"),
            ("FW306", "\"[\"", "unclosed"),
        ],
    )]);
}

/// Every code is said by a test of this folder: here, in a fixture, or in `salvage.rs`.
#[test]
fn every_code_has_words() {
    for code in framewright_macros_core::diag::Code::ALL {
        assert!(code.title().ends_with('.') && code.name().starts_with("FW"), "{code:?}");
    }
}

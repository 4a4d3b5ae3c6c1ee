//! Every option's expansion, for the smallest input that has it. Reviewers read the snapshots first: they are what
//! users compile. And the budget: an expansion holds data, so it stays short.

use framewright_derive_tests::expand;
use std::fmt::Write;

/// The smallest resource with one option of the resource.
fn with(option: &str) -> String {
    format!("#[resource(policy = public, {option})] pub struct Post {{ pub title: String }}")
}

/// The smallest resource with one option of a field.
fn field(option: &str, ty: &str) -> String {
    format!("#[resource(policy = public)] pub struct Post {{ #[field({option})] pub it: {ty} }}")
}

fn snapshot(part: &str, name: &str, source: &str) {
    let (expansion, found) = expand(source);
    assert!(found.is_empty(), "{name}: {found:?}");
    insta::with_settings!({
        snapshot_path => format!("snapshots/{part}"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
        description => source,
    }, { insta::assert_snapshot!(name, expansion) });
}

macro_rules! part {
    ($part:ident { $($name:ident: $source:expr,)+ }) => {
        mod $part {
            #[allow(unused_imports)]
            use super::{field, snapshot, with};
            $(#[test] fn $name() { snapshot(stringify!($part), stringify!($name), &$source); })+
        }
    };
}

part! { shape {
    smallest: "#[resource(internal)] struct Post { title: String }",
    documented: "/// A post.\n/// With two lines.\n#[resource(internal)] pub struct Post { /// The title.\n pub title: String }",
    visibility: "#[resource(internal)] pub(crate) struct Post { pub(super) title: String, body: String }",
    derives: "#[resource(internal)] #[derive(Debug, Clone, PartialEq)] pub struct Post { pub title: String }",
    raw_names: "#[resource(internal)] pub struct Type { pub r#match: String }",
    option: "#[resource(internal)] pub struct Post { pub note: Option<String> }",
    self_reference: "#[resource(internal)] pub struct Post { pub parent_id: Option<Id<Self>> }",
    own_type: "#[resource(internal)] pub struct Post { pub status: Status }",
    eight_fields: "#[resource(policy = public, soft_delete, versioned)] pub struct Post { #[field(length(min = 3, max = 120), filter, sort)] pub title: String, #[field(text)] pub body: String, #[field(filter, on_delete = cascade)] pub author_id: Id<User>, #[field(filter, default = Status::Draft)] pub status: Status, #[field(readonly, sort)] pub published_at: Option<Timestamp>, #[field(range(min = 1, max = 5))] pub stars: i32, pub note: Option<String>, #[field(default = false)] pub done: bool }",
    db_enum: "#[derive(DbEnum)] pub enum Status { Draft, InReview }",
    db_enum_names: "#[derive(DbEnum)] #[db_enum(crate = ::backend)] pub enum Status { #[db_enum(name = \"d\")] Draft }",
}}

part! { tables {
    table: with("table = \"articles\""),
    unique_several: with("unique(title, created_at)"),
    unique_code: with("unique(title, code = \"post.taken\")"),
    index_several: with("index(title, created_at)"),
    renamed_table: with("renamed_from = \"articles\""),
    breaking: with("breaking = \"never filled\""),
    crate_path: with("crate = ::backend"),
    column: field("column = \"headline\"", "String"),
    renamed_column: field("renamed_from = \"headline\"", "String"),
    text: field("text", "String"),
    precision: field("precision(12, 2)", "Decimal"),
    unique: field("unique", "String"),
    unique_field_code: field("unique(code = \"user.email_taken\")", "String"),
    index: field("index", "String"),
    skip: field("skip", "Vec<String>"),
}}

part! { kept {
    no_timestamps: with("timestamps = false"),
    soft_delete: with("soft_delete"),
    versioned: with("versioned"),
    audit_columns: with("audit_columns"),
    active: with("active"),
    active_declared: "#[resource(policy = public, active)] pub struct Post { #[field(default = false)] pub is_active: bool }",
    readonly_id: "#[resource(policy = public, except(create, bulk))] pub struct Post { #[field(id, readonly)] pub code: String }",
    kept_in_queries: "#[resource(policy = public, versioned)] pub struct Post { #[field(filter, sort)] pub version: i64 }",
    declared_id: "#[resource(internal)] pub struct Post { pub title: String, pub id: i64 }",
    marked_id: "#[resource(internal)] pub struct Post { #[field(id)] pub code: String }",
    uuid_id: "#[resource(internal)] pub struct Post { pub id: Uuid }",
    declared_times: "#[resource(internal)] pub struct Post { #[field(column = \"made\")] pub created_at: Timestamp }",
}}

part! { bodies {
    default_number: field("default = 3", "i32"),
    default_text: field("default = \"x\"", "String"),
    default_optional: field("default = 3", "Option<i32>"),
    default_variant: field("default = Status::Draft", "Status"),
    default_now: field("default = now", "Timestamp"),
    readonly: field("readonly", "Option<String>"),
    hidden: field("hidden", "Option<String>"),
    write_only: field("write_only", "String"),
    exposed: "#[resource(policy = public)] pub struct User { #[field(exposed)] pub password: String }",
}}

part! { query {
    filter: field("filter", "String"),
    sort: field("sort", "String"),
}}

part! { validation {
    length: field("length(min = 3, max = 120)", "String"),
    length_max: field("length(max = 120)", "String"),
    range: field("range(min = -1, max = 5)", "i32"),
    range_float: field("range(min = 0.5)", "f64"),
    range_decimal: field("range(min = 0.01, max = 5)", "Decimal"),
    email: field("email", "String"),
    url: field("url", "String"),
    pattern: field("pattern = \"^[a-z]+$\"", "String"),
    contains: field("contains = \"@\"", "String"),
    prefix: field("prefix = \"https://\"", "String"),
    suffix: field("suffix = \".pdf\"", "String"),
    ascii: field("ascii", "String"),
    alphanumeric: field("alphanumeric", "String"),
    not_blank: field("not_blank", "String"),
    custom_text: field("custom = rules::quiet", "String"),
    custom_number: field("custom = rules::even", "Option<i32>"),
    message: field("email, message = \"an address, please\"", "String"),
    check: with("check = rules::sensible"),
}}

part! { relations {
    belongs_to: field("relation = author", "Id<User>"),
    derived_name: "#[resource(internal)] pub struct Post { pub author_id: Id<User> }",
    has_many: with("has_many(comments: Comment)"),
    has_many_by: with("has_many(comments: Comment by post_id)"),
    has_one: with("has_one(profile: Profile by post_id)"),
    many_to_many: with("many_to_many(tags: Tag through PostTag)"),
    on_delete_cascade: field("relation = author, on_delete = cascade", "Id<User>"),
    on_delete_set_null: field("relation = author, on_delete = set_null", "Option<Id<User>>"),
    references: field("relation = author, references = User", "i64"),
}}

part! { routes {
    path: with("path = \"blog-posts\""),
    only: with("only(list, read)"),
    except: with("except(delete, bulk)"),
    internal: "#[resource(internal)] pub struct Post { pub title: String }",
    page: with("page(default = 10, max = 50)"),
    policy_public: "#[resource(policy = public)] pub struct Post { pub title: String }",
    example: field("example = \"Hello\"", "String"),
}}

/// At most 60 lines and 8 per field, formatted: what grows with a resource is data.
#[test]
fn an_expansion_stays_within_its_budget() {
    for fields in [1, 8, 24, 60] {
        let mut source =
            String::from("#[resource(policy = public, soft_delete, versioned)] pub struct Post {");
        for i in 0..fields {
            let options = [
                "filter, sort, length(min = 1, max = 99)",
                "default = 3",
                "readonly",
                "range(min = 1), unique",
            ][i % 4];
            let ty = ["String", "i32", "Option<Timestamp>", "i64"][i % 4];
            let _ = write!(source, "/// A field.\n#[field({options})] pub field_{i}: {ty},");
        }
        source.push('}');
        let (expansion, found) = expand(&source);
        assert!(found.is_empty(), "{found:?}");
        let lines = expansion.lines().count();
        assert!(lines <= 60 + 8 * (fields + 5), "{fields} fields: {lines} lines");
    }
}

/// While an option is being typed, the editor still has every name, with its documentation.
#[test]
fn a_half_finished_attribute_keeps_every_name() {
    for args in [
        "po",
        "policy",
        "policy =",
        "policy = pub",
        "policy = public, tab",
        "policy = public, index(",
        "policy = public, has_many(a:",
    ] {
        let args = if args.ends_with(['(', ':']) { format!("{args})") } else { args.to_owned() };
        for field in
            ["", "#[field(fil)]", "#[field(length(ma))]", "#[field(default = )]", "#[field(unique(code))]"]
        {
            let source = format!(
                "#[resource({args})] pub struct Post {{ /// The headline.\n {field} pub title: String, pub author_id: Id<User> }}"
            );
            let (expansion, _) = expand(&source);
            for name in [
                "pub struct Post",
                "CreatePost UpdatePost post",
                "The headline.",
                "author : One User",
                "created_at",
            ] {
                assert!(expansion.contains(name), "{source}: `{name}` is gone\n{expansion}");
            }
        }
    }
}

/// Text that breaks off anywhere, closed as an editor closes it: an open string, then every open bracket.
fn closed(text: &str) -> String {
    let mut open = Vec::new();
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '<' => open.push(if c == '(' { ')' } else { '>' }),
            ')' | '>' => drop(open.pop()),
            _ => {}
        }
    }
    let mut text = text.to_owned();
    text.extend(quoted.then_some('"'));
    text.extend(open.into_iter().rev());
    text
}

/// Wherever the cursor stands in the attributes of a real resource: no panic, and every generated name with its docs.
#[test]
fn every_prefix_of_an_attribute_keeps_every_name() {
    let args = "policy = public, soft_delete, versioned, table = \"posts\", path = \"blog-posts\", \
        unique(author_id, title, code = \"post.taken\"), index(title, created_at), except(delete, bulk), \
        page(default = 20, max = 100), has_many(comments: Comment by post_id), \
        many_to_many(tags: Tag through PostTag), check = rules::sensible, breaking = \"never filled\", active";
    let title = "length(min = 3, max = 120), filter, sort, unique(code = \"post.title_taken\"), \
        pattern = \"^[a-z]+$\", default = String::new(), custom = rules::quiet, message = \"no\", \
        example = \"Hello\", column = \"headline\", renamed_from = \"header\"";
    let author = "filter, on_delete = cascade, relation = writer, references = User, index";
    let price = "precision(12, 2), range(min = 0.01, max = 99.5), readonly, default = Decimal::ZERO";
    let whole = [args, title, author, price];
    for (at, text) in whole.iter().enumerate() {
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let mut written = ["policy = public", "filter", "filter", "filter"].map(str::to_owned);
            written[at] = closed(&text[..end]);
            let [args, title, author, price] = &written;
            let source = format!(
                "/// A post.\n#[resource({args})] pub struct Post {{ /// The headline.\n #[field({title})] pub title: String, \
                 #[field({author})] pub author_id: Id<User>, #[field({price})] pub price: Decimal }}"
            );
            let Ok(_) = source.parse::<proc_macro2::TokenStream>() else { panic!("not closed: {source}") };
            let (expansion, found) = expand(&source);
            let expansion = expansion.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(!found.iter().any(|m| m.code == "FW900"), "{source}: {found:?}");
            for name in [
                "pub struct Post",
                "CreatePost UpdatePost post",
                "The headline.",
                ": One ",
                "price : Decimal",
                "created_at",
            ] {
                assert!(expansion.contains(name), "{source}: `{name}` is gone\n{expansion}");
            }
        }
    }
}

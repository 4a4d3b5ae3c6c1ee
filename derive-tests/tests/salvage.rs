//! Whatever tokens come, there are diagnostics or an expansion, never a panic; and an item that can't be read is
//! passed on.

use framewright_derive_tests::expand;
use framewright_macros_core::{expand_db_enum, expand_resource};
use proc_macro2::TokenStream;
use proptest::prelude::*;

/// Words that the parser knows, and some that it does not.
fn word() -> impl Strategy<Value = String> {
    let known: Vec<String> =
        framewright_macros_core::options().iter().map(|(_, o)| o.key.to_owned()).collect();
    prop_oneof![
        3 => proptest::sample::select(known),
        2 => proptest::sample::select(vec![
            "by", "through", "public", "cascade", "now", "min", "max", "code", "default", "list", "Post", "title",
            "r#type", "struct", "pub", "Self", "self", "crate", "'a", "_",
        ]).prop_map(str::to_owned),
        1 => proptest::sample::select(vec![
            "0", "1", "-1", "3.5", "99999999999999999999", "\"\"", "\"[a-\"", "\"posts\"", "b\"x\"", "'c'", "true",
        ]).prop_map(str::to_owned),
        2 => proptest::sample::select(vec![
            ",", "=", ":", "::", "<", ">", "&", "#", "!", ";", "|", "||", ".", "..", "?", "-", "->",
        ]).prop_map(str::to_owned),
    ]
}

/// Tokens with balanced brackets.
fn soup() -> impl Strategy<Value = String> {
    let leaf = proptest::collection::vec(word(), 0..6).prop_map(|w| w.join(" "));
    leaf.prop_recursive(4, 40, 5, |inner| {
        (proptest::collection::vec(inner, 0..5), 0..4usize).prop_map(|(parts, kind)| {
            let inside = parts.join(" ");
            match kind {
                0 => format!("({inside})"),
                1 => format!("[{inside}]"),
                2 => format!("{{{inside}}}"),
                _ => inside,
            }
        })
    })
}

fn option() -> impl Strategy<Value = String> {
    let keys: Vec<String> =
        framewright_macros_core::options().iter().map(|(_, o)| o.key.to_owned()).collect();
    (proptest::sample::select(keys), soup(), 0..3u8).prop_map(|(key, value, kind)| match kind {
        0 => key,
        1 => format!("{key} = {value}"),
        _ => format!("{key}({value})"),
    })
}

fn tokens(text: &str) -> Option<TokenStream> {
    text.parse().ok()
}

/// Our own report of a panic.
const BUG: &str = "a bug of framewright";

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(600)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tokens_are_survived(args in soup(), item in soup()) {
        if let (Some(args), Some(item)) = (tokens(&args), tokens(&item)) {
            let out = expand_resource(args, item.clone()).to_string();
            prop_assert!(!out.contains(BUG), "{}", out);
            prop_assert!(!expand_db_enum(item).to_string().contains(BUG));
        }
    }

    #[test]
    fn any_options_are_survived(
        resource in proptest::collection::vec(option(), 0..5),
        field in proptest::collection::vec(option(), 0..5),
        ty in proptest::sample::select(vec!["String", "i64", "Option<Id<User>>", "Json<()>", "&str", "(A, B)", "Vec<u8>", "[u8; 4]", "fn()", "!"]),
    ) {
        let source = format!("pub struct Post {{ #[field({})] pub title: {ty}, }}", field.join(", "));
        if let (Some(args), Some(item)) = (tokens(&resource.join(", ")), tokens(&source)) {
            let out = expand_resource(args, item).to_string();
            prop_assert!(!out.contains(BUG), "{}", out);
            prop_assert!(out.contains("struct Post"), "the struct is gone: {}", out);
        }
    }
}

#[test]
fn an_item_with_a_syntax_error_is_passed_on_without_our_attributes() {
    let (out, found) = expand(
        "#[resource(policy = public)] pub struct Post { #[field(filter)] #[doc = \"x\"] title String, }",
    );
    assert_eq!(found.iter().map(|m| m.code).collect::<Vec<_>>(), ["FW104"]);
    assert_eq!(found[0].at, "Post");
    assert!(out.contains("title String") && out.contains("doc") && !out.contains("field"), "{out}");
}

#[test]
fn a_panic_of_ours_is_said_to_be_ours() {
    // FW900 is what users see when an expansion panics; it keeps the item.
    let text =
        framewright_macros_core::bug_report("#[resource]", "index out of bounds", "struct Post;").to_string();
    assert!(
        text.contains(BUG) && text.contains("index out of bounds") && text.contains("struct Post"),
        "{text}"
    );
}

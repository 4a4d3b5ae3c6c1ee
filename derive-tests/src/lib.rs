//! What the tests of the macros share: expansions formatted, and mistakes as data.

use framewright_macros_core as core;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A mistake as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// the code
    pub code: &'static str,
    /// the source at its place
    pub at: String,
    /// headline and lines
    pub text: String,
}

/// The expansion of an annotated item, formatted, and what is wrong with it.
///
/// # Panics
/// When the source is no sequence of tokens: only tests call this.
#[must_use]
pub fn expand(source: &str) -> (String, Vec<Mistake>) {
    let tokens: TokenStream = source.parse().unwrap_or_else(|e| panic!("{e}: {source}"));
    let (attribute, args, item) = outer(tokens);
    let (expansion, found) = match attribute.as_str() {
        "resource" => core::resource(args, item),
        _ => core::db_enum(item),
    };
    let found = found
        .into_iter()
        .map(|d| Mistake { code: d.code.name(), at: d.source().unwrap_or_default(), text: d.text() })
        .collect();
    (pretty(&expansion), found)
}

/// Tokens as formatted source; what does not parse stays as it is.
#[must_use]
pub fn pretty(tokens: &TokenStream) -> String {
    syn::parse2(tokens.clone()).map_or_else(|_| tokens.to_string(), |file| prettyplease::unparse(&file))
}

/// The first attribute of an item: its name, its arguments, and the rest.
fn outer(tokens: TokenStream) -> (String, TokenStream, TokenStream) {
    let mut before = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let (TokenTree::Punct(p), Some(TokenTree::Group(g))) = (&token, tokens.peek())
            && p.as_char() == '#'
            && g.delimiter() == Delimiter::Bracket
            && let Some(TokenTree::Ident(name)) = g.stream().into_iter().next()
            && matches!(name.to_string().as_str(), "resource" | "derive")
        {
            let args = match g.stream().into_iter().nth(1) {
                Some(TokenTree::Group(args)) => args.stream(),
                _ => TokenStream::new(),
            };
            tokens.next();
            before.extend(tokens);
            return (name.to_string(), args, before.into_iter().collect());
        }
        before.push(token);
    }
    (String::new(), TokenStream::new(), before.into_iter().collect())
}

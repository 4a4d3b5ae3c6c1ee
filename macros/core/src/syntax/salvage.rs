//! An item that can't be read, passed on without our attributes, so that names stay known to the rest of the
//! program. Works on tokens only, and cannot fail.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The same tokens without `#[field(…)]`.
pub(crate) fn salvage(item: TokenStream) -> TokenStream {
    let mut out = Vec::new();
    let mut tokens = item.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let (TokenTree::Punct(p), Some(TokenTree::Group(g))) = (&token, tokens.peek())
            && p.as_char() == '#'
            && is_ours(g)
        {
            tokens.next();
            continue;
        }
        out.push(match token {
            TokenTree::Group(g) => {
                let mut inner = Group::new(g.delimiter(), salvage(g.stream()));
                inner.set_span(g.span());
                TokenTree::Group(inner)
            }
            other => other,
        });
    }
    out.into_iter().collect()
}

fn is_ours(group: &Group) -> bool {
    group.delimiter() == Delimiter::Bracket
        && matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(i)) if i == "field")
}

//! `key`, `key = value`, `key(list)`: the entries of an attribute, split at commas, so that one broken entry does
//! not hide the next.

use crate::diag::{Code, Diagnostic, Diagnostics};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// One entry of an attribute.
#[derive(Clone)]
pub(crate) struct Entry {
    /// the word
    pub(crate) key: Ident,
    /// what follows it
    pub(crate) value: EntryValue,
}

/// What follows the word.
#[derive(Clone)]
pub(crate) enum EntryValue {
    /// nothing
    Nothing,
    /// `= …`
    Equals(TokenStream),
    /// `(…)`
    List(Group),
}

/// The tokens between top-level commas.
pub(crate) fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut chunks = Vec::new();
    let mut chunk = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(p) if p.as_char() == ',' => chunks.push(chunk.drain(..).collect()),
            _ => chunk.push(token),
        }
    }
    if !chunk.is_empty() {
        chunks.push(chunk.into_iter().collect());
    }
    chunks
}

/// The entries of an attribute; `of` says whose, for messages.
pub(crate) fn entries(tokens: TokenStream, of: &str, dx: &Diagnostics) -> Vec<Entry> {
    split(tokens).into_iter().filter_map(|chunk| entry(chunk, of, dx)).collect()
}

fn entry(chunk: TokenStream, of: &str, dx: &Diagnostics) -> Option<Entry> {
    let mut tokens = chunk.clone().into_iter();
    let key = match tokens.next() {
        Some(TokenTree::Ident(key)) => key,
        Some(_) => {
            dx.push(
                Diagnostic::new(Code::FW206, chunk, format!("an option of {of} begins with its name"))
                    .help("write `name`, `name = value` or `name(…)`, with commas between"),
            );
            return None;
        }
        // `a,, b`: nothing was asked for.
        None => return None,
    };
    let value = match tokens.next() {
        None => EntryValue::Nothing,
        Some(TokenTree::Punct(p)) if p.as_char() == '=' => {
            let value: TokenStream = tokens.by_ref().collect();
            if value.is_empty() {
                dx.push(
                    Diagnostic::new(Code::FW206, &key, format!("`{key}` has no value after its `=`"))
                        .help(format!("write a value, or remove `{key} =`")),
                );
                return None;
            }
            EntryValue::Equals(value)
        }
        Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis => EntryValue::List(g),
        Some(other) => {
            dx.push(
                Diagnostic::new(
                    Code::FW206,
                    other,
                    format!("`{key}` is followed by something else than `=` or `(`"),
                )
                .help(format!("put a comma after `{key}`, or write `{key} = …` or `{key}(…)`")),
            );
            return None;
        }
    };
    if let Some(rest) = tokens.next() {
        dx.push(
            Diagnostic::new(Code::FW206, rest, format!("there is a comma missing after `{key}(…)`"))
                .help("separate options with commas"),
        );
    }
    Some(Entry { key, value })
}

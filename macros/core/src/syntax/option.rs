//! A known option with its value: readers for each kind of value, which say what to write instead when it is of
//! another kind. Literals are converted by darling.

use super::entry::{Entry, EntryValue, entries, split};
use crate::diag::{Code, Diagnostic, Diagnostics, accepted, help_nearest};
use crate::spec::{OptionSpec, Takes};
use darling::FromMeta;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Lit, LitStr, Path};

/// One option as it was written, with its specification.
#[derive(Clone, Copy)]
pub(crate) struct Opt<'a> {
    /// the word
    pub(crate) key: &'a Ident,
    /// what the option is
    pub(crate) spec: &'static OptionSpec,
    value: &'a EntryValue,
    dx: &'a Diagnostics,
}

impl<'a> Opt<'a> {
    /// This entry as an option of this kind.
    pub(crate) fn new(entry: &'a Entry, spec: &'static OptionSpec, dx: &'a Diagnostics) -> Self {
        Self { key: &entry.key, spec, value: &entry.value, dx }
    }

    /// Where the word stands.
    pub(crate) fn span(&self) -> Span {
        self.key.span()
    }

    fn wrong(&self) {
        let headline = format!("`{}` takes {}", self.key, self.spec.takes.words());
        let diagnostic = match self.value {
            EntryValue::Nothing => Diagnostic::new(Code::FW206, self.key, headline),
            EntryValue::Equals(value) => Diagnostic::new(Code::FW206, value, headline),
            EntryValue::List(group) => Diagnostic::at(Code::FW206, group.span(), headline),
        };
        self.dx.push(diagnostic.help(format!("write `{}`", self.spec.example)));
    }

    fn equals<T>(&self, read: impl FnOnce(TokenStream) -> Option<T>) -> Option<T> {
        let found = match self.value {
            EntryValue::Equals(value) => read(value.clone()),
            _ => None,
        };
        if found.is_none() {
            self.wrong();
        }
        found
    }

    fn list(&self) -> Option<(TokenStream, Span)> {
        match self.value {
            EntryValue::List(group) => Some((group.stream(), group.span())),
            _ => {
                self.wrong();
                None
            }
        }
    }

    /// `filter`: whether it is on.
    pub(crate) fn flag(&self) -> bool {
        let on = matches!(self.value, EntryValue::Nothing);
        if !on {
            self.wrong();
        }
        on
    }

    /// `timestamps = false`; the word alone is `true`.
    pub(crate) fn bool(&self) -> Option<bool> {
        if matches!(self.value, EntryValue::Nothing) {
            return Some(true);
        }
        self.equals(|v| syn::parse2::<syn::LitBool>(v).ok().map(|b| b.value))
    }

    /// `table = "posts"`.
    pub(crate) fn text(&self) -> Option<LitStr> {
        self.equals(|v| syn::parse2(v).ok())
    }

    /// `relation = writer`.
    pub(crate) fn name(&self) -> Option<Ident> {
        self.equals(|v| syn::parse2(v).ok())
    }

    /// `custom = rules::slug`.
    pub(crate) fn path(&self) -> Option<Path> {
        self.equals(|v| syn::parse2(v).ok())
    }

    /// `default = Status::Draft`.
    pub(crate) fn value(&self) -> Option<Expr> {
        self.equals(|v| syn::parse2(v).ok())
    }

    /// What follows the `=`, whatever it is.
    pub(crate) fn tokens(&self) -> Option<TokenStream> {
        self.equals(Some)
    }

    /// `on_delete = cascade`: the word, one of those that the specification lists.
    pub(crate) fn word(&self) -> Option<Ident> {
        let Takes::Word(words) = self.spec.takes else { return None };
        let found = match self.value {
            EntryValue::Equals(value) => syn::parse2::<Ident>(value.clone()).ok(),
            _ => None,
        };
        let Some(found) = found else {
            self.wrong();
            return None;
        };
        self.known(&found, words).then_some(found)
    }

    fn known(&self, word: &Ident, words: &[&str]) -> bool {
        let known = words.contains(&word.to_string().as_str());
        if !known {
            let action = matches!(self.key.to_string().as_str(), "only" | "except");
            let (code, headline) = if action {
                (Code::FW503, format!("unknown action `{word}`"))
            } else {
                (Code::FW206, format!("`{}` can't be `{word}`", self.key))
            };
            self.dx.push(
                Diagnostic::new(code, word, headline)
                    .maybe_help(help_nearest(&word.to_string(), words))
                    .note(format!(
                        "{} {}",
                        if action { "actions are" } else { "it can be" },
                        accepted(words)
                    )),
            );
        }
        known
    }

    /// `only(list, read)`.
    pub(crate) fn words(&self) -> Vec<Ident> {
        let Takes::Words(words) = self.spec.takes else { return Vec::new() };
        self.idents("no action").into_iter().filter(|w| self.known(w, words)).collect()
    }

    /// `index(author_id, created_at)`.
    pub(crate) fn idents(&self, none: &str) -> Vec<Ident> {
        let Some((tokens, span)) = self.list() else { return Vec::new() };
        if tokens.is_empty() {
            self.empty(span, none);
        }
        split(tokens).into_iter().filter_map(|t| self.ident(t)).collect()
    }

    fn ident(&self, tokens: TokenStream) -> Option<Ident> {
        let found = syn::parse2::<Ident>(tokens.clone()).ok();
        if found.is_none() {
            self.dx.push(
                Diagnostic::new(Code::FW206, tokens, format!("`{}` lists names only", self.key))
                    .help(format!("write `{}`", self.spec.example)),
            );
        }
        found
    }

    /// `unique(author_id, title, code = "post.title_taken")`: the fields and the code.
    pub(crate) fn idents_and_code(&self) -> (Vec<Ident>, Option<LitStr>) {
        let Some((tokens, span)) = self.list() else { return (Vec::new(), None) };
        if tokens.is_empty() {
            self.empty(span, "no field");
        }
        let mut code = None;
        let mut fields = Vec::new();
        for chunk in split(tokens) {
            if chunk.clone().into_iter().nth(1).is_some() {
                for entry in entries(chunk, &format!("`{}`", self.key), self.dx) {
                    code = code.or(self.code(&entry));
                }
            } else {
                fields.extend(self.ident(chunk));
            }
        }
        (fields, code)
    }

    fn code(&self, entry: &Entry) -> Option<LitStr> {
        if entry.key != "code" {
            self.unknown(&entry.key, &["code"]);
            return None;
        }
        let found = match &entry.value {
            EntryValue::Equals(value) => syn::parse2(value.clone()).ok(),
            _ => None,
        };
        if found.is_none() {
            self.dx.push(
                Diagnostic::new(Code::FW206, &entry.key, "`code` takes a string")
                    .help("write `code = \"post.taken\"`"),
            );
        }
        found
    }

    /// `unique` or `unique(code = "user.email_taken")`: the code, if one is given.
    pub(crate) fn maybe_code(&self) -> Option<LitStr> {
        match self.value {
            EntryValue::Nothing => None,
            EntryValue::List(group) => entries(group.stream(), &format!("`{}`", self.key), self.dx)
                .iter()
                .find_map(|entry| self.code(entry)),
            EntryValue::Equals(_) => {
                self.wrong();
                None
            }
        }
    }

    fn unknown(&self, word: &Ident, words: &[&str]) {
        self.dx.push(
            Diagnostic::new(Code::FW201, word, format!("unknown part `{word}` of `{}`", self.key))
                .maybe_help(help_nearest(&word.to_string(), words))
                .note(format!("`{}` accepts {}", self.key, accepted(words))),
        );
    }

    fn empty(&self, span: Span, none: &str) {
        self.dx.push(
            Diagnostic::at(Code::FW207, span, format!("`{}` lists {none}", self.key))
                .help(format!("write `{}`, or remove it", self.spec.example)),
        );
    }

    /// `length(min = 3, max = 120)`: its named parts, each given once.
    pub(crate) fn args(&self) -> Option<Args<'a>> {
        let Takes::Bounds(names) = self.spec.takes else { return None };
        let (tokens, span) = self.list()?;
        if tokens.is_empty() {
            self.empty(span, "no bound");
            return None;
        }
        let mut found: Vec<Entry> = Vec::new();
        for entry in entries(tokens, &format!("`{}`", self.key), self.dx) {
            if !names.contains(&entry.key.to_string().as_str()) {
                self.unknown(&entry.key, names);
            } else if found.iter().any(|e| e.key == entry.key) {
                self.dx.push(
                    Diagnostic::new(
                        Code::FW203,
                        &entry.key,
                        format!("`{}` of `{}` is set twice", entry.key, self.key),
                    )
                    .help("remove one of the two"),
                );
            } else {
                found.push(entry);
            }
        }
        Some(Args { opt: *self, entries: found })
    }

    /// `precision(18, 4)`.
    pub(crate) fn pair<T: FromMeta>(&self) -> Option<(T, T)> {
        let (tokens, _) = self.list()?;
        let mut numbers = split(tokens).into_iter().map(|t| literal(&t));
        match (numbers.next().flatten(), numbers.next().flatten(), numbers.next()) {
            (Some(a), Some(b), None) => Some((a, b)),
            _ => {
                self.wrong();
                None
            }
        }
    }

    /// `has_many(comments: Comment by post_id)`: the chunks between commas.
    pub(crate) fn chunks(&self, none: &str) -> Vec<TokenStream> {
        let Some((tokens, span)) = self.list() else { return Vec::new() };
        if tokens.is_empty() {
            self.empty(span, none);
        }
        split(tokens)
    }
}

/// The named parts of an option.
pub(crate) struct Args<'a> {
    opt: Opt<'a>,
    entries: Vec<Entry>,
}

impl Args<'_> {
    /// The tokens of a part's value.
    pub(crate) fn tokens(&self, name: &str) -> Option<TokenStream> {
        self.entries.iter().find(|e| e.key == name).map(|e| match &e.value {
            EntryValue::Equals(value) => value.clone(),
            EntryValue::List(group) => group.to_token_stream(),
            EntryValue::Nothing => e.key.to_token_stream(),
        })
    }

    /// The number of a part; `what` says which numbers it takes.
    pub(crate) fn number<T: FromMeta>(&self, name: &str, what: &str) -> Option<T> {
        let tokens = self.tokens(name)?;
        let found = literal(&tokens);
        if found.is_none() {
            let opt = &self.opt;
            opt.dx.push(
                Diagnostic::new(Code::FW206, tokens, format!("`{name}` of `{}` takes {what}", opt.key))
                    .help(format!("write `{}`", opt.spec.example)),
            );
        }
        found
    }
}

/// A number; darling would read one out of a string too, which we do not take.
fn literal<T: FromMeta>(tokens: &TokenStream) -> Option<T> {
    let mut expr = syn::parse2::<Expr>(tokens.clone()).ok()?;
    // A `$number` of `macro_rules!` stands in invisible parentheses.
    while let Expr::Group(group) = expr {
        expr = *group.expr;
    }
    let inner = match &expr {
        Expr::Unary(unary) => &unary.expr,
        other => other,
    };
    if !matches!(inner, Expr::Lit(l) if matches!(l.lit, Lit::Int(_) | Lit::Float(_))) {
        return None;
    }
    // A negative literal is an expression to darling, which reads literals.
    let text = quote!(#expr).to_string().replace([' ', '_'], "");
    T::from_string(&text).ok()
}

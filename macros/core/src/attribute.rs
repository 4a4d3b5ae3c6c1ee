//! What the attributes of services, sections and seeds have in common: their options against a table, and the path
//! of the framework.

use crate::diag::{Code, Diagnostic, Diagnostics, accepted, help_nearest};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::{Entry, Opt};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::HashSet;
use syn::{Attribute, Fields, Item, ItemStruct};

/// `crate = path`, which every attribute of ours takes.
pub(crate) const fn krate(place: Place) -> OptionSpec {
    OptionSpec {
        key: "crate",
        place,
        takes: Takes::Path,
        default: "`::framewright`",
        doc: "The path of the framework, where it has another name.",
        example: "crate = my_framework",
    }
}

/// The entries that are options of this table, each once; what is not is reported.
pub(crate) fn known<'a>(
    entries: &'a [Entry],
    specs: &'static [OptionSpec],
    dx: &'a Diagnostics,
) -> Vec<Opt<'a>> {
    let of = specs.first().map_or("", |s| s.place.attribute());
    let keys: Vec<&str> = specs.iter().map(|s| s.key).collect();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for entry in entries {
        let key = entry.key.to_string();
        let Some(spec) = specs.iter().find(|s| s.key == key) else {
            dx.push(
                Diagnostic::new(Code::FW201, &entry.key, format!("unknown option `{key}` for `{of}`"))
                    .maybe_help(help_nearest(&key, &keys))
                    .note(format!("`{of}` accepts {}", accepted(&keys))),
            );
            continue;
        };
        if !seen.insert(key.clone()) && !spec.repeats() {
            dx.push(
                Diagnostic::new(Code::FW203, &entry.key, format!("`{key}` is set twice"))
                    .help("remove one of the two"),
            );
            continue;
        }
        found.push(Opt::new(entry, spec, dx));
    }
    found
}

/// The private module of the framework that expansions name.
pub(crate) fn private(options: &[Opt<'_>]) -> TokenStream {
    let path = options.iter().find(|o| o.spec.key == "crate").and_then(Opt::path);
    path.map_or_else(|| quote!(::framewright::__private), |path| quote!(#path::__private))
}

/// The same tokens, said to stand at this place: an error in them is shown there.
pub(crate) fn placed(tokens: &TokenStream, at: Span) -> TokenStream {
    let at = Span::call_site().located_at(at);
    let place = |mut token: proc_macro2::TokenTree| {
        token.set_span(at);
        token
    };
    tokens.clone().into_iter().map(place).collect()
}

/// The tokens of the field attributes of this name, which are taken off the field.
pub(crate) fn take(attrs: &mut Vec<Attribute>, name: &str) -> TokenStream {
    let mut tokens = TokenStream::new();
    attrs.retain(|attr| {
        let ours = attr.path().is_ident(name);
        if ours && let syn::Meta::List(list) = &attr.meta {
            tokens.extend(list.tokens.clone());
            tokens.extend(quote!(,));
        }
        !ours
    });
    tokens
}

/// The lines of a doc comment.
pub(crate) fn doc(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter(|a| a.path().is_ident("doc")).filter_map(|a| match &a.meta {
        syn::Meta::NameValue(nv) => match &nv.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => {
                Some(text.value().trim().to_owned())
            }
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The struct that an attribute stands on, with named fields or none, and not generic; else the reason, and the item.
pub(crate) fn plain_struct(
    attribute: &str,
    item: TokenStream,
    dx: &Diagnostics,
) -> Result<ItemStruct, TokenStream> {
    let wrong = |at: TokenStream, headline: String, help: &str| {
        dx.push(Diagnostic::new(Code::FW101, at, headline).help(help));
    };
    let parsed = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(parsed)) => parsed,
        Ok(other) => {
            let keyword = other.to_token_stream().into_iter().find(|t| {
                matches!(
                    t.to_string().as_str(),
                    "enum" | "union" | "fn" | "impl" | "mod" | "trait" | "type" | "const" | "static"
                )
            });
            let at = keyword.map_or_else(|| Span::call_site().into_ident(), ToTokens::into_token_stream);
            wrong(
                at,
                format!("`{attribute}` stands above a struct"),
                "put it above a `struct` with named fields",
            );
            return Err(item);
        }
        // rustc has explained the syntax error already
        Err(_) => return Err(crate::syntax::salvage(item)),
    };
    let name = &parsed.ident;
    if !parsed.generics.params.is_empty() {
        let headline =
            format!("`{name}` can't be generic under `{attribute}`: there is one of it in an application");
        dx.push(
            Diagnostic::new(Code::FW103, &parsed.generics, headline)
                .help("use concrete types, or an `Inject<dyn Trait>`"),
        );
        return Err(item);
    }
    if let Fields::Unnamed(fields) = &parsed.fields {
        let headline = format!("the fields of `{name}` need names under `{attribute}`");
        dx.push(
            Diagnostic::new(Code::FW102, fields, headline)
                .help(format!("write `struct {name} {{ name: Type, … }}`")),
        );
        return Err(item);
    }
    Ok(parsed)
}

trait IntoIdent {
    fn into_ident(self) -> TokenStream;
}

impl IntoIdent for Span {
    fn into_ident(self) -> TokenStream {
        Ident::new("item", self).into_token_stream()
    }
}

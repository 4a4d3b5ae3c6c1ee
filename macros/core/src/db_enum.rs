//! `#[derive(DbEnum)]`: a closed set of values in one column, stored and sent by name.

use crate::attribute::krate;
use crate::diag::{Code, Diagnostic, Diagnostics, help_nearest};
use crate::model::names;
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::entries;
use darling::{FromDeriveInput, FromVariant};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{DeriveInput, Ident, LitStr, Path};

/// The options of the enum.
pub(crate) const SPECS: &[OptionSpec] = &[krate(Place::DbEnum)];

/// The options of a variant.
pub(crate) const VARIANT_SPECS: &[OptionSpec] = &[OptionSpec {
    key: "name",
    place: Place::DbVariant,
    takes: Takes::Text,
    default: "the variant's name in snake case",
    doc: "What is stored and sent for the variant.",
    example: "name = \"in_review\"",
}];

/// `#[db_enum(…)]` of the enum.
#[derive(FromDeriveInput)]
#[darling(attributes(db_enum), supports(enum_unit))]
struct Enum {
    ident: Ident,
    data: darling::ast::Data<Variant, ()>,
    #[darling(default, rename = "crate")]
    krate: Option<Path>,
}

/// `#[db_enum(…)]` of a variant.
#[derive(FromVariant)]
#[darling(attributes(db_enum))]
struct Variant {
    ident: Ident,
    #[darling(default)]
    name: Option<LitStr>,
}

/// The impls of an enum, or what is wrong with it.
pub(crate) fn expand(item: TokenStream, dx: &Diagnostics) -> TokenStream {
    let Ok(input) = syn::parse2::<DeriveInput>(item) else { return TokenStream::new() };
    match &input.data {
        syn::Data::Enum(data) if data.variants.is_empty() => {
            dx.push(
                Diagnostic::new(
                    Code::FW106,
                    &input.ident,
                    format!("`{}` has no variant, so no record could have a value", input.ident),
                )
                .help("add a variant"),
            );
            return TokenStream::new();
        }
        syn::Data::Enum(data) => {
            for variant in data.variants.iter().filter(|v| !matches!(v.fields, syn::Fields::Unit)) {
                dx.push(
                    Diagnostic::new(
                        Code::FW106,
                        &variant.fields,
                        format!("`{}` carries data, but a column holds the name alone", variant.ident),
                    )
                    .help("remove the data, or store the enum with `Json<…>`, which needs no `DbEnum`"),
                );
            }
            if !dx.is_empty() {
                return TokenStream::new();
            }
        }
        _ => {
            dx.push(
                Diagnostic::new(
                    Code::FW106,
                    &input.ident,
                    format!("`DbEnum` is for enums, and `{}` is none", input.ident),
                )
                .help(
                    "for a record with fields use `#[resource]`; for a value of several parts use `Json<…>`",
                ),
            );
            return TokenStream::new();
        }
    }
    options(&input.attrs, SPECS, "the enum", dx);
    if let syn::Data::Enum(data) = &input.data {
        for variant in &data.variants {
            options(&variant.attrs, VARIANT_SPECS, "a variant", dx);
        }
    }
    if !dx.is_empty() {
        return TokenStream::new();
    }
    match Enum::from_derive_input(&input) {
        Ok(parsed) => emit(&parsed, dx),
        Err(errors) => {
            // The names are known to be right, so what is left is a value of another kind.
            for error in errors.flatten() {
                dx.push(
                    Diagnostic::at(
                        Code::FW206,
                        error.span(),
                        "an option of `#[db_enum]` has a value of another kind",
                    )
                    .help("write `name = \"draft\"` on a variant, or `crate = ::backend` on the enum"),
                );
            }
            TokenStream::new()
        }
    }
}

/// Reports the options of `#[db_enum(…)]` that are not accepted here.
fn options(attrs: &[syn::Attribute], specs: &[OptionSpec], of: &str, dx: &Diagnostics) {
    let accepts: Vec<&str> = specs.iter().map(|s| s.key).collect();
    for attr in attrs.iter().filter(|a| a.path().is_ident("db_enum")) {
        let Ok(list) = attr.meta.require_list() else { continue };
        for entry in entries(list.tokens.clone(), "`#[db_enum]`", dx) {
            let word = entry.key.to_string();
            if !accepts.contains(&word.as_str()) {
                dx.push(
                    Diagnostic::new(
                        Code::FW201,
                        &entry.key,
                        format!("unknown option `{word}` for {of} of `#[db_enum]`"),
                    )
                    .maybe_help(help_nearest(&word, &accepts))
                    .note("`#[db_enum]` accepts `name` on a variant, and `crate` on the enum"),
                );
            }
        }
    }
}

fn emit(input: &Enum, dx: &Diagnostics) -> TokenStream {
    let p = match &input.krate {
        Some(path) => quote!(#path::__private),
        None => quote!(::framewright::__private),
    };
    let variants = input.data.as_ref().take_enum().unwrap_or_default();
    let wire: Vec<String> = variants
        .iter()
        .map(|v| v.name.as_ref().map_or_else(|| names::snake(&names::plain(&v.ident)), LitStr::value))
        .collect();
    for (i, name) in wire.iter().enumerate() {
        if wire.iter().take(i).any(|n| n == name)
            && let Some(variant) = variants.get(i)
        {
            let at = variant
                .name
                .as_ref()
                .map_or_else(|| variant.ident.to_token_stream(), ToTokens::into_token_stream);
            dx.push(
                Diagnostic::new(
                    Code::FW307,
                    at,
                    format!("two variants of `{}` have the name `{name}`", input.ident),
                )
                .help("give one another name: `#[db_enum(name = \"…\")]`"),
            );
        }
    }
    let (name, idents) = (&input.ident, variants.iter().map(|v| &v.ident));
    quote! {
        #p::db_enum! { #name { #(#idents #wire)* } }
    }
}

//! `#[derive(DbEnum)]`: a closed set of values in one column, stored and sent by name.

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::names;
use darling::{FromDeriveInput, FromVariant};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{DeriveInput, Ident, LitStr, Path};

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
    match Enum::from_derive_input(&input) {
        Ok(parsed) => emit(&parsed, dx),
        Err(errors) => {
            for error in errors.flatten() {
                let text = error.to_string();
                let mut letters = text.chars();
                let headline = letters
                    .next()
                    .map(|c| c.to_lowercase().chain(letters).collect::<String>())
                    .unwrap_or_default();
                dx.push(
                    Diagnostic::at(Code::FW201, error.span(), headline)
                        .note("`#[db_enum]` accepts `name` on a variant, and `crate` on the enum"),
                );
            }
            TokenStream::new()
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

//! The annotated item: a struct with named fields, or what to say when it is something else.

use super::salvage;
use crate::diag::{Code, Diagnostic, Diagnostics};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Fields, Item, Type, Visibility};

/// A struct as it was written.
pub(crate) struct RawStruct {
    /// its attributes, docs included
    pub(crate) attrs: Vec<Attribute>,
    /// who sees it
    pub(crate) vis: Visibility,
    /// its name
    pub(crate) ident: Ident,
    /// its fields
    pub(crate) fields: Vec<RawField>,
}

/// A field as it was written.
pub(crate) struct RawField {
    /// its attributes, docs included
    pub(crate) attrs: Vec<Attribute>,
    /// who sees it
    pub(crate) vis: Visibility,
    /// its name
    pub(crate) ident: Ident,
    /// its type
    pub(crate) ty: Type,
}

/// The struct, or the item to emit when it is none.
pub(crate) fn parse_struct(item: TokenStream, dx: &Diagnostics) -> Result<RawStruct, TokenStream> {
    let parsed = match syn::parse2::<Item>(item.clone()) {
        Ok(parsed) => parsed,
        Err(_) => {
            // rustc recovers from a syntax error and still calls us; it has explained the error already.
            let name = name_of(&item);
            let shown = name.as_ref().map_or_else(|| "this item".to_owned(), |n| format!("`{n}`"));
            let at = name.map_or_else(|| item.clone(), ToTokens::into_token_stream);
            dx.push(Diagnostic::new(
                Code::FW104,
                at,
                format!("`#[resource]` can't read {shown} until the syntax error in it is fixed"),
            ));
            return Err(salvage(item));
        }
    };
    let keyword = match parsed {
        Item::Struct(item) => return from_struct(item, dx),
        Item::Enum(e) => {
            dx.push(
                not_a_struct(e.enum_token.to_token_stream())
                    .help("for a closed set of values use `#[derive(DbEnum)]` on the enum and a field of that type in the resource"),
            );
            return Err(item);
        }
        Item::Union(u) => u.union_token.to_token_stream(),
        Item::Fn(f) => f.sig.fn_token.to_token_stream(),
        Item::Impl(i) => i.impl_token.to_token_stream(),
        Item::Mod(m) => m.mod_token.to_token_stream(),
        Item::Trait(t) => t.trait_token.to_token_stream(),
        Item::Type(t) => t.type_token.to_token_stream(),
        _ => item.clone().into_iter().take(1).collect(),
    };
    dx.push(not_a_struct(keyword).help("put it above a `struct`"));
    Err(item)
}

fn not_a_struct(at: TokenStream) -> Diagnostic {
    Diagnostic::new(
        Code::FW101,
        at,
        "`#[resource]` describes one table row, so it needs a struct with named fields",
    )
}

fn from_struct(item: syn::ItemStruct, dx: &Diagnostics) -> Result<RawStruct, TokenStream> {
    let whole = item.to_token_stream();
    let name = &item.ident;
    let mut usable = true;
    if !item.generics.params.is_empty() {
        usable = false;
        dx.push(
            Diagnostic::new(
                Code::FW103,
                &item.generics,
                format!("resource `{name}` can't be generic: one resource maps to exactly one table"),
            )
            .help("use a concrete type, or `Json<T>` inside a field"),
        );
    }
    let fields = match item.fields {
        Fields::Named(fields) => fields.named,
        Fields::Unnamed(fields) => {
            let written: Vec<String> = fields
                .unnamed
                .iter()
                .enumerate()
                .map(|(i, f)| format!("field_{i}: {}", f.ty.to_token_stream()))
                .collect();
            dx.push(
                Diagnostic::at(
                    Code::FW102,
                    fields.paren_token.span.join(),
                    format!("resource `{name}` needs named fields: every field becomes a column"),
                )
                .help(format!("write `struct {name} {{ {} }}`", written.join(", "))),
            );
            return Err(whole);
        }
        Fields::Unit => {
            dx.push(
                Diagnostic::new(
                    Code::FW102,
                    name,
                    format!("resource `{name}` needs named fields: every field becomes a column"),
                )
                .help(format!("write `struct {name} {{ … }}`")),
            );
            return Err(whole);
        }
    };
    if !usable {
        let attributes = quote!(#[allow(dead_code)]);
        return Err(quote!(#attributes #whole));
    }
    let mut attrs = item.attrs;
    attrs.retain(|attr| {
        let again = attr.path().segments.last().is_some_and(|s| s.ident == "resource");
        if again {
            dx.push(
                Diagnostic::new(Code::FW105, attr, format!("`{name}` is declared as a resource twice"))
                    .help("merge the options into one `#[resource(…)]`"),
            );
        }
        !again
    });
    let mut fields: Vec<RawField> = fields
        .into_iter()
        .filter_map(|f| Some(RawField { attrs: f.attrs, vis: f.vis, ident: f.ident?, ty: f.ty }))
        .collect();
    for field in &mut fields {
        let written = &field.ident;
        field.attrs.retain(|attr| {
            let conditional = attr.path().is_ident("cfg");
            if conditional {
                dx.push(
                    Diagnostic::new(
                        Code::FW313,
                        attr,
                        format!("the column `{written}` can't be there in some builds and not in others"),
                    )
                    .help("remove the `cfg`, or put it on the whole resource"),
                );
            }
            !conditional
        });
    }
    Ok(RawStruct { attrs, vis: item.vis, ident: item.ident, fields })
}

/// The word after `struct`, even when the rest can't be read.
fn name_of(item: &TokenStream) -> Option<Ident> {
    let mut tokens =
        item.clone().into_iter().skip_while(|t| !matches!(t, TokenTree::Ident(i) if i == "struct"));
    tokens.next();
    match tokens.next() {
        Some(TokenTree::Ident(name)) => Some(name),
        _ => None,
    }
}

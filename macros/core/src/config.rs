//! `#[config]`: a struct that is a section of the configuration.

use crate::attribute::{doc, known, krate, plain_struct, private, take};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::names;
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::{Opt, entries};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, LitStr, UnOp};

/// The options of `#[config(…)]`.
pub(crate) const SPECS: &[OptionSpec] = &[
    OptionSpec {
        key: "section",
        place: Place::Config,
        takes: Takes::Text,
        default: "the name of the struct in snake case, without `Config` or `Settings`",
        doc: "The table of `config.toml`.",
        example: "section = \"shop\"",
    },
    krate(Place::Config),
];

/// The options of `#[setting(…)]`.
pub(crate) const SETTING_SPECS: &[OptionSpec] = &[
    OptionSpec {
        key: "default",
        place: Place::Setting,
        takes: Takes::Value,
        default: "required, unless the type is an `Option`",
        doc: "What it says when nobody says anything: a literal, or a list of strings.",
        example: "default = \"30s\"",
    },
    OptionSpec {
        key: "env",
        place: Place::Setting,
        takes: Takes::Text,
        default: "only `FW_SECTION_NAME`",
        doc: "A plain environment variable that sets it too.",
        example: "env = \"SHOP_CURRENCY\"",
    },
];

/// The struct, its table of settings and its registration.
pub(crate) fn expand(args: TokenStream, item: TokenStream, dx: &Diagnostics) -> TokenStream {
    let mut parsed = match plain_struct("#[config]", item, dx) {
        Ok(parsed) => parsed,
        Err(item) => return item,
    };
    let written = entries(args, "`#[config]`", dx);
    let options = known(&written, SPECS, dx);
    let p = private(&options);
    let name = parsed.ident.clone();
    let given = options.iter().find(|o| o.spec.key == "section").and_then(Opt::text);
    let section = given.as_ref().map_or_else(|| section_of(&name.to_string()), LitStr::value);
    if !section.starts_with(|c: char| c.is_ascii_lowercase())
        || !section.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    {
        let at = given.map_or_else(|| quote!(#name), |g| quote!(#g));
        dx.push(
            Diagnostic::new(Code::FW501, at, format!("a section can't be called `{section}`"))
                .help("write lower-case letters, digits and `_`: `section = \"shop\"`"),
        );
    }
    let mut specs = Vec::new();
    let mut reads = Vec::new();
    for field in &mut parsed.fields {
        let tokens = take(&mut field.attrs, "setting");
        let written = entries(tokens, "`#[setting]`", dx);
        let options = known(&written, SETTING_SPECS, dx);
        let Some(ident) = &field.ident else { continue };
        let default =
            options.iter().find(|o| o.spec.key == "default").and_then(|o| default_text(&o.value()?, dx));
        let default = match default {
            Some(text) => quote!(#p::Some(#text)),
            None => quote!(#p::None),
        };
        let env = options.iter().find(|o| o.spec.key == "env").and_then(Opt::text).into_iter();
        let (ty, text, doc) = (&field.ty, names::plain(ident), doc(&field.attrs));
        specs.push(quote_spanned! {ty.span()=>
            #p::config::SettingSpec::of::<#ty>(#text, #default, &[#(#env),*], #doc)
        });
        reads.push(quote!(#ident: config.get(#section, #text)?));
    }
    let derives = missing_derives(&p, &parsed.attrs);
    let doc = doc(&parsed.attrs);
    quote! {
        #derives
        #parsed
        const _: () = {
            #[automatically_derived]
            impl #p::config::ConfigSection for #name {
                const SPEC: &'static #p::config::SectionSpec =
                    &#p::config::SectionSpec { name: #section, doc: #doc, settings: &[#(#specs),*] };
                fn read(config: &#p::config::Config) -> #p::Result<Self> {
                    #p::Ok(Self { #(#reads),* })
                }
            }
            static NODE: #p::di::Node = #p::di::Node::section::<#name>(#section);
            #[automatically_derived]
            impl #p::di::Provided for #name {
                const NODE: &'static #p::di::Node = &NODE;
            }
            #p::inventory::submit! {
                #p::config::SectionEntry(<#name as #p::config::ConfigSection>::SPEC)
            }
        };
    }
}

/// `ShopConfig` → `shop`.
fn section_of(name: &str) -> String {
    let base =
        name.strip_suffix("Config").or_else(|| name.strip_suffix("Settings")).filter(|b| !b.is_empty());
    names::snake(base.unwrap_or(name))
}

/// Sections are `Debug` (secrets hidden by their type) and `Clone`; what the user derives is left to them.
fn missing_derives(p: &TokenStream, attrs: &[syn::Attribute]) -> TokenStream {
    let derived: String = attrs
        .iter()
        .filter(|a| a.path().is_ident("derive"))
        .filter_map(|a| a.meta.require_list().ok().map(|l| l.tokens.to_string()))
        .collect();
    let has = |what: &str| derived.split(|c: char| !c.is_alphanumeric()).any(|word| word == what);
    let clone = (!has("Clone")).then(|| quote!(#p::Clone,));
    let debug = (!has("Debug")).then(|| quote!(#p::Debug,));
    quote!(#[derive(#clone #debug)])
}

/// A default as the text that the environment would have.
fn default_text(value: &Expr, dx: &Diagnostics) -> Option<String> {
    let text = match value {
        Expr::Lit(ExprLit { lit, .. }) => literal(lit),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => match &*unary.expr {
            Expr::Lit(ExprLit { lit, .. }) => literal(lit).map(|t| format!("-{t}")),
            _ => None,
        },
        Expr::Array(list) => {
            let texts = list.elems.iter().map(|e| match e {
                Expr::Lit(ExprLit { lit: Lit::Str(s), .. }) => Some(s.value()),
                _ => None,
            });
            texts.collect::<Option<Vec<String>>>().map(|t| t.join(","))
        }
        _ => None,
    };
    if text.is_none() {
        dx.push(
            Diagnostic::new(
                Code::FW206,
                value,
                "the default of a setting is a literal, as it would stand in `config.toml`",
            )
            .help(
                "write `default = \"30s\"`, `default = 10`, `default = true` or `default = [\"a\", \"b\"]`",
            ),
        );
    }
    text
}

fn literal(lit: &Lit) -> Option<String> {
    match lit {
        Lit::Str(s) => Some(s.value()),
        Lit::Int(i) => Some(i.base10_digits().to_owned()),
        Lit::Float(f) => Some(f.base10_digits().to_owned()),
        Lit::Bool(b) => Some(b.value.to_string()),
        _ => None,
    }
}

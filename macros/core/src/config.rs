//! `#[config]`: a struct that is a section of the configuration.

use crate::attribute::{doc, known, krate, plain_struct, private, take};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::names;
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::{Opt, entries};
use proc_macro2::TokenStream;
use quote::quote;
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
    let mut copies = Vec::new();
    let mut shows = Vec::new();
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
        // every mention of the type is the same one, so that a type that is no setting is one error
        let setting = quote!(<#ty as #p::config::Setting>);
        specs.push(quote! {
            #p::config::SettingSpec {
                name: #text, kind: #setting::KIND, default: #default, required: #setting::REQUIRED,
                secret: #setting::SECRET, env: &[#(#env),*], doc: #doc,
            }
        });
        reads.push(quote!(#ident: #setting::read(config, #section, #text)?));
        copies.push(quote!(#ident: #setting::duplicate(&self.#ident)));
        shows.push(quote!(.field(#text, #setting::shown(&self.#ident))));
    }
    if !dx.is_empty() {
        return quote!(#[allow(dead_code)] #parsed);
    }
    let clone = (!derives(&parsed.attrs, "Clone")).then(|| {
        quote! {
            #[automatically_derived]
            impl #p::Clone for #name {
                fn clone(&self) -> Self {
                    Self { #(#copies),* }
                }
            }
        }
    });
    let debug = (!derives(&parsed.attrs, "Debug")).then(|| {
        let text = name.to_string();
        quote! {
            #[automatically_derived]
            impl #p::Debug for #name {
                fn fmt(&self, f: &mut #p::Formatter<'_>) -> #p::FmtResult {
                    f.debug_struct(#text)#(#shows)*.finish()
                }
            }
        }
    });
    let doc = doc(&parsed.attrs);
    quote! {
        #parsed
        const _: () = {
            #clone
            #debug
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

/// Whether the user derives a trait, which is left to them then.
fn derives(attrs: &[syn::Attribute], what: &str) -> bool {
    let lists = attrs.iter().filter(|a| a.path().is_ident("derive"));
    let mut lists = lists.filter_map(|a| a.meta.require_list().ok().map(|l| l.tokens.to_string()));
    lists.any(|list| list.split(|c: char| !c.is_alphanumeric()).any(|word| word == what))
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

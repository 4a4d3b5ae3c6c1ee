//! `#[service]`: a struct that the application builds once, from what its fields name.

use crate::attribute::{known, krate, placed, plain_struct, private, take};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::{Opt, entries};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, GenericArgument, PathArguments, Type};

/// The options of `#[service(…)]`.
pub(crate) const SPECS: &[OptionSpec] = &[
    OptionSpec {
        key: "provides",
        place: Place::Service,
        takes: Takes::Value,
        default: "only itself",
        doc: "A trait that it stands for wherever `Inject<dyn Trait>` is asked for; may be written again.",
        example: "provides = dyn Gateway",
    },
    OptionSpec {
        key: "init",
        place: Place::Service,
        takes: Takes::Nothing,
        default: "ready as it is",
        doc: "Awaits its `impl Init` once, at start.",
        example: "init",
    },
    krate(Place::Service),
];

/// The options of `#[service(…)]` on a field.
pub(crate) const FIELD_SPECS: &[OptionSpec] = &[
    OptionSpec {
        key: "default",
        place: Place::ServiceField,
        takes: Takes::Nothing,
        default: "injected",
        doc: "Starts with its type's `Default` instead of being injected.",
        example: "default",
    },
    OptionSpec {
        key: "value",
        place: Place::ServiceField,
        takes: Takes::Value,
        default: "injected",
        doc: "Starts with this value instead of being injected.",
        example: "value = AtomicU64::new(1)",
    },
];

/// Where the value of a field comes from.
enum From {
    Shared(Type),
    Cloned(Type),
    Default,
    Value(Box<Expr>),
}

/// The struct, its place in the graph and its registration.
pub(crate) fn expand(args: TokenStream, item: TokenStream, dx: &Diagnostics) -> TokenStream {
    let mut parsed = match plain_struct("#[service]", item, dx) {
        Ok(parsed) => parsed,
        Err(item) => return item,
    };
    let written = entries(args, "`#[service]`", dx);
    let options = known(&written, SPECS, dx);
    let p = private(&options);
    let init = options.iter().find(|o| o.spec.key == "init").filter(|o| o.flag()).map(Opt::span);
    let provides: Vec<Type> =
        options.iter().filter(|o| o.spec.key == "provides").filter_map(|o| provided(o, dx)).collect();

    let mut fields: Vec<(Ident, From)> = Vec::new();
    for field in &mut parsed.fields {
        let tokens = take(&mut field.attrs, "service");
        let written = entries(tokens, "`#[service]`", dx);
        let options = known(&written, FIELD_SPECS, dx);
        let Some(name) = field.ident.clone() else { continue };
        let mut from = None;
        for option in &options {
            if from.is_some() {
                dx.push(
                    Diagnostic::new(Code::FW208, option.key, "`default` and `value` exclude each other")
                        .help("remove one of the two"),
                );
            }
            from = match option.spec.key {
                "default" => option.flag().then_some(From::Default),
                _ => option.value().map(|v| From::Value(Box::new(v))),
            };
        }
        fields.push((name, from.unwrap_or_else(|| injected(&field.ty))));
    }
    let name = &parsed.ident;
    if !dx.is_empty() {
        return shell(&p, &parsed, &provides);
    }
    let needs = fields.iter().filter_map(|(_, from)| match from {
        From::Shared(ty) => Some(quote_spanned!(ty.span()=> #p::di::Need::shared::<#ty>())),
        From::Cloned(ty) => Some(quote_spanned!(ty.span()=> #p::di::Need::cloned::<#ty>())),
        From::Default | From::Value(_) => None,
    });
    let values = fields.iter().map(|(field, from)| match from {
        From::Shared(_) | From::Cloned(_) => quote!(#field: parts.take()?),
        From::Default => quote!(#field: #p::Default::default()),
        From::Value(value) => quote!(#field: #value),
    });
    let made = quote!((|| #p::Ok(#name { #(#values),* }))());
    let make = match init {
        Some(span) => quote_spanned!(span=> #p::di::init::<#name>(made, cx)),
        None => quote!({ let _ = cx; #p::di::ready::<#name>(made) }),
    };
    let circles = fields.iter().filter_map(|(field, from)| match from {
        From::Shared(ty) | From::Cloned(ty) => Some((field, ty)),
        From::Default | From::Value(_) => None,
    });
    let circles = circles.enumerate().map(|(index, (field, ty))| {
        // rustc names this constant in the error about a circle
        let check = format_ident!("{}_IS_IN_A_CIRCLE", crate::model::names::plain(field).to_uppercase());
        let p = placed(&p, ty.span());
        quote_spanned!(ty.span()=> static #check: () = #p::di::assert_acyclic(&NODE, #index);)
    });
    let views = provides.iter().enumerate().map(|(index, ty)| view(&p, name, index, ty));
    let registered = if provides.is_empty() {
        quote!(#p::inventory::submit! { #p::di::ServiceEntry(&NODE) })
    } else {
        TokenStream::new()
    };
    quote! {
        #parsed
        #[allow(unused_mut, dead_code)]
        const _: () = {
            static NODE: #p::di::Node = #p::di::Node::service::<#name>(
                #p::concat!(#p::module_path!(), "::", #p::stringify!(#name)),
                &[#(#needs),*],
                |mut parts, cx| {
                    let made = #made;
                    #make
                },
            );
            #[automatically_derived]
            impl #p::di::Provided for #name {
                const NODE: &'static #p::di::Node = &NODE;
            }
            #(#circles)*
            #(#views)*
            #registered
        };
    }
}

/// The struct alone, with a place in the graph that nothing hangs on: one mistake in it is no mistake of others.
fn shell(p: &TokenStream, parsed: &syn::ItemStruct, provides: &[Type]) -> TokenStream {
    let name = &parsed.ident;
    let places = std::iter::once(quote!(#name)).chain(provides.iter().map(|ty| quote!(#ty)));
    let places = places.map(|ty| {
        quote! {
            const _: () = {
                static NODE: #p::di::Node = #p::di::Node::given::<#ty>(#p::stringify!(#ty));
                #[automatically_derived]
                impl #p::di::Provided for #ty {
                    const NODE: &'static #p::di::Node = &NODE;
                }
            };
        }
    });
    quote!(#[allow(dead_code)] #parsed #(#places)*)
}

/// The place of a trait that the service stands for.
fn view(p: &TokenStream, name: &Ident, index: usize, ty: &Type) -> TokenStream {
    let node = format_ident!("VIEW_{index}");
    quote_spanned! {ty.span()=>
        static #node: #p::di::Node = #p::di::Node::view::<#ty, #name>(#p::stringify!(#ty), |mut parts, _| {
            let handle: #p::Result<#p::di::Inject<#name>> = parts.take();
            #p::di::view::<#ty>(handle.map(|handle| handle.into_arc() as #p::Arc<#ty>))
        });
        #[automatically_derived]
        impl #p::di::Provided for #ty {
            const NODE: &'static #p::di::Node = &#node;
        }
        #p::inventory::submit! { #p::di::ServiceEntry(&#node) }
    }
}

fn provided(option: &Opt<'_>, dx: &Diagnostics) -> Option<Type> {
    let tokens = option.tokens()?;
    let parsed = syn::parse2::<Type>(tokens.clone()).ok();
    match parsed {
        Some(ty @ Type::TraitObject(_)) => Some(ty),
        _ => {
            let shown = tokens.to_string();
            dx.push(
                Diagnostic::new(
                    Code::FW206,
                    tokens,
                    format!("`provides` takes a trait, and `{shown}` is written without `dyn`"),
                )
                .help(format!("write `provides = dyn {shown}`; a struct provides itself")),
            );
            None
        }
    }
}

/// `Inject<T>` shares a `T`, any other type is cloned.
fn injected(ty: &Type) -> From {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last()
        && last.ident == "Inject"
        && let PathArguments::AngleBracketed(args) = &last.arguments
        && let Some(GenericArgument::Type(inner)) = args.args.first()
    {
        return From::Shared(inner.clone());
    }
    From::Cloned(ty.clone())
}

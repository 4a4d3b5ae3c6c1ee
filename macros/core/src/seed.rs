//! `#[seed]`: an async function that fills the database with what an application begins with.

use crate::attribute::{doc, known, krate, private};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::{Opt, entries};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Item, ItemFn};

/// The options of `#[seed(…)]`.
pub(crate) const SPECS: &[OptionSpec] = &[
    OptionSpec {
        key: "order",
        place: Place::Seed,
        takes: Takes::Value,
        default: "0",
        doc: "Lower ones run first, equal ones by name.",
        example: "order = 10",
    },
    krate(Place::Seed),
];

/// The function and its registration.
pub(crate) fn expand(args: TokenStream, item: TokenStream, dx: &Diagnostics) -> TokenStream {
    let Some(function) = function(&item, dx) else { return item };
    let written = entries(args, "`#[seed]`", dx);
    let options = known(&written, SPECS, dx);
    let p = private(&options);
    let order = options.iter().find(|o| o.spec.key == "order").and_then(Opt::value);
    let order =
        order.map_or_else(|| quote!(0), |o| quote_spanned!(o.span()=> { let order: #p::i32 = #o; order }));
    if !dx.is_empty() {
        return item;
    }
    let (name, text, doc) =
        (&function.sig.ident, crate::model::names::plain(&function.sig.ident), doc(&function.attrs));
    let call = quote_spanned!(function.sig.output.span()=> #p::Box::pin(#name(cx)));
    quote! {
        #function
        const _: () = {
            #p::inventory::submit! {
                #p::SeedEntry { name: #text, order: #order, doc: #doc, run: |cx| #call }
            }
        };
    }
}

fn function(item: &TokenStream, dx: &Diagnostics) -> Option<ItemFn> {
    let shape = "write `async fn roles(cx: &Cx) -> Result<()> { … }`";
    let wrong = |at: TokenStream, headline: &str| {
        dx.push(Diagnostic::new(Code::FW101, at, headline).help(shape));
        None
    };
    let function = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Fn(function)) => function,
        Ok(other) => {
            let at = other.to_token_stream().into_iter().take(1).collect();
            return wrong(at, "`#[seed]` stands above an async function");
        }
        Err(_) => return None,
    };
    let sig = &function.sig;
    if sig.asyncness.is_none() {
        return wrong(sig.fn_token.to_token_stream(), "a seed is an `async fn`: it talks to the database");
    }
    if sig.inputs.len() != 1 {
        return wrong(sig.ident.to_token_stream(), "a seed takes the context, and nothing else");
    }
    if matches!(sig.output, syn::ReturnType::Default) {
        return wrong(
            sig.ident.to_token_stream(),
            "a seed answers with a `Result<()>`, so that its failure is seen",
        );
    }
    Some(function)
}

//! All macro logic of Framewright, as a library: the proc-macro crate is a thin door, and tests link this.
//!
//! Tokens become a model in stages that never fail: `syntax` (what was written) → `part` lowers it into `model`
//! (what is meant, every default filled in) → `part` checks it → `emit` (the expansion) or its shell. Mistakes are
//! pushed to [`diag::Diagnostics`] and reported all at once.

mod attribute;
mod config;
mod db_enum;
pub mod diag;
mod emit;
mod model;
mod part;
mod reference;
mod seed;
mod service;
mod spec;
mod syntax;

pub use model::names;
pub use part::depends_on_diesel;
pub use reference::reference_markdown;
pub use spec::{OptionSpec, Place, Takes};

use diag::{Code, Diagnostic, Diagnostics, compile_errors};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// `#[resource(args)] item`.
pub fn expand_resource(args: TokenStream, item: TokenStream) -> TokenStream {
    reported("#[resource]", item.clone(), || resource(args, item))
}

/// `#[service(args)] item`.
pub fn expand_service(args: TokenStream, item: TokenStream) -> TokenStream {
    reported("#[service]", item.clone(), || collected(|dx| service::expand(args, item, dx)))
}

/// `#[config(args)] item`.
pub fn expand_config(args: TokenStream, item: TokenStream) -> TokenStream {
    reported("#[config]", item.clone(), || collected(|dx| config::expand(args, item, dx)))
}

/// `#[seed(args)] item`.
pub fn expand_seed(args: TokenStream, item: TokenStream) -> TokenStream {
    reported("#[seed]", item.clone(), || collected(|dx| seed::expand(args, item, dx)))
}

/// `#[derive(DbEnum)] item`.
pub fn expand_db_enum(item: TokenStream) -> TokenStream {
    reported("DbEnum", TokenStream::new(), || db_enum(item))
}

/// The expansion of a resource, and what is wrong with it, as data.
pub fn resource(args: TokenStream, item: TokenStream) -> (TokenStream, Vec<Diagnostic>) {
    let dx = Diagnostics::new();
    let expansion = match syntax::parse_struct(item, &dx) {
        Err(salvaged) => salvaged,
        Ok(raw) => {
            let mut model = model::Resource::new(raw);
            part::lower(args, &mut model, &dx);
            part::check(&model, &dx);
            if dx.is_empty() { emit::expansion(&model) } else { emit::shell(&mut model) }
        }
    };
    (expansion, dx.finish())
}

/// The expansion of an enum, and what is wrong with it, as data.
pub fn db_enum(item: TokenStream) -> (TokenStream, Vec<Diagnostic>) {
    let dx = Diagnostics::new();
    let expansion = db_enum::expand(item, &dx);
    (expansion, dx.finish())
}

fn collected(expand: impl FnOnce(&Diagnostics) -> TokenStream) -> (TokenStream, Vec<Diagnostic>) {
    let dx = Diagnostics::new();
    let expansion = expand(&dx);
    (expansion, dx.finish())
}

/// Every option of every part and of every other attribute, with the name of the file that owns it.
pub fn options() -> Vec<(&'static str, &'static OptionSpec)> {
    let others = [
        ("service", service::SPECS),
        ("service", service::FIELD_SPECS),
        ("config", config::SPECS),
        ("config", config::SETTING_SPECS),
        ("seed", seed::SPECS),
        ("db_enum", db_enum::SPECS),
        ("db_enum", db_enum::VARIANT_SPECS),
    ];
    let others = others.into_iter().flat_map(|(name, specs)| specs.iter().map(move |spec| (name, spec)));
    part::specs().into_iter().chain(others).collect()
}

/// Runs an expansion; a panic in it is our bug, is said so, and leaves the item in place.
fn reported(
    name: &str,
    item: TokenStream,
    expand: impl FnOnce() -> (TokenStream, Vec<Diagnostic>),
) -> TokenStream {
    let (expansion, found) = catch_unwind(AssertUnwindSafe(expand)).unwrap_or_else(|panic| {
        let cause = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
            .unwrap_or_default();
        (syntax::salvage(item), vec![bug(name, &cause)])
    });
    let errors = compile_errors(&found);
    quote!(#expansion #errors)
}

fn bug(name: &str, cause: &str) -> Diagnostic {
    Diagnostic::at(
        Code::FW900,
        Span::call_site(),
        format!("`{name}` failed on this item: a bug of framewright {}", env!("CARGO_PKG_VERSION")),
    )
    .help("please report it with the item that it stands on")
    .note(format!("the cause: {cause}"))
}

/// What a panic in a macro is reported as: for the test that no real panic can be had for.
#[doc(hidden)]
pub fn bug_report(name: &str, cause: &str, item: &str) -> TokenStream {
    let item: TokenStream = item.parse().unwrap_or_default();
    let cause = cause.to_owned();
    let panicking = move || -> (TokenStream, Vec<Diagnostic>) { std::panic::resume_unwind(Box::new(cause)) };
    reported(name, item, panicking)
}

//! Routes: which actions have one, and under which path.

use super::Part;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::emit::Expansion;
use crate::model::{ACTIONS, Field, Resource};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::Opt;
use quote::quote;

pub(crate) struct Routes;

const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        key: "path",
        place: Place::Resource,
        takes: Takes::Text,
        default: "the plural of the struct's name in snake case",
        doc: "The URL segment under the prefix of the API.",
        example: "path = \"blog-posts\"",
    },
    OptionSpec {
        key: "only",
        place: Place::Resource,
        takes: Takes::Words(ACTIONS),
        default: "all actions",
        doc: "Only these actions have a route.",
        example: "only(list, read)",
    },
    OptionSpec {
        key: "except",
        place: Place::Resource,
        takes: Takes::Words(ACTIONS),
        default: "none",
        doc: "These actions have no route.",
        example: "except(delete)",
    },
    OptionSpec {
        key: "internal",
        place: Place::Resource,
        takes: Takes::Nothing,
        default: "off",
        doc: "No routes at all: only code of the application uses it.",
        example: "internal",
    },
    OptionSpec {
        key: "page",
        place: Place::Resource,
        takes: Takes::Bounds(&["default", "max"]),
        default: "`page(default = 20, max = 100)`",
        doc: "How many records a page has when the client names no size, and how many it may name.",
        example: "page(default = 20, max = 100)",
    },
];

impl Part for Routes {
    fn name(&self) -> &'static str {
        "routes"
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn resource(&self, opt: Opt<'_>, model: &mut Resource, dx: &Diagnostics) {
        match opt.spec.key {
            "path" => model.path = opt.text().filter(|path| usable(path, dx)),
            "only" => model.only = Some((opt.span(), opt.words())),
            "except" => model.except = Some((opt.span(), opt.words())),
            "internal" => model.internal = opt.flag().then(|| opt.span()),
            _ => model.page = page(opt, dx),
        }
    }

    fn field(&self, _opt: Opt<'_>, _field: &mut Field, _dx: &Diagnostics) {}

    fn check(&self, model: &Resource, dx: &Diagnostics) {
        if let (Some(_), Some((span, _))) = (&model.only, &model.except) {
            dx.push(
                Diagnostic::at(Code::FW208, *span, "`only` and `except` can't both be said")
                    .help("keep `only(…)`, which names every action that has a route"),
            );
        }
        for (option, said) in [("only", &model.only), ("except", &model.except)] {
            let Some((span, words)) = said else { continue };
            if model.internal.is_some() {
                dx.push(
                    Diagnostic::at(
                        Code::FW208,
                        *span,
                        format!("resource `{}` is `internal`, so it has no actions that `{option}` could choose from", model.ident),
                    )
                    .help(format!("remove `internal`, or remove `{option}(…)`")),
                );
            }
            for word in words {
                if word == "restore" && model.soft_delete.is_none() {
                    dx.push(
                        Diagnostic::new(
                            Code::FW208,
                            word,
                            format!("`restore` needs deleted records, which `{}` doesn't keep", model.ident),
                        )
                        .help("add `soft_delete`, or remove `restore`"),
                    );
                }
            }
        }
    }

    fn emit(&self, model: &Resource, out: &mut Expansion) {
        let p = &out.private;
        if let Some(path) = &model.path {
            out.descriptor.push(quote!(path: #path));
        } else if model.table.is_some() {
            let path = model.path_name();
            out.descriptor.push(quote!(path: #path));
        }
        match model.actions() {
            0x7f => {}
            bits => out.descriptor.push(quote!(actions: #p::Actions(#bits))),
        }
        if model.page != (20, 100) {
            let (default, max) = model.page;
            out.descriptor.push(quote!(page: #p::PageSizes { default: #default, max: #max }));
        }
    }
}

fn usable(path: &syn::LitStr, dx: &Diagnostics) -> bool {
    let text = path.value();
    let usable = !text.is_empty()
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'));
    if !usable {
        dx.push(
            Diagnostic::new(Code::FW501, path, format!("`{text}` can't be the path of a resource")).help(
                "write one segment of lower-case letters, digits, `-` and `_`: `path = \"blog-posts\"`",
            ),
        );
    }
    usable
}

fn page(opt: Opt<'_>, dx: &Diagnostics) -> (u16, u16) {
    let Some(args) = opt.args() else { return (20, 100) };
    let what = "a number from 1 to 65535";
    let (default, max) = (args.number::<u16>("default", what), args.number::<u16>("max", what));
    let zero = [("default", default), ("max", max)].into_iter().find(|(_, n)| *n == Some(0));
    if let Some((name, _)) = zero {
        dx.push(
            Diagnostic::new(
                Code::FW505,
                args.tokens(name),
                format!("`{name}` of `page` is 0, so no page would have a record"),
            )
            .help("write at least 1"),
        );
        return (20, 100);
    }
    let sizes = (
        default.unwrap_or_else(|| 20.min(max.unwrap_or(20))),
        max.unwrap_or_else(|| 100.max(default.unwrap_or(100))),
    );
    if sizes.0 > sizes.1 {
        dx.push(
            Diagnostic::new(
                Code::FW505,
                args.tokens("default"),
                format!("a page of {} records is larger than the largest, {}", sizes.0, sizes.1),
            )
            .help(format!("write `page(default = {}, max = {})`", sizes.1, sizes.0)),
        );
        return (20, 100);
    }
    sizes
}

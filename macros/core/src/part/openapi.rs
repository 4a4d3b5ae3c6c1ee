//! OpenAPI: descriptions and examples; the schema itself is computed from the descriptor.

use super::Part;
use crate::diag::Diagnostics;
use crate::emit::Expansion;
use crate::model::{Field, Resource, names};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::Opt;
use quote::quote;
use syn::Path;

pub(crate) struct OpenApi;

const OPTIONS: &[OptionSpec] = &[OptionSpec {
    key: "example",
    place: Place::Field,
    takes: Takes::Text,
    default: "one of its type",
    doc: "A value for the documentation.",
    example: "example = \"Hello\"",
}];

impl Part for OpenApi {
    fn name(&self) -> &'static str {
        "openapi"
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn resource(&self, _opt: Opt<'_>, _model: &mut Resource, _dx: &Diagnostics) {}

    fn field(&self, opt: Opt<'_>, field: &mut Field, _dx: &Diagnostics) {
        field.example = opt.text();
    }

    fn emit(&self, model: &Resource, out: &mut Expansion) {
        let doc = ruled(&model.doc, &model.checks, "\n\n");
        if !doc.is_empty() {
            out.descriptor.push(quote!(doc: #doc));
        }
        for (index, field) in model.columns() {
            // A message says the same in better words, and the runtime knows it.
            let rules = if field.message.is_some() { &[][..] } else { &field.custom };
            let doc = ruled(&field.doc, rules, " ");
            if !doc.is_empty() {
                out.field(index, quote!(.doc(#doc)));
            }
            if let Some(example) = &field.example {
                out.field(index, quote!(.example(#example)));
            }
        }
    }
}

/// A doc comment, and after it what rules in Rust ask, by their names: nothing else is known of them.
fn ruled(doc: &str, rules: &[Path], between: &str) -> String {
    let names: Vec<String> = rules
        .iter()
        .filter_map(|path| path.segments.last())
        .map(|segment| names::plain(&segment.ident).replace('_', " "))
        .collect();
    match (doc, names.join(", ")) {
        (doc, names) if names.is_empty() => doc.to_owned(),
        ("", names) => format!("Rule: {names}."),
        (doc, names) => {
            let stop = if doc.ends_with(['.', '!', '?', ':']) { "" } else { "." };
            format!("{doc}{stop}{between}Rule: {names}.")
        }
    }
}

//! OpenAPI: descriptions and examples; the schema itself is computed from the descriptor.

use super::Part;
use crate::diag::Diagnostics;
use crate::emit::Expansion;
use crate::model::{Field, Resource};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::Opt;
use quote::quote;

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
        if !model.doc.is_empty() {
            let doc = &model.doc;
            out.descriptor.push(quote!(doc: #doc));
        }
        for (index, field) in model.columns() {
            if !field.doc.is_empty() {
                let doc = &field.doc;
                out.field(index, quote!(.doc(#doc)));
            }
            if let Some(example) = &field.example {
                out.field(index, quote!(.example(#example)));
            }
        }
    }
}

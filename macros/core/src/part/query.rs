//! Query: which fields lists may be filtered and sorted by.

use super::Part;
use super::validation::misplaced;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::emit::Expansion;
use crate::model::types::Shape;
use crate::model::{Field, Resource, Role};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::Opt;
use quote::quote;

pub(crate) struct Query;

const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        key: "filter",
        place: Place::Field,
        takes: Takes::Nothing,
        default: "off",
        doc: "Lists may be filtered by this field.",
        example: "filter",
    },
    OptionSpec {
        key: "sort",
        place: Place::Field,
        takes: Takes::Nothing,
        default: "off",
        doc: "Lists may be sorted by this field.",
        example: "sort",
    },
];

impl Part for Query {
    fn name(&self) -> &'static str {
        "query"
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn resource(&self, _opt: Opt<'_>, _model: &mut Resource, _dx: &Diagnostics) {}

    fn field(&self, opt: Opt<'_>, field: &mut Field, _dx: &Diagnostics) {
        let on = opt.flag().then(|| opt.span());
        match opt.spec.key {
            "filter" => field.filter = on,
            _ => field.sort = on,
        }
    }

    fn check(&self, model: &Resource, dx: &Diagnostics) {
        for (_, field) in model.columns() {
            for (word, span) in [("filter", field.filter), ("sort", field.sort)] {
                let Some(span) = span else { continue };
                let unreadable = match (field.hidden, field.write_only) {
                    (Some(_), _) => "hidden",
                    (_, Some(_)) => "write_only",
                    _ => {
                        if matches!(field.shape, Shape::Json | Shape::Bytes) {
                            dx.push(misplaced(
                                &proc_macro2::Ident::new(word, span),
                                field,
                                "has no order that clients could name",
                            ));
                        }
                        continue;
                    }
                };
                dx.push(
                    Diagnostic::at(
                        Code::FW310,
                        span,
                        format!("`{}` is `{unreadable}`, so `{word}` would tell what it holds", field.name),
                    )
                    .help(format!("remove `{word}`, or remove `{unreadable}`")),
                );
            }
        }
    }

    fn emit(&self, model: &Resource, out: &mut Expansion) {
        // The key and the times of a record have both already.
        let open =
            |f: &Field| !matches!(f.role, Role::Key | Role::CreatedAt | Role::UpdatedAt | Role::DeletedAt);
        for (index, field) in model.columns().filter(|(_, f)| open(f)) {
            if field.filter.is_some() {
                out.field(index, quote!(.filter()));
            }
            if field.sort.is_some() {
                out.field(index, quote!(.sort()));
            }
        }
    }
}

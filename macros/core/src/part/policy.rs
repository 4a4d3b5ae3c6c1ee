//! Policy: who may do what. A resource with routes has to say it.

use super::Part;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::emit::Expansion;
use crate::model::{Field, Policy as Said, Resource};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::Opt;
use quote::quote;

pub(crate) struct Policy;

const OPTIONS: &[OptionSpec] = &[OptionSpec {
    key: "policy",
    place: Place::Resource,
    takes: Takes::Word(&["public"]),
    default: "none: a resource with routes does not compile without",
    doc: "Who may do what; `public` is anyone anything.",
    example: "policy = public",
}];

impl Part for Policy {
    fn name(&self) -> &'static str {
        "policy"
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn resource(&self, opt: Opt<'_>, model: &mut Resource, _dx: &Diagnostics) {
        // A word that is not accepted has its own error: it is not also missing.
        let _ = opt.word();
        model.policy = Said::Public;
    }

    fn field(&self, _opt: Opt<'_>, _field: &mut Field, _dx: &Diagnostics) {}

    fn check(&self, model: &Resource, dx: &Diagnostics) {
        if model.policy == Said::Unsaid && model.actions() != 0 {
            dx.push(
                Diagnostic::new(
                    Code::FW602,
                    &model.ident,
                    format!(
                        "resource `{}` has routes but no policy, so every request would be refused",
                        model.ident
                    ),
                )
                .help("add `policy = public` if anyone may do anything: `#[resource(policy = public)]`")
                .help("add `internal` if it needs no routes: `#[resource(internal)]`"),
            );
        }
    }

    fn emit(&self, model: &Resource, out: &mut Expansion) {
        let p = &out.private;
        if model.internal.is_none() {
            out.descriptor.push(quote!(policy: #p::PolicyDescriptor::Public));
        }
    }
}

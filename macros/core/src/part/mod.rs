//! The slices of a resource. A part owns its options (what they are, how they fill the model, what has to hold)
//! and its entries of the descriptor. A new part is one file here, one line in [`PARTS`], and its runtime half.

mod bodies;
mod effect;
mod kept;
mod money;
mod openapi;
mod policy;
mod query;
mod relations;
mod routes;
mod tables;
mod validation;

pub use tables::depends_on_diesel;

use crate::diag::{Code, Diagnostic, Diagnostics, accepted, help_nearest, nearest};
use crate::emit::Expansion;
use crate::model::{Field, Resource};
use crate::spec::{OptionSpec, Place};
use crate::syntax::{Entry, EntryValue, Opt, entries};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

/// One slice of a resource.
pub(crate) trait Part: Sync {
    /// Its name, which is the name of its file on both sides.
    fn name(&self) -> &'static str;
    /// What can be asked of it.
    fn options(&self) -> &'static [OptionSpec];
    /// Fills an option of the resource into the model.
    fn resource(&self, opt: Opt<'_>, model: &mut Resource, dx: &Diagnostics);
    /// Fills an option of a field into the model.
    fn field(&self, opt: Opt<'_>, field: &mut Field, dx: &Diagnostics);
    /// Fills in what follows from the options of all parts.
    fn complete(&self, _model: &mut Resource, _dx: &Diagnostics) {}
    /// Says what can't be so.
    fn check(&self, _model: &Resource, _dx: &Diagnostics) {}
    /// Its entries of the descriptor, and what else it needs.
    fn emit(&self, _model: &Resource, _out: &mut Expansion) {}
}

/// Every part, in the order of the reference.
pub(crate) static PARTS: &[&dyn Part] = &[
    &tables::Tables,
    &kept::Kept,
    &bodies::Bodies,
    &query::Query,
    &validation::Validation,
    &money::Money,
    &relations::Relations,
    &routes::Routes,
    &policy::Policy,
    &openapi::OpenApi,
];

/// Every option of every part, with the name of its part.
pub(crate) fn specs() -> Vec<(&'static str, &'static OptionSpec)> {
    PARTS.iter().flat_map(|p| p.options().iter().map(|o| (p.name(), o))).collect()
}

fn find(place: Place, key: &str) -> Option<(&'static dyn Part, &'static OptionSpec)> {
    PARTS.iter().find_map(|p| p.options().iter().find(|o| o.place == place && o.key == key).map(|o| (*p, o)))
}

fn keys(place: Place) -> Vec<&'static str> {
    let mut keys: Vec<_> = specs().iter().filter(|(_, o)| o.place == place).map(|(_, o)| o.key).collect();
    keys.sort_unstable();
    keys
}

/// Fills all that `#[resource(…)]` and the `#[field(…)]` say into the model.
pub(crate) fn lower(args: TokenStream, model: &mut Resource, dx: &Diagnostics) {
    let of = format!("resource `{}`", model.ident);
    let written = entries(args, "`#[resource]`", dx);
    known(&written, Place::Resource, &of, "`#[resource]`", dx, |part, opt| {
        model.said.push(opt.key.clone());
        part.resource(opt, model, dx);
    });
    for field in &mut model.fields {
        let mut written = Vec::new();
        for attr in field.attrs.iter().filter(|a| a.path().is_ident("field")) {
            match attr.meta.require_list() {
                Ok(list) => {
                    written.extend(entries(list.tokens.clone(), &format!("field `{}`", field.name), dx))
                }
                Err(_) => dx.push(
                    Diagnostic::new(
                        Code::FW206,
                        &attr.meta,
                        format!("`#[field]` of `{}` has no options", field.name),
                    )
                    .help("write `#[field(…)]` with options in the parentheses, or remove it"),
                ),
            }
        }
        let of = format!("field `{}`", field.name);
        known(&written, Place::Field, &of, &of, dx, |part, opt| {
            field.said.push(opt.key.clone());
            part.field(opt, field, dx);
        });
    }
    for part in PARTS {
        part.complete(model, dx);
    }
}

/// Hands each entry to its part, if it is known, in its place, and given once.
fn known(
    written: &[Entry],
    place: Place,
    of: &str,
    accepts: &str,
    dx: &Diagnostics,
    mut take: impl FnMut(&'static dyn Part, Opt<'_>),
) {
    let mut seen: Vec<&Ident> = Vec::new();
    for entry in written {
        let word = entry.key.to_string();
        let Some((part, spec)) = find(place, &word) else {
            dx.push(unknown(entry, place, accepts));
            continue;
        };
        if let Some(first) = seen.iter().find(|k| ***k == entry.key)
            && !spec.repeats()
        {
            dx.push(
                Diagnostic::new(Code::FW203, &entry.key, format!("option `{word}` is set twice for {of}"))
                    .note(format!("it is first set on line {}", first.span().start().line))
                    .help("remove one of the two"),
            );
            continue;
        }
        seen.push(&entry.key);
        take(part, Opt::new(entry, spec, dx));
    }
}

fn unknown(entry: &Entry, place: Place, of: &str) -> Diagnostic {
    let word = entry.key.to_string();
    let (code, other) = match place {
        Place::Resource => (Code::FW201, Place::Field),
        _ => (Code::FW202, Place::Resource),
    };
    // A word that is right elsewhere, unless one that is right here is meant.
    if find(other, &word).is_some() {
        let written = match &entry.value {
            EntryValue::Nothing => word.clone(),
            EntryValue::Equals(value) => format!("{word} = {value}"),
            EntryValue::List(group) => format!("{word}{}", group.to_token_stream()),
        };
        let (is, to) = match other {
            Place::Resource => {
                ("of the resource, not of a field", format!("to the struct: `#[resource({written})]`"))
            }
            _ => ("of a field, not of the resource", format!("to the field: `#[field({written})]`")),
        };
        return Diagnostic::new(Code::FW204, &entry.key, format!("`{word}` is an option {is}"))
            .help(format!("move it {to}"));
    }
    let accepts = keys(place);
    let hint = help_nearest(&word, &accepts).or_else(|| {
        nearest(&word, &keys(other))
            .map(|n| format!("did you mean `{n}`, which is an option of `{}`?", other.attribute()))
    });
    let shown = near_first(&word, &accepts);
    Diagnostic::new(code, &entry.key, format!("unknown option `{word}` for {of}"))
        .maybe_help(hint)
        .note(format!("`{}` accepts {}", place.attribute(), accepted(&shown)))
}

/// The accepted names, those with the same first letter before the others: a list that is cut shows what is near.
fn near_first<'a>(word: &str, names: &[&'a str]) -> Vec<&'a str> {
    let (mut near, far): (Vec<_>, Vec<_>) =
        names.iter().partition(|n| n.chars().next() == word.chars().next());
    near.extend(far);
    near
}

/// Says what can't be so, part by part.
pub(crate) fn check(model: &Resource, dx: &Diagnostics) {
    for part in PARTS {
        part.check(model, dx);
    }
    effect::check(model, dx);
}

/// A field that an option names but the resource does not have.
fn no_such_field(model: &Resource, option: &str, word: &Ident) -> Diagnostic {
    let names: Vec<&str> = model.columns().map(|(_, f)| f.name.as_str()).collect();
    Diagnostic::new(
        Code::FW403,
        word,
        format!("`{option}` names the field `{word}`, which `{}` doesn't have", model.ident),
    )
    .maybe_help(help_nearest(&word.to_string(), &names))
    .note(format!("`{}` has the fields {}", model.ident, accepted(&names)))
}

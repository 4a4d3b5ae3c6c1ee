//! Options that would say nothing where they stand. What is accepted has an effect, so these are refused, each on
//! its own word.

use super::bodies::looks_secret;
use super::money::looks_like_money;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::{Field, Resource, Role};
use proc_macro2::Ident;

/// Reports every option of the resource and of its fields that nothing would ever read.
pub(super) fn check(model: &Resource, dx: &Diagnostics) {
    for field in &model.fields {
        if field.skip {
            skipped(field, dx);
            continue;
        }
        for word in &field.said {
            if let Some(diagnostic) = of_field(field, word) {
                dx.push(diagnostic);
            }
        }
    }
    if model.internal.is_some() {
        internal(model, dx);
    }
}

/// A skipped field has no column, so nothing can be said of one.
fn skipped(field: &Field, dx: &Diagnostics) {
    // A key that is skipped has an error of its own.
    for word in field.said.iter().filter(|w| *w != "skip" && *w != "id") {
        dx.push(
            Diagnostic::new(
                Code::FW208,
                word,
                format!("`{}` is skipped, so it has no column that `{word}` could be said of", field.name),
            )
            .help(format!("remove `{word}`, or remove `skip`")),
        );
    }
}

fn of_field(field: &Field, word: &Ident) -> Option<Diagnostic> {
    let name = &field.name;
    let key = word.to_string();
    let kept = !matches!(field.role, Role::Plain | Role::Key);
    let (headline, help) = match key.as_str() {
        "default" if kept => (
            format!("the framework writes `{name}`, so its `default` would never be used"),
            "remove `default`".to_owned(),
        ),
        "custom" if kept => (
            format!("the framework writes `{name}`, so `custom` has nothing to refuse"),
            "remove `custom`".to_owned(),
        ),
        "write_only" if kept => (
            format!("the framework writes `{name}`, so no client could set it"),
            "use `hidden`, or remove `write_only`".to_owned(),
        ),
        "hidden" | "write_only" if field.role == Role::Key => (
            format!("`{name}` is the primary key, which stands in the path of its record"),
            format!(
                "remove `{word}`; for a key that tells nothing leave the field `id` out, and it is added"
            ),
        ),
        "exposed" if !looks_secret(field) => (
            format!("`{name}` doesn't look like a secret, so `exposed` says nothing"),
            "remove `exposed`".to_owned(),
        ),
        "approximate" if !looks_like_money(field) => (
            format!("`{name}` doesn't look like an amount of money, so `approximate` says nothing"),
            "remove `approximate`".to_owned(),
        ),
        "example" if field.hidden.is_some() => (
            format!("`{name}` is `hidden`, so no documentation shows its `example`"),
            "remove `example`, or remove `hidden`".to_owned(),
        ),
        _ => return None,
    };
    Some(Diagnostic::new(Code::FW208, word, headline).help(help))
}

/// A resource without routes has no path, nobody to guard it from, and no list that clients sort.
fn internal(model: &Resource, dx: &Diagnostics) {
    let name = &model.ident;
    for word in model.said.iter().filter(|w| *w == "policy" || *w == "path") {
        let what =
            if word == "path" { "has no routes to put under a path" } else { "has no routes to guard" };
        dx.push(
            Diagnostic::new(Code::FW208, word, format!("resource `{name}` is `internal`, so it {what}"))
                .help(format!("remove `{word}`, or remove `internal`")),
        );
    }
    // One is enough: the others have the same cause.
    let mut readable =
        model.fields.iter().filter(|f| !f.skip && f.hidden.is_none() && f.write_only.is_none());
    if let Some((field, span)) = readable.find_map(|f| Some((f, f.sort?))) {
        dx.push(
            Diagnostic::at(
                Code::FW208,
                span,
                format!("resource `{name}` is `internal`, so no list is sorted by `{}`", field.name),
            )
            .help("remove `sort`, or remove `internal`"),
        );
    }
}

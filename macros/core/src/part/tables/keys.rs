//! Unique keys and indexes: what fields they can be over, how large they get, and what their error codes look like.

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::types::Shape;
use crate::model::{Field, Key, Resource, Role, Rule, names};
use crate::part::no_such_field;
use proc_macro2::Ident;
use syn::LitStr;

/// How many bytes of values every database can put into one key: a third of a page of PostgreSQL, less what it needs
/// itself, is the least.
const LARGEST: u32 = 2600;

/// Reports what no key can be made of.
pub(super) fn check(model: &Resource, dx: &Diagnostics) {
    name_fields(model, dx);
    have_indexable_types(model, dx);
    fit(model, dx);
    codes(model, dx);
}

/// The keys over several fields, with the option that makes them.
fn written(model: &Resource) -> impl Iterator<Item = (&'static str, &Key)> {
    model.uniques.iter().map(|k| ("unique", k)).chain(model.indexes.iter().map(|k| ("index", k)))
}

fn name_fields(model: &Resource, dx: &Diagnostics) {
    for (option, key) in written(model) {
        let mut seen = Vec::new();
        for word in &key.fields {
            if model.column(&names::plain(word)).is_none() {
                dx.push(no_such_field(model, option, word));
            } else if seen.contains(&word) {
                dx.push(
                    Diagnostic::new(Code::FW203, word, format!("`{option}` names the field `{word}` twice"))
                        .help("remove one of the two"),
                );
            }
            seen.push(word);
        }
    }
}

/// What has no bound, and so no index over all of it.
fn unbounded(field: &Field) -> Option<&'static str> {
    if field.unbounded.is_some() {
        Some("text without a bound")
    } else if matches!(field.shape, Shape::Json) {
        Some("JSON")
    } else if matches!(field.shape, Shape::Bytes) {
        Some("bytes without a bound")
    } else {
        None
    }
}

fn have_indexable_types(model: &Resource, dx: &Diagnostics) {
    let single = model.columns().filter(|(_, f)| f.unique.is_some() || f.index).map(|(_, f)| (&f.ident, f));
    let several = written(model)
        .flat_map(|(_, k)| &k.fields)
        .filter_map(|w| Some((w, model.column(&names::plain(w))?.1)));
    for (word, field) in single.chain(several) {
        if let Some(what) = unbounded(field).filter(|_| field.role == Role::Plain) {
            dx.push(
                Diagnostic::new(
                    Code::FW404,
                    word,
                    format!("`{}` is {what}, which no database can index whole", field.name),
                )
                .help("take it out of the key, or give it a bound: `#[field(length(max = 190))]`"),
            );
        }
    }
}

/// The characters that text has at most, and the bytes that a value has at most.
fn size(field: &Field) -> (u32, u32) {
    let max = field.rules.iter().find_map(|r| match r.rule {
        Rule::Length(_, max) => max,
        _ => None,
    });
    match field.shape {
        Shape::Text => {
            let characters = max.unwrap_or(255);
            (characters, characters.saturating_mul(4))
        }
        // An enum has short names; a newtype over text says its length, or is taken for one.
        Shape::Other => (0, max.map_or(64, |m| m.saturating_mul(4))),
        _ => (0, 16),
    }
}

fn fit(model: &Resource, dx: &Diagnostics) {
    let single = model
        .columns()
        .filter(|(_, f)| f.unique.is_some() || f.index || f.role == Role::Key)
        .map(|(_, f)| vec![(&f.ident, f)]);
    let several = written(model).map(|(_, key)| {
        key.fields.iter().filter_map(|w| Some((w, model.column(&names::plain(w))?.1))).collect::<Vec<_>>()
    });
    for key in single.chain(several) {
        let bytes = key.iter().fold(0u32, |all, (_, f)| all.saturating_add(size(f).1));
        let whole = key.iter().all(|(_, f)| unbounded(f).is_none());
        let Some((word, longest)) = key.iter().max_by_key(|(_, f)| size(f).1).filter(|_| whole) else {
            continue;
        };
        if bytes > LARGEST {
            let fields: Vec<&Field> = key.iter().map(|(_, f)| *f).collect();
            dx.push(too_large(word, longest, &fields, bytes));
        }
    }
}

fn too_large(word: &Ident, longest: &Field, fields: &[&Field], bytes: u32) -> Diagnostic {
    let texts = fields.iter().filter(|f| size(f).1 > 64).count().max(1);
    let others: u32 = fields.iter().map(|f| size(f).1).filter(|n| *n <= 64).sum();
    // What every text of the key may have when they share alike, rounded to what people write.
    let share = LARGEST.saturating_sub(others) / u32::try_from(texts).unwrap_or(1) / 4 / 10 * 10;
    let of = fields.iter().map(|f| format!("`{}`", f.name)).collect::<Vec<_>>().join(", ");
    Diagnostic::new(
        Code::FW404,
        word,
        format!(
            "a key over {of} can have {bytes} bytes, and not every database can index more than {LARGEST}"
        ),
    )
    .help(format!("bound the text: `#[field(length(max = {share}))]` on `{}`", longest.name))
    .note("a character has up to four bytes, and text without `length` up to 255 characters")
}

/// An error code is for machines: words in lower case with dots between them, unlike those of the framework.
fn codes(model: &Resource, dx: &Diagnostics) {
    let single = model.fields.iter().filter_map(|f| f.unique.as_ref()?.as_ref());
    let several = model.uniques.iter().filter_map(|k| k.code.as_ref());
    let all: Vec<&LitStr> = single.chain(several).collect();
    for (at, code) in all.iter().enumerate() {
        let text = code.value();
        if !usable(&text) {
            let name = &model.singular;
            dx.push(
                Diagnostic::new(Code::FW206, code, format!("`{text}` can't be an error code"))
                    .help(format!("write two words in lower case with a dot: `code = \"{name}.taken\"`")),
            );
        } else if all.iter().take(at).any(|c| c.value() == text) {
            dx.push(
                Diagnostic::new(
                    Code::FW203,
                    code,
                    format!("two keys of `{}` have the code `{text}`", model.ident),
                )
                .help("give each its own, so that clients can tell them apart"),
            );
        }
    }
}

fn usable(code: &str) -> bool {
    let word = |w: &str| {
        w.starts_with(|c: char| c.is_ascii_lowercase())
            && w.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    code.contains('.') && code.split('.').all(word)
}

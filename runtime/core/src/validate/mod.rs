//! Validation by descriptor: one table of rules for every channel, every failing field at once, by its wire name.
//!
//! The same table makes the CHECK constraints and the OpenAPI schema; the checks themselves are garde's functions.

mod rules;

pub use crate::json::Purpose;

use crate::descriptor::{Access, FieldDescriptor, ResourceDescriptor};
use crate::error::{Error, FieldError, Result};
use crate::json::write::int;
use crate::query::{decimal, expected};
use crate::record::{Record, Values};
use crate::types::{Date, Time, Timestamp};
use crate::value::{Kind, ValueRef};

/// Checks values against everything that the descriptor says of them.
///
/// For a create or a replacement the values are the whole record (defaults filled in or not), so that what is required
/// has to be there, and the rules over the whole record (`#[resource(check = …)]`) are asked; for an update they are some
/// fields, and the write path asks [`checks`] with the changed record.
///
/// # Errors
/// 422 `validation` with every failing field.
pub fn validate(descriptor: &ResourceDescriptor, values: &Values, purpose: Purpose) -> Result<()> {
    let mut errors = Vec::new();
    fields(descriptor, values, purpose, &mut errors);
    if purpose != Purpose::Update {
        checks(descriptor, values, &mut errors);
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::validation(errors)) }
}

/// Notes every field that is missing or not valid.
pub fn fields(
    descriptor: &ResourceDescriptor,
    values: &Values,
    purpose: Purpose,
    errors: &mut Vec<FieldError>,
) {
    for (index, field) in (0u16..).zip(descriptor.fields) {
        match values.get(index) {
            Some(value) => {
                one(field, value.borrow(), errors);
                if index == descriptor.key && purpose == Purpose::Create {
                    address(field, value.borrow(), errors);
                }
            }
            None if missing(descriptor, index, field, purpose) => {
                note(errors, field.name, "is required".to_owned())
            }
            None => {}
        }
    }
}

/// Texts that can't be the last part of an address, or are one already: `POST /posts/query`, `POST /posts/bulk`.
const RESERVED: [&str; 5] = ["", ".", "..", "query", "bulk"];

/// Notes a key that no address would lead to.
fn address(field: &FieldDescriptor, key: ValueRef<'_>, errors: &mut Vec<FieldError>) {
    if let ValueRef::Text(key) = key
        && RESERVED.contains(&key)
    {
        note(errors, field.name, "must not be empty, `.`, `..`, `query` or `bulk`".to_owned());
    }
}

/// Asks the rules over the whole record. A message without a field of its own stands under `_`.
pub fn checks(descriptor: &ResourceDescriptor, values: &Values, errors: &mut Vec<FieldError>) {
    for check in descriptor.checks {
        let Err(error) = check(values) else { continue };
        if error.fields().is_empty() {
            note(errors, "_", error.message().to_owned());
        }
        for failed in error.fields() {
            for message in &failed.messages {
                note(errors, &failed.field, message.clone());
            }
        }
    }
}

/// How many fields an answer names: a hostile body can be wrong in ten thousand places, and nobody reads them all.
const NAMED: usize = 100;

/// Adds a message for a field, unless a hundred have one already.
pub fn note(errors: &mut Vec<FieldError>, field: &str, message: String) {
    let full = errors.len() >= NAMED;
    match errors.iter_mut().find(|e| e.field == field) {
        Some(e) if e.messages.contains(&message) => {}
        Some(e) => e.messages.push(message),
        None if full => {}
        None => errors.push(FieldError { field: field.to_owned(), messages: vec![message] }),
    }
}

/// What `impl garde::Validate for CreatePost` (and `UpdatePost`) calls in its `validate_into`: with it, the bodies of
/// resources nest in garde types of the application.
///
/// ```ignore
/// impl garde::Validate for CreatePost {
///     type Context = ();
///     fn validate_into(&self, _: &(), parent: &mut dyn FnMut() -> garde::Path, report: &mut garde::Report) {
///         framewright_core::validate::report(self, Purpose::Create, parent, report);
///     }
/// }
/// ```
pub fn report(
    body: &dyn Record,
    purpose: Purpose,
    parent: &mut dyn FnMut() -> garde::Path,
    report: &mut garde::Report,
) {
    let (descriptor, values) = (body.descriptor(), body.values());
    let mut errors = Vec::new();
    fields(descriptor, &values, purpose, &mut errors);
    if purpose != Purpose::Update {
        checks(descriptor, &values, &mut errors);
    }
    for error in errors {
        for message in error.messages {
            report.append(parent().join(error.field.clone()), garde::Error::new(message));
        }
    }
}

/// The error of a garde report: what `Valid<…>` answers with when a type of the application is not valid.
#[must_use]
pub fn of_report(report: &garde::Report) -> Error {
    let mut errors = Vec::new();
    for (path, error) in report.iter() {
        let path = path.to_string();
        note(&mut errors, if path.is_empty() { "_" } else { &path }, error.message().to_owned());
    }
    Error::validation(errors)
}

/// Whether an absent field is a mistake.
fn missing(descriptor: &ResourceDescriptor, index: u16, field: &FieldDescriptor, purpose: Purpose) -> bool {
    let kept = &descriptor.kept;
    let own = [
        kept.created_at,
        kept.updated_at,
        kept.deleted_at,
        kept.version,
        kept.tenant_id,
        kept.created_by,
        kept.updated_by,
    ];
    field.required()
        && !own.contains(&Some(index))
        && match purpose {
            Purpose::Create => true,
            // What clients can't read they can't send back: absent, it stays as it is.
            Purpose::Replace => field.access.has(purpose.access() | Access::READ),
            Purpose::Update => false,
        }
}

/// Notes what is wrong with the value of one field.
fn one(field: &FieldDescriptor, value: ValueRef<'_>, errors: &mut Vec<FieldError>) {
    if value.is_null() {
        if !field.facts.nullable {
            note(errors, field.name, "must not be null".to_owned());
        }
        return;
    }
    if let Err(message) = of_type(field, &value) {
        // A rule over a value of another type would only repeat this.
        return note(errors, field.name, message);
    }
    let mut broken: Vec<String> = field.rules.iter().filter_map(|rule| rules::broken(rule, &value)).collect();
    broken.extend(field.custom.iter().filter_map(|rule| rule(value.clone()).err()));
    match field.message {
        Some(message) if !broken.is_empty() => note(errors, field.name, message.to_owned()),
        _ => broken.into_iter().for_each(|message| note(errors, field.name, message)),
    }
}

/// Whether the value is one of the column's type, so that every database keeps it as it is.
fn of_type(field: &FieldDescriptor, value: &ValueRef<'_>) -> Result<(), String> {
    let or = |fits: bool, message: &str| if fits { Ok(()) } else { Err(message.to_owned()) };
    match (field.kind(), value) {
        (Kind::Bool, ValueRef::Bool(_))
        | (Kind::Bytes, ValueRef::Bytes(_))
        | (Kind::Uuid, ValueRef::Uuid(_)) => Ok(()),
        (Kind::I16 | Kind::I32 | Kind::I64, ValueRef::I64(v)) => {
            let (min, max) = field.facts.bounds.unwrap_or((i64::MIN, i64::MAX));
            if (min..=max).contains(v) { Ok(()) } else { Err(format!("must be from {min} to {max}")) }
        }
        (Kind::F64, ValueRef::F64(v)) => or(v.is_finite(), "must be a finite number"),
        (Kind::Text, ValueRef::Text(v)) => text(field, v),
        (Kind::Decimal, ValueRef::Decimal(v)) => decimal(field, *v).map(drop),
        (Kind::Timestamp, ValueRef::Timestamp(v)) => {
            or(Timestamp::from_micros(*v).is_some(), "must be in the years 1 to 9999")
        }
        (Kind::Date, ValueRef::Date(v)) => {
            or(Date::from_days(*v).is_some(), "must be in the years 1 to 9999")
        }
        (Kind::Time, ValueRef::Time(v)) => or(Time::from_micros(*v).is_some(), "must be before 24:00"),
        (Kind::Json, ValueRef::Json(v)) => or(!crate::json::has_nul(v), NUL),
        _ => Err(expected(field)),
    }
}

const NUL: &str = "must not contain U+0000";

fn text(field: &FieldDescriptor, text: &str) -> Result<(), String> {
    if text.contains('\0') {
        return Err(NUL.to_owned());
    }
    if field.facts.options.is_some_and(|o| !o.contains(&text)) {
        return Err(expected(field));
    }
    let by_rule = field.rules.iter().any(|r| matches!(r, crate::rule::Rule::Length { max: Some(_), .. }));
    match field.max_length {
        // Bytes bound characters, so that most texts need not be counted.
        Some(max) if !by_rule && text.len() > max as usize && text.chars().count() > max as usize => {
            Err(format!("must be at most {max} characters long"))
        }
        _ => Ok(()),
    }
}

/// A value as messages show it: numbers without quotes.
fn shown(value: i64) -> String {
    let mut out = Vec::new();
    int(&mut out, value);
    String::from_utf8(out).unwrap_or_default()
}

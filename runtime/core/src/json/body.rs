//! The body of a request → [`Values`], by descriptor: strict, and with every mistake at once.

use super::reader::{Limits, Reader, Token};
use super::scalar;
use crate::descriptor::{Access, FieldDescriptor, ResourceDescriptor};
use crate::error::{Error, FieldError, Result};
use crate::record::Values;
use crate::suggest::nearest;
use crate::validate::{self, note};
use crate::value::{Kind, Value};

/// What values are for: which fields a client may give, and what an absent one means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// a new record: absent fields get their defaults, or null
    Create,
    /// some changes: absent fields stay as they are
    Update,
    /// the whole record anew: absent fields get their defaults, or null
    Replace,
}

impl Purpose {
    /// The right that a field needs to be given by a client.
    #[must_use]
    pub const fn access(self) -> u16 {
        match self {
            Self::Create => Access::CREATE,
            Self::Update | Self::Replace => Access::UPDATE,
        }
    }
}

/// The values of a body, and what was wrong with the others.
#[derive(Debug)]
pub struct Body {
    /// the values that could be read
    pub values: Values,
    /// every mistake, by wire name
    pub errors: Vec<FieldError>,
}

/// Reads the body of a create, an update or a replacement.
///
/// The body of an update of a `versioned` resource may have the `version` that the client has seen; it is then in the
/// values, where the write takes it for the version to compare with.
///
/// # Errors
/// 400 `json.malformed`, `json.too_deep` or `json.too_large` with line and column when it is not JSON or too much of it;
/// 422 `validation` with every failing field, also those that break a rule of their own, when a field is unknown, may not
/// be set, is there twice or has a value of another type.
///
/// ```ignore
/// let values = json::read(Post::DESCRIPTOR, br#"{"title":"Hello"}"#, Purpose::Create)?;
/// ```
pub fn read(descriptor: &'static ResourceDescriptor, bytes: &[u8], purpose: Purpose) -> Result<Values> {
    let mut reader = Reader::new(bytes, Limits::default())?;
    let token = reader.value()?;
    if token != Token::Map {
        reader.finish(token)?;
        reader.end()?;
        return Err(Error::validation(Vec::new()).field("_", "must be a JSON object"));
    }
    let body = read_body(&mut reader, descriptor, purpose)?;
    reader.end()?;
    body.finish(descriptor, purpose)
}

impl Body {
    /// The values, if there was no mistake; else all mistakes, those against the rules of the fields included.
    ///
    /// # Errors
    /// 422 `validation`.
    pub fn finish(mut self, descriptor: &'static ResourceDescriptor, purpose: Purpose) -> Result<Values> {
        if self.errors.is_empty() {
            return Ok(self.values);
        }
        let failed: Vec<String> = self.errors.iter().map(|e| e.field.clone()).collect();
        let mut further = Vec::new();
        validate::fields(descriptor, &self.values, purpose, &mut further);
        self.errors.extend(further.into_iter().filter(|e| !failed.contains(&e.field)));
        Err(Error::validation(self.errors))
    }
}

/// Reads the members of an object whose `{` was read: the values of one record.
///
/// # Errors
/// 400 when it is not JSON. What is wrong with the fields is in [`Body::errors`].
pub fn read_body(
    reader: &mut Reader<'_>,
    descriptor: &'static ResourceDescriptor,
    purpose: Purpose,
) -> Result<Body> {
    let mut body = Body { values: Values::of(descriptor), errors: Vec::new() };
    let mut wrong: Vec<String> = Vec::new();
    while let Some(name) = reader.key()? {
        let Some((index, field)) = settable(descriptor, &name, purpose) else {
            reader.skip()?;
            note(&mut body.errors, &shown(&name), refusal(descriptor, &name, purpose));
            continue;
        };
        let read = if field.kind() == Kind::Json { json(reader, field)? } else { plain(reader, field)? };
        if body.values.get(index).is_some() || wrong.iter().any(|w| *w == name) {
            body.values.unset(index);
            wrong.push(name.into_owned());
            note(&mut body.errors, field.name, "is given more than once".to_owned());
            continue;
        }
        match read {
            Ok(value) => body.values.set(index, value),
            Err(message) => {
                wrong.push(name.into_owned());
                note(&mut body.errors, field.name, message);
            }
        }
    }
    Ok(body)
}

/// The field of this name, if a client may give it for this purpose.
pub(super) fn settable(
    descriptor: &'static ResourceDescriptor,
    name: &str,
    purpose: Purpose,
) -> Option<(u16, &'static FieldDescriptor)> {
    descriptor.field_named(name).filter(|(index, field)| {
        let seen = purpose != Purpose::Create && descriptor.kept.version == Some(*index);
        field.access.has(purpose.access()) || seen
    })
}

/// Why a name cannot be given. A field that may neither be read nor set is as unknown as any other word.
pub(super) fn refusal(descriptor: &'static ResourceDescriptor, name: &str, purpose: Purpose) -> String {
    if let Some((_, field)) = descriptor.field_named(name) {
        if purpose != Purpose::Create && field.access.has(Access::CREATE) {
            return "can't be changed once the record is created".to_owned();
        }
        if field.access.has(Access::READ) {
            return "can't be set".to_owned();
        }
    }
    let known = descriptor.fields.iter().filter(|f| f.access.has(purpose.access())).map(|f| f.name);
    // What is longer than any field was not meant to be one.
    match Some(name).filter(|n| n.len() <= 64).and_then(|name| nearest(name, known)) {
        Some(near) => format!("is not a field; did you mean `{near}`?"),
        None => "is not a field".to_owned(),
    }
}

/// What a client wrote, short enough to stand in an answer.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn plain(reader: &mut Reader<'_>, field: &FieldDescriptor) -> Result<Result<Value, String>> {
    let token = reader.value()?;
    let read = scalar::of_token(field, &token);
    reader.finish(token)?;
    Ok(read)
}

/// How deep the JSON in a column may be nested: as deep as the least of the databases keeps it, which is MariaDB.
const COLUMN_DEPTH: usize = 31;

fn json(reader: &mut Reader<'_>, field: &FieldDescriptor) -> Result<Result<Value, String>> {
    let skipped = reader.skip()?;
    Ok(match skipped {
        s if s.text == "null" && field.facts.nullable => Ok(Value::Null),
        s if s.text == "null" => Err("must not be null".to_owned()),
        s if s.depth > COLUMN_DEPTH => Err(format!("must not be nested more than {COLUMN_DEPTH} deep")),
        s if s.nul => Err("must not contain U+0000".to_owned()),
        super::reader::Skipped { twice: Some(key), .. } => {
            Err(format!("has the key `{}` more than once", shown(&key)))
        }
        s => of_shape(field, s.text),
    })
}

/// A JSON text for a field of kind JSON, if it has the form that the field's Rust type reads.
///
/// # Errors
/// Where it has not, without the names of Rust's types.
pub(super) fn of_shape(field: &FieldDescriptor, text: &str) -> Result<Value, String> {
    match field.facts.shape.map_or(Ok(()), |fits| fits(text)) {
        Ok(()) => Ok(Value::Json(text.to_owned())),
        Err(at) => Err(format!("does not have the expected form (at character {at} of its JSON)")),
    }
}

//! Several writes of one resource in one transaction: `POST /posts/bulk`.
//!
//! ```json
//! { "operations": [
//!     { "op": "create", "data": { "title": "New" } },
//!     { "op": "update", "id": "0192…", "version": 3, "data": { "title": "Newer" } },
//!     { "op": "replace", "id": "0192…", "version": 3, "data": { "title": "Newest", "body": "…" } },
//!     { "op": "delete", "id": "0192…", "version": 4 },
//!     { "op": "restore", "id": "0192…", "version": 5 } ] }
//! ```

use super::answer::{Form, Written};
use super::draft::{Action, Draft, Expected};
use super::run;
use crate::scope::CxData;
use framewright_core::descriptor::Actions;
use framewright_core::json::{self, Limits, Number, Purpose, Reader, Token};
use framewright_core::validate::note;
use framewright_core::{Cx, Error, ErrorKind, ResourceDescriptor, Result, Value, Values};
use std::collections::HashSet;

/// How many operations a bulk may have.
pub const BULK_LIMIT: usize = 1_000;

/// One write of a bulk.
#[derive(Debug, Clone)]
pub struct Operation {
    /// what to do
    pub action: Action,
    /// the record; null for a create
    pub key: Value,
    /// the fields
    pub values: Values,
    /// the version to find
    pub expected: Expected,
}

/// Reads the body of a bulk.
///
/// # Errors
/// 400 when it is not JSON; 422 with every mistake of every operation, by its path: `operations[2].data.title`.
pub fn read_bulk(descriptor: &'static ResourceDescriptor, bytes: &[u8]) -> Result<Vec<Operation>> {
    // The values of a thousand records are more than those of one.
    let mut reader = Reader::new(bytes, Limits { values: 100_000, ..Limits::default() })?;
    let mut errors = Vec::new();
    let mut operations = Vec::new();
    let mut found = false;
    let token = reader.value()?;
    if token == Token::Map {
        while let Some(name) = reader.key()? {
            match reader.value()? {
                Token::List if name == "operations" && !found => {
                    found = true;
                    let mut n = 0;
                    while reader.item()? {
                        let one = operation(&mut reader, descriptor, n, &mut errors)?;
                        operations.extend(one.filter(|_| n < BULK_LIMIT));
                        n += 1;
                    }
                    if n > BULK_LIMIT {
                        note(&mut errors, "operations", format!("may be at most {BULK_LIMIT}"));
                    }
                }
                token => {
                    reader.finish(token)?;
                    let message = match name.as_ref() {
                        "operations" if found => "is given more than once",
                        "operations" => "must be a list of operations",
                        _ => "is not a field; the only one is `operations`",
                    };
                    found |= name == "operations";
                    note(&mut errors, &short(&name), message.to_owned());
                }
            }
        }
    } else {
        reader.finish(token)?;
    }
    reader.end()?;
    if !found {
        note(&mut errors, "operations", "is required".to_owned());
    }
    if errors.is_empty() { Ok(operations) } else { Err(Error::validation(errors)) }
}

type Errors = Vec<framewright_core::error::FieldError>;

/// The members of one operation, as they were found.
#[derive(Default)]
struct Raw<'a> {
    op: Option<String>,
    id: Option<Value>,
    version: Option<i64>,
    data: Option<&'a str>,
}

/// What a client wrote, short enough to stand in an answer.
fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

fn operation(
    reader: &mut Reader<'_>,
    d: &'static ResourceDescriptor,
    n: usize,
    errors: &mut Errors,
) -> Result<Option<Operation>> {
    let at = |name: &str| format!("operations[{n}].{name}");
    let before = errors.len();
    let token = reader.value()?;
    if token != Token::Map {
        reader.finish(token)?;
        note(errors, &format!("operations[{n}]"), "must be an object".to_owned());
        return Ok(None);
    }
    let mut raw = Raw::default();
    let mut seen = HashSet::new();
    while let Some(name) = reader.key()? {
        if !seen.insert(name.to_string()) {
            note(errors, &at(&short(&name)), "is given more than once".to_owned());
        }
        if name == "data" {
            // What it is for is known only when `op` is, which may come later.
            let data = reader.skip()?;
            raw.data = Some(data.text);
        } else {
            let token = reader.value()?;
            let mut wrong = |message: &str| note(errors, &at(&short(&name)), message.to_owned());
            match (name.as_ref(), &token) {
                ("op", Token::Text(op)) => raw.op = Some(op.to_string()),
                ("op", _) => wrong("must be text"),
                ("id", Token::Text(id)) => match json::key(d.key_field(), id) {
                    Some(key) => raw.id = Some(key),
                    None => wrong("is not a key of this resource"),
                },
                ("id", Token::Number(Number::Integer(id))) => match json::key(d.key_field(), &id.to_string())
                {
                    Some(key) => raw.id = Some(key),
                    None => wrong("is not a key of this resource"),
                },
                ("id", _) => wrong("is not a key of this resource"),
                ("version", Token::Number(Number::Integer(v))) if d.kept.version.is_some() => {
                    raw.version = Some(*v)
                }
                ("version", _) if d.kept.version.is_some() => wrong("must be an integer"),
                _ => wrong("is not a field; there are `op`, `id`, `version` and `data`"),
            }
            reader.finish(token)?;
        }
    }
    let operation = assemble(d, raw, n, errors)?;
    Ok(operation.filter(|_| errors.len() == before))
}

fn assemble(
    d: &'static ResourceDescriptor,
    raw: Raw<'_>,
    n: usize,
    errors: &mut Errors,
) -> Result<Option<Operation>> {
    let at = |name: &str| format!("operations[{n}].{name}");
    let known = [
        ("create", Action::Create, Actions::CREATE, Some(Purpose::Create)),
        ("update", Action::Update, Actions::UPDATE, Some(Purpose::Update)),
        ("replace", Action::Replace, Actions::UPDATE, Some(Purpose::Replace)),
        ("delete", Action::Delete, Actions::DELETE, None),
        ("restore", Action::Restore, Actions::RESTORE, None),
    ];
    let usable =
        |right: u16| d.actions.has(right) && (right != Actions::RESTORE || d.kept.deleted_at.is_some());
    let found = known.iter().find(|k| Some(k.0) == raw.op.as_deref() && usable(k.2));
    let Some((_, action, _, purpose)) = found else {
        if !errors.iter().any(|e| e.field == at("op")) {
            let names: Vec<&str> = known.iter().filter(|k| usable(k.2)).map(|k| k.0).collect();
            note(errors, &at("op"), format!("must be one of: {}", names.join(", ")));
        }
        return Ok(None);
    };
    match (&raw.id, action) {
        (Some(_), Action::Create) => note(errors, &at("id"), "can't be set".to_owned()),
        (None, Action::Create) | (Some(_), _) => {}
        (None, _) if errors.iter().any(|e| e.field == at("id")) => {}
        (None, _) => note(errors, &at("id"), "is required".to_owned()),
    }
    let mut values = Values::of(d);
    match (purpose, raw.data) {
        (Some(purpose), Some(data)) => match json::read(d, data.as_bytes(), *purpose) {
            Ok(read) => values = read,
            Err(e) => prefix(errors, &e, &at("data.")),
        },
        (Some(_), None) => note(errors, &at("data"), "is required".to_owned()),
        (None, Some(_)) => note(errors, &at("data"), "can't be set".to_owned()),
        (None, None) => {}
    }
    let expected = raw.version.map_or(Expected::Unsaid, Expected::Version);
    Ok(Some(Operation { action: *action, key: raw.id.unwrap_or(Value::Null), values, expected }))
}

fn prefix(errors: &mut Errors, e: &Error, path: &str) {
    for field in e.fields() {
        for message in &field.messages {
            // `_` is the record as a whole.
            let at = if field.field == "_" {
                path.trim_end_matches('.').to_owned()
            } else {
                format!("{path}{}", field.field)
            };
            note(errors, &at, message.clone());
        }
    }
}

fn draft(cx: &Cx, d: &'static ResourceDescriptor, o: Operation) -> Draft {
    match o.action {
        Action::Create => Draft::create(cx, d, o.values),
        Action::Update => Draft::update(cx, d, o.key, o.values, o.expected),
        Action::Replace => Draft::replace(cx, d, o.key, o.values, o.expected),
        Action::Delete => Draft::delete(cx, d, o.key, o.expected),
        Action::ForceDelete => Draft::force_delete(cx, d, o.key, o.expected),
        Action::Restore => Draft::restore(cx, d, o.key, o.expected),
    }
}

/// Does all of it in one transaction, or nothing; answers with one [`Written`] per operation, in order (of a delete, the
/// key alone).
///
/// # Errors
/// What is wrong with each operation that was refused, under its path; kind and code are those of the first.
pub async fn bulk_json(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    operations: Vec<Operation>,
) -> Result<Vec<Written>> {
    let keys: Vec<Value> = operations.iter().map(|o| o.key.clone()).collect();
    let drafts: Vec<Draft> = operations.into_iter().map(|o| draft(cx, descriptor, o)).collect();
    // All at once is the fast way; only when that is refused, one by one says what is wrong with each.
    let mut written = match run::all(cx, drafts.clone(), Form::Json).await {
        Ok(answers) => answers.into_iter().map(super::answer::Answer::written).collect::<Result<Vec<_>>>()?,
        Err((_, e))
            if matches!(
                e.kind(),
                ErrorKind::Internal | ErrorKind::Unavailable | ErrorKind::Timeout | ErrorKind::StorageFull
            ) =>
        {
            return Err(e);
        }
        Err(_) => one_by_one(cx, drafts).await?,
    };
    for (one, key) in written.iter_mut().zip(keys) {
        if one.key.is_null() {
            one.key = key;
        }
    }
    Ok(written)
}

async fn one_by_one(cx: &Cx, drafts: Vec<Draft>) -> Result<Vec<Written>> {
    cx.transaction(async |cx| {
        let mut written = Vec::with_capacity(drafts.len());
        let mut first: Option<Error> = None;
        let mut errors = Vec::new();
        for (n, draft) in drafts.into_iter().enumerate() {
            match run::one(cx, draft, Form::Json).await {
                Ok(answer) => written.push(answer.written()?),
                Err(e)
                    if matches!(
                        e.kind(),
                        ErrorKind::Internal
                            | ErrorKind::Unavailable
                            | ErrorKind::Timeout
                            | ErrorKind::StorageFull
                    ) =>
                {
                    return Err(e);
                }
                Err(e) => {
                    if e.fields().is_empty() {
                        note(&mut errors, &format!("operations[{n}]"), e.message().to_owned());
                    }
                    prefix(&mut errors, &e, &format!("operations[{n}].data."));
                    first.get_or_insert(e);
                }
            }
        }
        match first {
            None => Ok(written),
            Some(e) => {
                let message = "nothing was changed: some operations were refused";
                let mut all = Error::new(e.kind(), e.code().to_owned(), message);
                for failed in errors {
                    for message in failed.messages {
                        all = all.field(&failed.field, message);
                    }
                }
                Err(all)
            }
        }
    })
    .await
}

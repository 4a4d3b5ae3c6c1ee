//! `record …`: requests to the application itself, through the whole chain that HTTP goes through, as the operator.

use super::inspect::named;
use crate::cli::output::table;
use crate::cli::report::{Report, refused, usage};
use crate::cli::spec::Invocation;
use crate::session::Session;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use framewright_core::{Actor, Error, ErrorKind, ResourceDescriptor, Result};
use serde_json::{Map, Value, json};
use std::io::{IsTerminal, Read};

pub(crate) async fn list(session: &mut Session, call: &Invocation) -> Result<Report> {
    let d = resource(session, call)?;
    let mut query: Vec<String> = Vec::new();
    for filter in call.values("filter") {
        let (field, value) = pair(filter, call)?;
        // `title=x`, and `pages[gte]=3` as in a URL
        let (field, op) = field.split_once('[').map_or((field, ""), |(f, op)| (f, op.trim_end_matches(']')));
        let op = if op.is_empty() { String::new() } else { format!("[{}]", encoded(op)) };
        query.push(format!("filter[{}]{op}={}", encoded(field), encoded(value)));
    }
    for (flag, name) in [
        ("sort", "sort"),
        ("limit", "page[size]"),
        ("after", "page[after]"),
        ("include", "include"),
        ("fields", "fields"),
    ] {
        if let Some(value) = call.value(flag) {
            query.push(format!("{name}={}", encoded(value)));
        }
    }
    if call.has("count") {
        query.push("count=exact".to_owned());
    }
    let path = format!("/api/v1/{}?{}", d.path, query.join("&"));
    let answer = send(session, Method::GET, &path, None, None).await?;
    let records = answer.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = rows(&records);
    Ok(Report::done(json!({"data": records, "meta": answer.get("meta")}), text))
}

pub(crate) async fn get(session: &mut Session, call: &Invocation) -> Result<Report> {
    let d = resource(session, call)?;
    one(send(session, Method::GET, &path(d, call), None, None).await?)
}

pub(crate) async fn create(session: &mut Session, call: &Invocation) -> Result<Report> {
    let d = resource(session, call)?;
    let body = body(d, call, 1)?;
    one(send(session, Method::POST, &format!("/api/v1/{}", d.path), Some(body), None).await?)
}

pub(crate) async fn update(session: &mut Session, call: &Invocation) -> Result<Report> {
    let d = resource(session, call)?;
    let body = body(d, call, 2)?;
    one(send(session, Method::PATCH, &path(d, call), Some(body), version(d, call)?).await?)
}

pub(crate) async fn delete(session: &mut Session, call: &Invocation) -> Result<Report> {
    let d = resource(session, call)?;
    let production = session.config()?.env() == framewright_core::config::Environment::Production;
    if production && !call.has("force") {
        return Err(refused(
            "refused.production",
            "this deletes a record in production",
            "add `--force` if you mean it",
        ));
    }
    let id = call.arg(1).unwrap_or_default().to_owned();
    send(session, Method::DELETE, &path(d, call), None, version(d, call)?).await?;
    Ok(Report::done(json!({"deleted": id}), format!("deleted {} {id}\n", d.name)))
}

fn resource(session: &Session, call: &Invocation) -> Result<&'static ResourceDescriptor> {
    let d = named(&session.resources()?, call.arg(0).unwrap_or_default())?;
    if d.actions.0 == 0 {
        let message = format!("`{}` is internal: no channel of clients reaches it", d.name);
        return Err(refused("refused.internal", message, "use a `#[seed]`, or code with a `Cx`"));
    }
    Ok(d)
}

fn path(d: &ResourceDescriptor, call: &Invocation) -> String {
    format!("/api/v1/{}/{}", d.path, encoded(call.arg(1).unwrap_or_default()))
}

fn version(d: &ResourceDescriptor, call: &Invocation) -> Result<Option<String>> {
    match call.value("version") {
        Some(version) => Ok(Some(format!("\"{version}\""))),
        None if d.kept.version.is_some() => Err(usage(
            format!("`{}` is versioned: say which version you have seen with `--version`", d.name),
            call.command.name,
        )),
        None => Ok(None),
    }
}

fn pair<'a>(text: &'a str, call: &Invocation) -> Result<(&'a str, &'a str)> {
    text.split_once('=')
        .ok_or_else(|| usage(format!("`{text}` has no `=`: write `field=value`"), call.command.name))
}

/// The body: `field=value` words, `field:=json` words, or JSON on the standard input.
fn body(d: &ResourceDescriptor, call: &Invocation, skip: usize) -> Result<Value> {
    let words: Vec<&String> = call.args.iter().skip(skip).collect();
    if words.is_empty() {
        if std::io::stdin().is_terminal() {
            return Err(usage(
                "there is nothing to write: say `field=value …`, or give JSON on the standard input"
                    .to_owned(),
                call.command.name,
            ));
        }
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(Error::internal)?;
        return serde_json::from_str(&text)
            .map_err(|e| usage(format!("the standard input is not JSON: {e}"), call.command.name));
    }
    let mut body = Map::new();
    for word in words {
        let (name, value) = match word.split_once(":=") {
            Some((name, json)) if !name.contains('=') => {
                let value = serde_json::from_str(json).map_err(|e| {
                    usage(format!("`{word}`: what follows `:=` is not JSON: {e}"), call.command.name)
                })?;
                (name, value)
            }
            _ => {
                let (name, text) = pair(word, call)?;
                (name, typed(d, name, text))
            }
        };
        body.insert(name.to_owned(), value);
    }
    Ok(Value::Object(body))
}

/// A word as the JSON that the field takes: numbers and truths as such, everything else as text.
fn typed(d: &ResourceDescriptor, name: &str, text: &str) -> Value {
    use framewright_core::Kind;
    let kind = d.field_named(name).map(|(_, f)| f.kind());
    let parsed = match kind {
        Some(Kind::Bool | Kind::I16 | Kind::I32 | Kind::I64 | Kind::F64 | Kind::Json) => {
            serde_json::from_str(text).ok()
        }
        _ => None,
    };
    parsed.unwrap_or_else(|| text.into())
}

async fn send(
    session: &mut Session,
    method: Method,
    path: &str,
    body: Option<Value>,
    version: Option<String>,
) -> Result<Value> {
    let edge = session.edge().await?;
    let host = edge.config().hosts.first().cloned().unwrap_or_else(|| "localhost".to_owned());
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, host);
    if let Some(version) = version {
        request = request.header(header::IF_MATCH, version);
    }
    let bytes = body.map(|b| b.to_string());
    if bytes.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let mut request = request.body(bytes.map_or_else(Body::empty, Body::from)).map_err(Error::internal)?;
    request.extensions_mut().insert(Actor::System { reason: "command line" });
    let response = edge.handle(request).await;
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.map_err(Error::internal)?;
    if bytes.is_empty() && status.is_success() {
        return Ok(Value::Null);
    }
    let answer: Value = serde_json::from_slice(&bytes).map_err(Error::internal)?;
    if status.is_success() { Ok(answer) } else { Err(failure(&answer, status.as_u16())) }
}

/// The error of an answer, as the error it was.
fn failure(answer: &Value, status: u16) -> Error {
    let text = |name: &str| {
        answer.pointer(&format!("/error/{name}")).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let kind = ErrorKind::from_status(status);
    let mut error = Error::new(kind, text("code"), text("message"));
    let fields = answer.pointer("/error/meta/fields").and_then(Value::as_object);
    for (field, messages) in fields.into_iter().flatten() {
        for message in messages.as_array().into_iter().flatten().filter_map(Value::as_str) {
            error = error.field(field, message);
        }
    }
    let hint = text("hint");
    if hint.is_empty() { error } else { error.hint(hint) }
}

fn one(answer: Value) -> Result<Report> {
    let record = answer.get("data").cloned().unwrap_or(answer);
    let members = record.as_object().cloned().unwrap_or_default();
    let rows: Vec<Vec<String>> = members.iter().map(|(k, v)| vec![k.clone(), cell(v)]).collect();
    Ok(Report::done(json!({"data": record}), table(&["field", "value"], &rows)))
}

fn rows(records: &[Value]) -> String {
    let Some(first) = records.first().and_then(Value::as_object) else { return "no records\n".to_owned() };
    let names: Vec<&str> = first.keys().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = records
        .iter()
        .map(|r| names.iter().map(|n| cell(r.get(*n).unwrap_or(&Value::Null))).collect())
        .collect();
    table(&names, &rows)
}

fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => "-".to_owned(),
        Value::String(s) => s.replace('\n', " "),
        other => other.to_string(),
    };
    if text.chars().count() > 40 { text.chars().take(39).chain(['…']).collect() } else { text }
}

fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b',');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

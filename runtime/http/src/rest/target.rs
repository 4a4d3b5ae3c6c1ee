//! What the head of a request says: the key in its path, the version it expects, the media types it takes.

use super::Served;
use crate::envelope::accepts_json;
use axum::extract::Request;
use framewright_core::query::params;
use framewright_core::{Error, ErrorKind, Result, Value, json};
use framewright_data::write::Expected;
use http::{HeaderMap, HeaderValue, header};
use std::borrow::Cow;
use std::fmt::Write;

/// Refuses clients that take no JSON.
pub(super) fn negotiate(headers: &HeaderMap) -> Result<()> {
    if accepts_json(headers) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::NotAcceptable,
        "not_acceptable",
        "answers here are `application/json` or `application/problem+json`",
    ))
}

/// The parameters of the query string, decoded.
pub(super) fn parameters(request: &Request) -> Result<Vec<(String, String)>> {
    request.uri().query().map_or(Ok(Vec::new()), params::split)
}

/// Refuses parameters where none mean anything.
pub(super) fn without_parameters(request: &Request) -> Result<()> {
    match parameters(request)?.first() {
        None => Ok(()),
        Some((name, _)) => {
            let message = "this takes no parameters";
            Err(Error::new(ErrorKind::Invalid, "query.unknown_parameter", message).field(name, message))
        }
    }
}

impl Served {
    /// The key in the path; a text that can be no key is a record that is not there.
    pub(super) fn key(&self, request: &Request) -> Result<Value> {
        let rest = request.uri().path().strip_prefix(&self.base).unwrap_or("");
        let segment = rest.trim_start_matches('/').split('/').next().unwrap_or("");
        let text = decoded(segment).ok_or_else(|| Error::not_found(self.d))?;
        json::key(self.d.key_field(), &text).ok_or_else(|| Error::not_found(self.d))
    }

    /// The address of a record.
    pub(super) fn location(&self, key: &Value) -> Option<HeaderValue> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let key = json::key_text(key);
        let mut location = String::with_capacity(self.base.len() + 1 + key.len());
        location.push_str(&self.base);
        location.push('/');
        if key.bytes().all(unreserved) {
            location.push_str(&key);
        } else {
            for byte in key.bytes() {
                match unreserved(byte) {
                    true => location.push(char::from(byte)),
                    false => write!(location, "%{byte:02X}").unwrap_or(()),
                }
            }
        }
        HeaderValue::try_from(location).ok()
    }
}

fn decoded(segment: &str) -> Option<Cow<'_, str>> {
    if !segment.contains('%') {
        return Some(Cow::Borrowed(segment));
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    let digit = |b: Option<u8>| char::from(b?).to_digit(16).and_then(|d| u8::try_from(d).ok());
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { (digit(rest.next())? << 4) | digit(rest.next())? } else { byte });
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// The versions that `If-Match` expects: any one of them will do.
pub(super) fn expected(headers: &HeaderMap) -> Result<Vec<Expected>> {
    let mut given = String::new();
    for value in headers.get_all(header::IF_MATCH) {
        if !given.is_empty() {
            given.push(',');
        }
        given.push_str(value.to_str().map_err(|_| unreadable())?);
    }
    match given.trim() {
        "" => return Ok(vec![Expected::Unsaid]),
        "*" => return Ok(vec![Expected::Any]),
        _ => {}
    }
    let tags = tags(&given).filter(|tags| tags.len() <= TAGS).ok_or_else(unreadable)?;
    let strong = tags.iter().filter(|(weak, _)| !weak);
    // A tag that we never gave out is the tag of no version.
    let version = |tag: &str| tag.parse().ok().filter(|v: &i64| v.to_string() == tag).unwrap_or(-1);
    let all: Vec<_> = strong.map(|(_, tag)| Expected::Version(version(tag))).collect();
    if all.is_empty() {
        let message = "a weak entity tag never matches; send the `ETag` as it came";
        return Err(Error::new(ErrorKind::Stale, "conflict.version", message));
    }
    Ok(all)
}

/// Entity tags in one `If-Match`.
const TAGS: usize = 16;

/// `"1", W/"2"` → whether each is weak, and what stands between its quotes.
fn tags(mut list: &str) -> Option<Vec<(bool, &str)>> {
    let mut all = Vec::new();
    loop {
        list = list.trim_start_matches([' ', '\t', ',']);
        if list.is_empty() {
            return Some(all);
        }
        let strong = list.strip_prefix("W/");
        let (tag, rest) = strong.unwrap_or(list).strip_prefix('"')?.split_once('"')?;
        all.push((strong.is_some(), tag));
        list = rest.trim_start_matches([' ', '\t']);
        if !list.is_empty() && !list.starts_with(',') {
            return None;
        }
    }
}

fn unreadable() -> Error {
    let message = "`If-Match` is `*`, or entity tags in quotes with commas between";
    Error::new(ErrorKind::BadRequest, "request.if_match", message)
}

/// The entity tag of a version.
pub(super) fn etag(version: i64) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("\"{version}\"")).ok()
}

/// Whether `If-None-Match` names the version.
pub(super) fn unchanged(headers: &HeaderMap, version: i64) -> bool {
    let tag = format!("\"{version}\"");
    let tags = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok());
    tags.flat_map(|v| v.split(','))
        .map(str::trim)
        .any(|t| t == "*" || t.strip_prefix("W/").unwrap_or(t) == tag)
}

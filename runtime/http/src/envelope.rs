//! The one form of answers: `{"success":true,"data":…}` and `{"success":false,"error":…}`, or RFC 9457 for those
//! who ask for it.

use bytes::Bytes;
use framewright_core::Error;
use framewright_core::error::FieldError;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::borrow::Cow;

/// The two forms of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `application/json`, ours
    Envelope,
    /// `application/problem+json`, RFC 9457
    Problem,
}

impl Form {
    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Envelope => "application/json",
            Self::Problem => "application/problem+json",
        }
    }

    /// The form of errors that a client prefers.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        if takes_plain_json(headers) {
            return Self::Envelope;
        }
        let problem = quality(headers, "application", "problem+json", false);
        if problem > 0 && problem >= quality(headers, "application", "json", false) {
            Self::Problem
        } else {
            Self::Envelope
        }
    }
}

/// Whether a client takes JSON, in one of our two forms.
#[must_use]
pub fn accepts_json(headers: &HeaderMap) -> bool {
    takes_plain_json(headers)
        || quality(headers, "application", "json", true) > 0
        || quality(headers, "application", "problem+json", true) > 0
}

/// What nearly every client of an API sends: nothing, anything, or JSON.
fn takes_plain_json(headers: &HeaderMap) -> bool {
    let mut given = headers.get_all(header::ACCEPT).iter().map(HeaderValue::as_bytes);
    matches!((given.next(), given.next()), (None, _) | (Some(b"application/json" | b"*/*"), None))
}

/// The quality, in thousandths, that `Accept` gives a media type; the most specific range decides.
fn quality(headers: &HeaderMap, kind: &str, subtype: &str, wildcards: bool) -> u32 {
    let (mut best, mut rank) = (0, 0);
    for value in headers.get_all(header::ACCEPT) {
        // What is not text matches nothing.
        let Ok(value) = value.to_str() else { continue };
        for range in value.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let Some((k, s)) = parts.next().and_then(|r| r.split_once('/')) else { continue };
            let specific = match (k.eq_ignore_ascii_case(kind), s.eq_ignore_ascii_case(subtype)) {
                (true, true) => 3,
                (true, false) if s == "*" && wildcards => 2,
                _ if k == "*" && s == "*" && wildcards => 1,
                _ => continue,
            };
            let q = parts
                .find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")))
                .map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
            if specific > rank {
                rank = specific;
                best = (q.clamp(0.0, 1.0) * 1000.0) as u32;
            }
        }
    }
    best
}

/// What an error answer says.
pub struct Failure<'a> {
    /// the status
    pub status: StatusCode,
    /// the stable code
    pub code: Cow<'a, str>,
    /// the message for people
    pub message: Cow<'a, str>,
    /// the failing fields
    pub fields: &'a [FieldError],
    /// what to do
    pub hint: Option<&'a str>,
}

impl<'a> Failure<'a> {
    /// What an error says to clients; the cause stays here.
    #[must_use]
    pub fn of(error: &'a Error) -> Self {
        Self {
            status: StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: Cow::Borrowed(error.code()),
            message: Cow::Borrowed(error.message()),
            fields: error.fields(),
            hint: error.hint_text(),
        }
    }

    /// The body.
    #[must_use]
    pub fn body(&self, form: Form, request_id: &str) -> Bytes {
        let mut out = String::with_capacity(192);
        match form {
            Form::Envelope => {
                out.push_str(r#"{"success":false,"error":{"code":"#);
                text(&mut out, &self.code);
                out.push_str(r#","message":"#);
                text(&mut out, &self.message);
                if let Some(hint) = self.hint {
                    out.push_str(r#","hint":"#);
                    text(&mut out, hint);
                }
                out.push_str(r#","meta":{"#);
                if !self.fields.is_empty() {
                    self.write_fields(&mut out);
                }
                out.push_str(r#"}},"request_id":"#);
            }
            Form::Problem => {
                out.push_str(r#"{"type":"about:blank","title":"#);
                text(&mut out, self.status.canonical_reason().unwrap_or("Error"));
                out.push_str(r#","status":"#);
                out.push_str(self.status.as_str());
                out.push_str(r#","detail":"#);
                text(&mut out, &self.message);
                out.push_str(r#","code":"#);
                text(&mut out, &self.code);
                if let Some(hint) = self.hint {
                    out.push_str(r#","hint":"#);
                    text(&mut out, hint);
                }
                if !self.fields.is_empty() {
                    out.push(',');
                    self.write_fields(&mut out);
                }
                out.push_str(r#","request_id":"#);
            }
        }
        text(&mut out, request_id);
        out.push('}');
        out.into()
    }

    fn write_fields(&self, out: &mut String) {
        out.push_str(r#""fields":{"#);
        for (i, f) in self.fields.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            text(out, &f.field);
            out.push_str(":[");
            for (j, m) in f.messages.iter().enumerate() {
                if j > 0 {
                    out.push(',');
                }
                text(out, m);
            }
            out.push(']');
        }
        out.push('}');
    }
}

/// Writes a JSON string.
pub fn text(out: &mut String, value: &str) {
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                use std::fmt::Write;
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The code and message of a bare status, for answers that bring none of their own.
#[must_use]
pub fn of_status(status: StatusCode) -> (Cow<'static, str>, &'static str) {
    let (code, message) = match status.as_u16() {
        400 => ("bad_request", "the request cannot be read"),
        401 => ("auth.missing_token", "you have to say who you are"),
        403 => ("forbidden", "this is not allowed"),
        404 => ("not_found", "there is no such thing"),
        405 => ("route.method_not_allowed", "this method is not allowed here"),
        406 => ("not_acceptable", "none of the accepted media types can be served; JSON can"),
        408 => ("request.timeout", "the request took too long to arrive"),
        409 => ("conflict", "this does not fit the present state"),
        410 => ("gone", "this is no longer here"),
        412 => ("conflict.version", "the version is not the current one"),
        413 => ("body.too_large", "the body is too large"),
        414 => ("uri.too_long", "the request target is too long"),
        415 => ("body.unsupported_type", "this media type is not supported; send JSON"),
        421 => ("request.host_unknown", "this host is not served here"),
        422 => ("validation", "the input is not valid"),
        428 => ("precondition.required", "`If-Match` is missing"),
        429 => ("rate_limited", "too many requests"),
        431 => ("headers.too_large", "the header is too large"),
        500 => ("internal", "something went wrong on our side"),
        501 => ("not_implemented", "this is not implemented"),
        503 => ("unavailable", "not available at the moment"),
        504 => ("timeout", "it took too long"),
        507 => ("storage.full", "there is no room to keep this"),
        n => return (Cow::Owned(format!("http.{n}")), status.canonical_reason().unwrap_or("an error")),
    };
    (Cow::Borrowed(code), message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn accept(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, value.parse().unwrap());
        headers
    }

    #[test]
    fn accept_decides_the_form() {
        for (value, form, json) in [
            ("*/*", Form::Envelope, true),
            ("application/json", Form::Envelope, true),
            ("application/problem+json", Form::Problem, true),
            ("application/problem+json, application/json", Form::Problem, true),
            ("application/problem+json;q=0.5, application/json", Form::Envelope, true),
            ("text/html", Form::Envelope, false),
            ("text/html, */*;q=0.1", Form::Envelope, true),
            ("application/*", Form::Envelope, true),
            ("application/json;q=0", Form::Envelope, false),
            ("application/json;q=0, */*", Form::Envelope, true),
            ("nonsense", Form::Envelope, false),
        ] {
            assert_eq!((Form::of(&accept(value)), accepts_json(&accept(value))), (form, json), "{value}");
        }
        assert!(accepts_json(&HeaderMap::new()));
    }

    #[test]
    fn both_forms_of_an_error() {
        let error = Error::validation(Vec::new()).field("title", "too \"short\"\u{1}");
        let body = |form| String::from_utf8(Failure::of(&error).body(form, "r1").to_vec()).unwrap();
        assert_eq!(
            body(Form::Envelope),
            r#"{"success":false,"error":{"code":"validation","message":"some fields are not valid","meta":{"fields":{"title":["too \"short\"\u0001"]}}},"request_id":"r1"}"#
        );
        assert_eq!(
            body(Form::Problem),
            r#"{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"some fields are not valid","code":"validation","fields":{"title":["too \"short\"\u0001"]},"request_id":"r1"}"#
        );
    }
}

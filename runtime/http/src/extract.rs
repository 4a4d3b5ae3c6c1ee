//! Extractors that parse strictly and validate: `Valid<Json<T>>`, `Valid<Query<T>>`, `Valid<Form<T>>`. A handler
//! is only entered with input that is valid.

use crate::edge::body::read;
use crate::edge::exchange::Exchange;
use axum::extract::{FromRequest, FromRequestParts, Request};
use framewright_core::json::{Limits, Reader};
use framewright_core::{Error, ErrorKind, Result};
use garde::Validate;
use http::request::Parts;
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;

/// Input that has passed its rules (garde).
#[derive(Debug, Clone, Copy)]
pub struct Valid<E>(pub E);

/// A JSON body, read strictly.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

/// The query string.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

/// A form body, `application/x-www-form-urlencoded`.
#[derive(Debug, Clone, Copy)]
pub struct Form<T>(pub T);

/// An extractor whose content [`Valid`] can check.
pub trait Content {
    /// What is in it.
    type Inner;
    /// It, borrowed.
    fn inner(&self) -> &Self::Inner;
}

macro_rules! content {
    ($($name:ident),*) => {$(
        impl<T> Content for $name<T> {
            type Inner = T;
            fn inner(&self) -> &T {
                &self.0
            }
        }
    )*};
}
content!(Json, Query, Form);

impl<S, E> FromRequest<S> for Valid<E>
where
    S: Send + Sync,
    E: Content + FromRequest<S, Rejection = Error>,
    E::Inner: Validate<Context = ()>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let extracted = E::from_request(request, state).await?;
        match extracted.inner().validate() {
            Ok(()) => Ok(Self(extracted)),
            Err(report) => Err(report.iter().fold(Error::validation(Vec::new()), |error, (path, what)| {
                error.field(&path.to_string(), what.message())
            })),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let limit = exchange(&request)?.body_limit();
        let body = json_body(request).await?;
        strictly(&body, limit)?;
        let mut reader = serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
            let path = e.path().to_string();
            refused(e.inner(), &path)
        })?;
        reader.end().map_err(|e| refused(&e, "."))?;
        Ok(Self(value))
    }
}

/// What serde_json would let pass: a key twice, U+0000, any depth it can take, any number of values.
fn strictly(body: &[u8], body_limit: u64) -> Result<()> {
    let usual = Limits::default();
    // A route that takes larger bodies takes more values too.
    let more = usize::try_from(body_limit >> 20).unwrap_or(usize::MAX).max(1);
    let mut reader = Reader::new(body, Limits { values: usual.values.saturating_mul(more), ..usual })?;
    let read = reader.skip()?;
    reader.end()?;
    let refused = |field: &str, message| Err(Error::validation(Vec::new()).field(field, message));
    match read.twice {
        Some(key) => refused(&key.chars().take(64).collect::<String>(), "is given more than once"),
        None if read.nul => refused("body", "must not contain U+0000"),
        None => Ok(()),
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        urlencoded(parts.uri.query().unwrap_or("").as_bytes()).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Query<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        urlencoded(request.uri().query().unwrap_or("").as_bytes()).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let (kind, charset) = content_type(request.headers());
        if kind != "application/x-www-form-urlencoded" || !charset {
            return Err(unsupported("application/x-www-form-urlencoded"));
        }
        let exchange = exchange(&request)?;
        let body = read(request.into_body(), &exchange).await?;
        urlencoded(&body).map(Self)
    }
}

/// The body of a request that has to be JSON, as it came.
///
/// # Errors
/// 415 for another media type, a charset other than UTF-8 or a content coding; 413, 408, 400 from the reading.
pub async fn json_body(request: Request) -> Result<bytes::Bytes> {
    let headers = request.headers();
    let (kind, charset) = content_type(headers);
    let json = kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"));
    if !json || !charset {
        return Err(unsupported("application/json"));
    }
    if headers.get(header::CONTENT_ENCODING).is_some_and(|c| !c.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return Err(Error::new(
            ErrorKind::UnsupportedMediaType,
            "body.unsupported_encoding",
            "the body must not be compressed",
        ));
    }
    let exchange = exchange(&request)?;
    read(request.into_body(), &exchange).await
}

fn exchange(request: &Request) -> Result<Exchange> {
    let found = request.extensions().get::<Exchange>().cloned();
    found.ok_or_else(|| Error::internal("this router is served without the edge"))
}

/// The media type in lower case, and whether its charset is one that we read.
fn content_type(headers: &HeaderMap) -> (String, bool) {
    let text = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let mut parts = text.split(';').map(str::trim);
    let kind = parts.next().unwrap_or("").to_ascii_lowercase();
    let charset = parts
        .filter_map(|p| p.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .is_none_or(|(_, v)| {
            matches!(v.trim().trim_matches('"').to_ascii_lowercase().as_str(), "utf-8" | "utf8")
        });
    (kind, charset)
}

fn unsupported(wanted: &str) -> Error {
    Error::new(
        ErrorKind::UnsupportedMediaType,
        "body.unsupported_type",
        format!("the body has to be {wanted} in UTF-8"),
    )
}

fn urlencoded<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(bytes));
    serde_path_to_error::deserialize(reader).map_err(|e| {
        let path = e.path().to_string();
        data_error(&e.inner().to_string(), &path)
    })
}

/// What serde says, without the Rust types that it names.
fn refused(error: &serde_json::Error, path: &str) -> Error {
    use serde_json::error::Category;
    match error.classify() {
        Category::Data => data_error(&error.to_string(), path),
        Category::Syntax | Category::Eof | Category::Io => Error::new(
            ErrorKind::BadRequest,
            "json.malformed",
            format!("the body is not valid JSON (line {}, column {})", error.line(), error.column()),
        ),
    }
}

fn data_error(said: &str, path: &str) -> Error {
    if let Some(fields) = framewright_core::json::said(said, path) {
        return Error::validation(fields);
    }
    let named = |prefix: &str| {
        let rest = said.strip_prefix(prefix)?.split_once('`')?.0;
        Some(if path == "." || path.ends_with(rest) { rest.to_owned() } else { format!("{path}.{rest}") })
    };
    let (field, message) = if let Some(field) = named("missing field `") {
        (field, "is required")
    } else if let Some(field) = named("unknown field `") {
        (field, "is not a field here")
    } else if let Some(field) = named("duplicate field `") {
        (field, "is given twice")
    } else if said.starts_with("invalid type: null") {
        (path.to_owned(), "must not be null")
    } else if said.starts_with("invalid length") {
        (path.to_owned(), "does not have the right number of items")
    } else if said.starts_with("unknown variant") {
        (path.to_owned(), "is not one of the values that are possible here")
    } else {
        (path.to_owned(), "is not of the right type")
    };
    Error::validation(Vec::new()).field(if field == "." { "body" } else { &field }, message)
}

//! One error for everything: a stable code for machines, a message for people, the cause for the log only.
//! Kind → HTTP status happens in exactly one place, [`ErrorKind::status`].

use std::borrow::Cow;
use std::fmt;

/// `Result` with our [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of error it is; decides the HTTP status and the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 400: it cannot be read
    BadRequest,
    /// 401: who are you?
    Unauthorized,
    /// 403: visible, but not allowed
    Forbidden,
    /// 404: absent, or invisible to this actor
    NotFound,
    /// 405
    MethodNotAllowed,
    /// 406
    NotAcceptable,
    /// 408: the client was too slow
    RequestTimeout,
    /// 409: a unique key, a foreign key, a state
    Conflict,
    /// 412: the version is stale
    Stale,
    /// 413
    TooLarge,
    /// 414
    UriTooLong,
    /// 415
    UnsupportedMediaType,
    /// 421: a host that is not served here
    Misdirected,
    /// 422: readable, but not valid
    Invalid,
    /// 428: `If-Match` is missing
    PreconditionRequired,
    /// 429
    TooManyRequests,
    /// 431
    HeadersTooLarge,
    /// 500: our fault
    Internal,
    /// 503: try again later
    Unavailable,
    /// 504: it took too long
    Timeout,
    /// 507: there is no room to keep it
    StorageFull,
}

impl ErrorKind {
    /// The HTTP status: the only place where one is chosen.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::NotAcceptable => 406,
            Self::RequestTimeout => 408,
            Self::Conflict => 409,
            Self::Stale => 412,
            Self::TooLarge => 413,
            Self::UriTooLong => 414,
            Self::UnsupportedMediaType => 415,
            Self::Misdirected => 421,
            Self::Invalid => 422,
            Self::PreconditionRequired => 428,
            Self::TooManyRequests => 429,
            Self::HeadersTooLarge => 431,
            Self::Internal => 500,
            Self::Unavailable => 503,
            Self::Timeout => 504,
            Self::StorageFull => 507,
        }
    }

    /// Every kind.
    pub const ALL: [Self; 20] = [
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::RequestTimeout,
        Self::Conflict,
        Self::Stale,
        Self::TooLarge,
        Self::UriTooLong,
        Self::UnsupportedMediaType,
        Self::Misdirected,
        Self::Invalid,
        Self::PreconditionRequired,
        Self::TooManyRequests,
        Self::HeadersTooLarge,
        Self::Internal,
        Self::Unavailable,
        Self::Timeout,
    ];

    /// The kind of an answer with this status: [`ErrorKind::status`] the other way round. Of a status that no kind has,
    /// what is nearest.
    #[must_use]
    pub fn from_status(status: u16) -> Self {
        let known = Self::ALL.into_iter().find(|kind| kind.status() == status);
        known.unwrap_or(if (400..500).contains(&status) { Self::BadRequest } else { Self::Internal })
    }
}

/// The messages of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// the wire name, a path for nested values: `address.city`, `items[2].price`
    pub field: String,
    /// what is wrong with it
    pub messages: Vec<String>,
}

struct Inner {
    kind: ErrorKind,
    code: Cow<'static, str>,
    message: Cow<'static, str>,
    fields: Vec<FieldError>,
    hint: Option<String>,
    retry_after: Option<u32>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// An error of the framework or of an application.
///
/// ```
/// use framewright_core::{Error, ErrorKind};
/// let e = Error::new(ErrorKind::Conflict, "user.email_taken", "this address is taken");
/// assert_eq!((e.status(), e.code()), (409, "user.email_taken"));
/// ```
///
/// What the standard library and serde_json fail with becomes `internal` under `?`: the log has the cause, and
/// clients read nothing of it. What a client is to know is said with [`Error::new`] or [`Error::validation`].
///
/// ```
/// use framewright_core::Result;
/// fn limit() -> Result<u32> {
///     let text = std::fs::read_to_string("/no/such/limit")?;
///     Ok(text.trim().parse::<u32>()?)
/// }
/// let e = limit().unwrap_err();
/// assert_eq!((e.status(), e.code()), (500, "internal"));
/// assert!(!e.message().contains("limit") && std::error::Error::source(&e).is_some());
/// ```
pub struct Error(Box<Inner>);

impl Error {
    /// An error with its stable code and a message for people.
    pub fn new(
        kind: ErrorKind,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            code: code.into(),
            message: message.into(),
            fields: Vec::new(),
            hint: None,
            retry_after: None,
            source: None,
        }))
    }

    /// Our fault: clients see `internal` and the request id, the log sees the cause.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut e = Self::new(ErrorKind::Internal, "internal", "something went wrong on our side");
        e.0.source = Some(cause.into());
        e
    }

    /// A record that is not there, or that this actor may not see.
    #[must_use]
    pub fn not_found(descriptor: &crate::descriptor::ResourceDescriptor) -> Self {
        Self::new(
            ErrorKind::NotFound,
            format!("{}.not_found", descriptor.singular),
            format!("there is no such {}", descriptor.singular.replace('_', " ")),
        )
    }

    /// Input that is readable but not valid: 422 with every failing field.
    #[must_use]
    pub fn validation(fields: Vec<FieldError>) -> Self {
        let mut e = Self::new(ErrorKind::Invalid, "validation", "some fields are not valid");
        e.0.fields = fields;
        e
    }

    /// Something that is away for now: 503 with `Retry-After`.
    pub fn unavailable(code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        let mut e = Self::new(ErrorKind::Unavailable, code, message);
        e.0.retry_after = Some(1);
        e
    }

    /// Adds a message for a field.
    #[must_use]
    pub fn field(mut self, field: &str, message: impl Into<String>) -> Self {
        match self.0.fields.iter_mut().find(|f| f.field == field) {
            Some(f) => f.messages.push(message.into()),
            None => {
                self.0.fields.push(FieldError { field: field.to_owned(), messages: vec![message.into()] })
            }
        }
        self
    }

    /// Adds what a person can do about it; shown by commands, and in answers as `error.hint`.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds the cause, for the log only.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(cause.into());
        self
    }

    /// Adds the seconds after which it makes sense to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// What sort of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.kind.status()
    }
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }
    /// The message for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
    /// The failing fields.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }
    /// What a person can do about it.
    #[must_use]
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
    /// Seconds after which to try again.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u32> {
        self.0.retry_after
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut s = f.debug_struct("Error");
        s.field("code", &self.0.code).field("message", &self.0.message);
        if !self.0.fields.is_empty() {
            s.field("fields", &self.0.fields);
        }
        if let Some(source) = &self.0.source {
            s.field("cause", source);
        }
        s.finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.0.message, self.0.code)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|s| s as _)
    }
}

/// `?` on an error that no client can do anything about.
macro_rules! internal {
    ($($cause:ty),* $(,)?) => {$(
        impl From<$cause> for Error {
            fn from(cause: $cause) -> Self {
                Self::internal(cause)
            }
        }
    )*};
}

// One by one, and not `E: std::error::Error`: our error is one itself.
internal! {
    std::io::Error,
    std::fmt::Error,
    std::env::VarError,
    std::num::ParseIntError,
    std::num::ParseFloatError,
    std::num::TryFromIntError,
    std::str::ParseBoolError,
    std::str::Utf8Error,
    std::string::FromUtf8Error,
    std::time::SystemTimeError,
    serde_json::Error,
    uuid::Error,
    Box<dyn std::error::Error + Send + Sync>,
}

#[cfg(test)]
mod tests {
    use super::ErrorKind;

    #[test]
    fn every_kind_has_a_status_of_its_own() {
        for kind in ErrorKind::ALL {
            assert_eq!(ErrorKind::from_status(kind.status()), kind);
        }
        assert_eq!(ErrorKind::from_status(418), ErrorKind::BadRequest);
        assert_eq!(ErrorKind::from_status(502), ErrorKind::Internal);
    }
}

//! Watches the bytes of a connection as they come and refuses what hyper would let pass: bare line feeds, two
//! framings at once, a missing or doubled `Host`, heads beyond the limits. It follows the framing itself, so it
//! always knows where the next head begins, also when requests are pipelined.

use crate::edge::host_valid;
use framewright_core::{Error, ErrorKind};

/// The limits of a head.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeadLimits {
    pub(crate) lines: usize,
    pub(crate) bytes: usize,
    pub(crate) uri: usize,
}

#[derive(Debug, Default)]
struct Head {
    line: Vec<u8>,
    bytes: usize,
    lines: usize,
    started: bool,
    http_10: bool,
    hosts: usize,
    length: Option<u64>,
    encodings: usize,
}

#[derive(Debug)]
enum At {
    Head(Box<Head>),
    Body(u64),
    ChunkSize {
        size: u64,
        digits: u8,
        extension: bool,
        cr: bool,
    },
    ChunkData(u64),
    ChunkEnd {
        cr: bool,
    },
    Trailer {
        blank: bool,
        cr: bool,
    },
    /// the framing is broken or no longer HTTP: nothing more is understood on this connection
    Lost,
}

/// The state of one connection.
#[derive(Debug)]
pub(crate) struct Gate {
    at: At,
    limits: HeadLimits,
}

fn bad(code: &'static str, message: &'static str) -> Error {
    Error::new(ErrorKind::BadRequest, code, message)
}

fn framing() -> Error {
    bad("request.framing", "the length of the body is not given in exactly one valid way")
}

fn syntax() -> Error {
    bad("request.syntax", "the head of the request is not valid HTTP/1.1")
}

impl Gate {
    pub(crate) fn new(limits: HeadLimits) -> Self {
        Self { at: At::Head(Box::default()), limits }
    }

    /// Whether the next byte begins a new request.
    pub(crate) fn between_requests(&self) -> bool {
        matches!(&self.at, At::Head(h) if !h.started)
    }

    /// Whether some of a head has come, and not all of it.
    pub(crate) fn inside_head(&self) -> bool {
        matches!(&self.at, At::Head(h) if h.bytes > 0)
    }

    /// Whether the framing was lost: no further request may be read.
    pub(crate) fn lost(&self) -> bool {
        matches!(self.at, At::Lost)
    }

    /// The connection speaks something else from now on.
    pub(crate) fn give_up(&mut self) {
        self.at = At::Lost;
    }

    /// Takes bytes in as they come.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while let Some((&first, rest)) = bytes.split_first() {
            match &mut self.at {
                At::Lost => return Ok(()),
                At::Head(head) => {
                    let taken = head.feed(bytes, self.limits)?;
                    bytes = bytes.get(taken.0..).unwrap_or(&[]);
                    if let Some(next) = taken.1 {
                        self.at = next;
                    }
                    continue;
                }
                At::Body(left) | At::ChunkData(left) => {
                    let skip = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    *left -= skip as u64;
                    bytes = bytes.get(skip..).unwrap_or(&[]);
                    if *left == 0 {
                        let chunked = matches!(self.at, At::ChunkData(_));
                        self.at = if chunked { At::ChunkEnd { cr: false } } else { At::Head(Box::default()) };
                    }
                    continue;
                }
                // Broken chunks are for hyper to refuse; here they only end the watching.
                at => *at = at.chunk(first),
            }
            bytes = rest;
        }
        Ok(())
    }
}

impl At {
    fn chunk(&self, byte: u8) -> Self {
        match (self, byte) {
            (Self::ChunkSize { size, digits, cr: true, .. }, b'\n') if *digits > 0 => {
                if *size == 0 {
                    Self::Trailer { blank: true, cr: false }
                } else {
                    Self::ChunkData(*size)
                }
            }
            (Self::ChunkSize { cr: true, .. }, _) => Self::Lost,
            (Self::ChunkSize { size, digits, extension, .. }, b'\r') => {
                Self::ChunkSize { size: *size, digits: *digits, extension: *extension, cr: true }
            }
            (Self::ChunkSize { size, digits, extension: true, .. }, b) if b != b'\n' => {
                Self::ChunkSize { size: *size, digits: *digits, extension: true, cr: false }
            }
            (Self::ChunkSize { size, digits, .. }, b';' | b' ' | b'\t') if *digits > 0 => {
                Self::ChunkSize { size: *size, digits: *digits, extension: true, cr: false }
            }
            (Self::ChunkSize { size, digits, extension: false, .. }, b) if *digits < 15 => {
                match char::from(b).to_digit(16) {
                    Some(d) => Self::ChunkSize {
                        size: size * 16 + u64::from(d),
                        digits: digits + 1,
                        extension: false,
                        cr: false,
                    },
                    None => Self::Lost,
                }
            }
            (Self::ChunkEnd { cr: false }, b'\r') => Self::ChunkEnd { cr: true },
            (Self::ChunkEnd { cr: true }, b'\n') => {
                Self::ChunkSize { size: 0, digits: 0, extension: false, cr: false }
            }
            (Self::Trailer { blank: true, cr: true }, b'\n') => Self::Head(Box::default()),
            (Self::Trailer { cr: true, .. }, b'\n') => Self::Trailer { blank: true, cr: false },
            (Self::Trailer { cr: false, .. }, b'\n') | (Self::Trailer { cr: true, .. }, _) => Self::Lost,
            (Self::Trailer { blank, .. }, b'\r') => Self::Trailer { blank: *blank, cr: true },
            (Self::Trailer { .. }, _) => Self::Trailer { blank: false, cr: false },
            _ => Self::Lost,
        }
    }
}

impl Head {
    /// Takes bytes up to the end of the head; how many, and what follows when it is complete.
    fn feed(&mut self, bytes: &[u8], limits: HeadLimits) -> Result<(usize, Option<At>), Error> {
        let mut taken = 0;
        while let Some(rest) = bytes.get(taken..).filter(|r| !r.is_empty()) {
            let end = memchr::memchr(b'\n', rest);
            let piece = rest.get(..end.map_or(rest.len(), |e| e + 1)).unwrap_or(rest);
            taken += piece.len();
            self.bytes += piece.len();
            // The target may be long, but then the rest has to be short: each has its own answer.
            if self.lines == 0 && self.bytes > limits.uri + 32 {
                return Err(Error::new(
                    ErrorKind::UriTooLong,
                    "uri.too_long",
                    format!("the target is longer than {} bytes", limits.uri),
                ));
            }
            if self.bytes > limits.bytes || self.lines > limits.lines + 1 {
                return Err(Error::new(
                    ErrorKind::HeadersTooLarge,
                    "headers.too_large",
                    format!("the head is larger than {} lines or {} bytes", limits.lines, limits.bytes),
                ));
            }
            if end.is_none() {
                self.line.extend_from_slice(piece);
                self.started = true;
                return Ok((taken, None));
            }
            let carried = std::mem::take(&mut self.line);
            let line = if carried.is_empty() {
                std::borrow::Cow::Borrowed(piece)
            } else {
                [carried.as_slice(), piece].concat().into()
            };
            let Some(line) = line.strip_suffix(b"\r\n") else { return Err(syntax()) };
            match (line, self.lines) {
                ([], 0) => continue, // blank lines before a request are skipped, within the limit of bytes
                ([], _) => return self.complete().map(|next| (taken, Some(next))),
                (line, 0) => self.request_line(line, limits)?,
                (line, _) => self.header(line)?,
            }
            self.started = true;
            self.lines += 1;
        }
        Ok((taken, None))
    }

    fn request_line(&mut self, line: &[u8], limits: HeadLimits) -> Result<(), Error> {
        let mut words = line.split(|b| *b == b' ');
        let (Some(method), Some(target), Some(version), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(syntax());
        };
        if target.len() > limits.uri {
            return Err(Error::new(
                ErrorKind::UriTooLong,
                "uri.too_long",
                format!("the target is longer than {} bytes", limits.uri),
            ));
        }
        if method.is_empty() || !method.iter().all(token) || !target_is_valid(method, target) {
            return Err(syntax());
        }
        match version {
            b"HTTP/1.1" => Ok(()),
            b"HTTP/1.0" => {
                self.http_10 = true;
                Ok(())
            }
            _ => Err(syntax()),
        }
    }

    fn header(&mut self, line: &[u8]) -> Result<(), Error> {
        let colon = memchr::memchr(b':', line).ok_or_else(syntax)?;
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or(&[]).trim_ascii();
        if name.is_empty() || !name.iter().all(token) {
            return Err(syntax());
        }
        // without a branch per byte, so that the compiler takes many at once
        if value.iter().fold(false, |bad, b| bad | ((*b < 0x20) & (*b != b'\t')) | (*b == 0x7f)) {
            return Err(syntax());
        }
        if name.eq_ignore_ascii_case(b"host") {
            self.hosts += 1;
            if !std::str::from_utf8(value).is_ok_and(host_valid) {
                return Err(bad("request.host_invalid", "the `Host` is not valid"));
            }
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
            let number = std::str::from_utf8(value).ok().and_then(|v| v.parse().ok()).filter(|_| digits);
            if self.length.replace(number.ok_or_else(framing)?).is_some() {
                return Err(framing());
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.encodings += 1;
            if !value.eq_ignore_ascii_case(b"chunked") {
                return Err(framing());
            }
        }
        Ok(())
    }

    fn complete(&self) -> Result<At, Error> {
        if self.hosts > 1 || (self.hosts == 0 && !self.http_10) {
            return Err(bad("request.host_invalid", "a request needs exactly one `Host`"));
        }
        match (self.length, self.encodings) {
            (Some(_), 1..) | (_, 2..) => Err(framing()),
            (None, 1) if self.http_10 => Err(framing()),
            (None, 1) => Ok(At::ChunkSize { size: 0, digits: 0, extension: false, cr: false }),
            (Some(n), 0) if n > 0 => Ok(At::Body(n)),
            _ => Ok(At::Head(Box::default())),
        }
    }
}

/// Bytes by what they may be part of.
const fn table(also: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut at = 0;
    while at < also.len() {
        table[also[at] as usize] = true;
        at += 1;
    }
    table
}

/// A character of a method or of the name of a header.
fn token(b: &u8) -> bool {
    const TOKEN: [bool; 256] = table(b"!#$%&'*+-.^_`|~");
    TOKEN[usize::from(*b)]
}

/// A character that a target may have wherever it stands.
fn usual(b: &u8) -> bool {
    const USUAL: [bool; 256] = table(b"-._~/%?&=+,:;@!$'()*[]");
    USUAL[usize::from(*b)]
}

/// Whether hyper will take the target: what it refuses, it refuses in a form that is not ours.
fn target_is_valid(method: &[u8], target: &[u8]) -> bool {
    match target.first() {
        Some(b'/') if target.iter().all(usual) => true,
        Some(b'/') => http::Uri::try_from(target).is_ok(),
        Some(b'*') => target.len() == 1 && method == b"OPTIONS",
        _ => http::Uri::try_from(target)
            .is_ok_and(|uri| uri.authority().is_some() && (uri.scheme().is_some() || method == b"CONNECT")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const LIMITS: HeadLimits = HeadLimits { lines: 64, bytes: 16 * 1024, uri: 8 * 1024 };

    #[test]
    fn framing_is_followed_over_pipelined_requests_whatever_the_cuts() {
        let all = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET \nPOST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\na\r\nbc\r\n0\r\nT: x\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
        for step in 1..all.len() {
            let mut gate = Gate::new(LIMITS);
            for piece in all.chunks(step) {
                gate.feed(piece).unwrap();
            }
            assert!(gate.between_requests(), "step {step}: {gate:?}");
        }
    }

    proptest! {
        #[test]
        fn no_input_panics(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..12)) {
            let mut gate = Gate::new(LIMITS);
            for piece in pieces {
                if gate.feed(&piece).is_err() { break; }
            }
        }

        #[test]
        fn no_chunked_body_panics(pieces in proptest::collection::vec("[0-9a-f;\r\n x]{0,30}", 0..12)) {
            let mut gate = Gate::new(LIMITS);
            gate.feed(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
            for piece in pieces {
                if gate.feed(piece.as_bytes()).is_err() { break; }
            }
        }
    }
}

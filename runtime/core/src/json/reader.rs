//! A strict pull reader of JSON: RFC 8259 to the letter, in bounded depth and size, and no panic whatever comes in.
//! What is not JSON is 400 `json.malformed` with the line and the column.

use super::plain::plain;
use crate::error::{Error, ErrorKind, Result};
use std::borrow::Cow;
use std::collections::HashSet;

/// How much a text may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// objects and arrays inside each other
    pub depth: usize,
    /// values in all
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 64, values: 10_000 }
    }
}

/// A number: exact where it is an integer of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// written without a point and without an exponent
    Integer(i64),
    /// an integer of more than 64 bits, rounded
    Huge(f64),
    /// written with a point or an exponent; finite
    Double(f64),
}

/// The beginning of a value, or all of it where it is not a list and not a map.
#[derive(Debug, Clone, PartialEq)]
pub enum Token<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// a number
    Number(Number),
    /// a string, unescaped
    Text(Cow<'a, str>),
    /// `[`: read it with [`Reader::item`]
    List,
    /// `{`: read it with [`Reader::key`]
    Map,
}

/// A value that was read over.
#[derive(Debug, Default)]
pub struct Skipped<'a> {
    /// its text, as it was written
    pub text: &'a str,
    /// whether a string in it contains U+0000
    pub nul: bool,
    /// a key that one of its objects has twice
    pub twice: Option<String>,
    /// how many objects and arrays stand inside each other in it
    pub depth: usize,
}

/// Characters of one number. PostgreSQL keeps 16,383 digits behind the point; nobody means so many.
const DIGITS: usize = 1024;

/// The largest exponent, in either direction: even a zero with a larger one does not fit PostgreSQL's numbers.
const EXPONENT: u32 = 999;

/// Whether a number has another digit than 0 before its exponent.
fn not_zero(number: &str) -> bool {
    number.bytes().take_while(|c| !matches!(c, b'e' | b'E')).any(|c| matches!(c, b'1'..=b'9'))
}

/// A reader over one JSON text.
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// per open list or map: whether an element of it was read already
    open: Vec<bool>,
    values: usize,
    limits: Limits,
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of the text.
    ///
    /// # Errors
    /// 400 when it is not UTF-8.
    pub fn new(bytes: &'a [u8], limits: Limits) -> Result<Self> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self { text, at: 0, open: Vec::new(), values: 0, limits }),
            Err(e) => Err(Error::new(
                ErrorKind::BadRequest,
                "json.malformed",
                format!("the body is not UTF-8 (byte {})", e.valid_up_to() + 1),
            )),
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// 400 `json.malformed`, at the place where the reader stands.
    #[must_use]
    pub fn malformed(&self, what: &str) -> Error {
        self.refused("json.malformed", what)
    }

    fn refused(&self, code: &'static str, what: &str) -> Error {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line = before.bytes().filter(|c| *c == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Error::new(ErrorKind::BadRequest, code, format!("{what} (line {line}, column {column})"))
    }

    fn blanks(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str, token: Token<'a>) -> Result<Token<'a>> {
        if self.text.get(self.at..).is_some_and(|t| t.starts_with(word)) {
            self.at += word.len();
            return Ok(token);
        }
        Err(self.malformed("the body is not JSON: a value was expected"))
    }

    fn enter(&mut self, token: Token<'a>) -> Result<Token<'a>> {
        if self.open.len() >= self.limits.depth {
            return Err(self.refused(
                "json.too_deep",
                &format!("the body is nested more than {} deep", self.limits.depth),
            ));
        }
        self.at += 1;
        self.open.push(false);
        Ok(token)
    }

    /// Reads the next value, or the beginning of it.
    ///
    /// # Errors
    /// 400 when there is none, or the text is too large or too deep.
    pub fn value(&mut self) -> Result<Token<'a>> {
        self.values += 1;
        if self.values > self.limits.values {
            return Err(self.refused(
                "json.too_large",
                &format!("the body has more than {} values", self.limits.values),
            ));
        }
        self.blanks();
        match self.byte() {
            Some(b'{') => self.enter(Token::Map),
            Some(b'[') => self.enter(Token::List),
            Some(b'"') => self.string().map(Token::Text),
            Some(b't') => self.word("true", Token::Bool(true)),
            Some(b'f') => self.word("false", Token::Bool(false)),
            Some(b'n') => self.word("null", Token::Null),
            Some(b'-' | b'0'..=b'9') => self.number().map(Token::Number),
            None => Err(self.malformed("the body ends where a value was expected")),
            Some(_) => Err(self.malformed("the body is not JSON: a value was expected")),
        }
    }

    /// Steps over a comma or out of the list or map; `false` when it ends here.
    fn next(&mut self, close: u8) -> Result<bool> {
        self.blanks();
        let started = self.open.last().copied().unwrap_or_default();
        match self.byte() {
            Some(c) if c == close => {
                self.at += 1;
                self.open.pop();
                return Ok(false);
            }
            Some(b',') if started => {
                self.at += 1;
                self.blanks();
                // A comma promises one more.
                if self.byte() == Some(close) {
                    return Err(self.malformed("the body is not JSON: a comma before the end"));
                }
            }
            Some(_) if !started => {}
            Some(_) => return Err(self.malformed("the body is not JSON: a comma or the end was expected")),
            None => return Err(self.malformed("the body ends inside of a list or an object")),
        }
        if let Some(started) = self.open.last_mut() {
            *started = true;
        }
        Ok(true)
    }

    /// Whether the open list has one more value, which [`Reader::value`] then reads.
    ///
    /// # Errors
    /// 400 when it is not JSON.
    pub fn item(&mut self) -> Result<bool> {
        self.next(b']')
    }

    /// The next key of the open map, whose value [`Reader::value`] then reads; `None` at its end.
    ///
    /// # Errors
    /// 400 when it is not JSON.
    pub fn key(&mut self) -> Result<Option<Cow<'a, str>>> {
        if !self.next(b'}')? {
            return Ok(None);
        }
        if self.byte() != Some(b'"') {
            return Err(self.malformed("the body is not JSON: a key in quotes was expected"));
        }
        let key = self.string()?;
        self.blanks();
        if self.byte() != Some(b':') {
            return Err(self.malformed("the body is not JSON: a colon was expected"));
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// The end of the text.
    ///
    /// # Errors
    /// 400 when something follows.
    pub fn end(&mut self) -> Result<()> {
        self.blanks();
        if self.at < self.text.len() {
            Err(self.malformed("something follows the end of the JSON text"))
        } else {
            Ok(())
        }
    }

    /// Reads over the next value.
    ///
    /// # Errors
    /// 400 when it is not JSON.
    pub fn skip(&mut self) -> Result<Skipped<'a>> {
        self.blanks();
        let from = self.at;
        let token = self.value()?;
        self.skip_rest(token, from)
    }

    /// Reads to the end of a value that has begun with this token at this place.
    fn skip_rest(&mut self, token: Token<'a>, from: usize) -> Result<Skipped<'a>> {
        let mut skipped = Skipped::default();
        let entered = usize::from(matches!(token, Token::List | Token::Map));
        let outside = self.open.len().saturating_sub(entered);
        self.over(token, outside, &mut skipped)?;
        skipped.text = self.text.get(from..self.at).unwrap_or_default();
        Ok(skipped)
    }

    /// Not deeper than `limits.depth`, so the recursion is bounded.
    fn over(&mut self, token: Token<'a>, outside: usize, skipped: &mut Skipped<'a>) -> Result<()> {
        match token {
            Token::Text(text) => skipped.nul |= text.contains('\0'),
            Token::List => {
                skipped.depth = skipped.depth.max(self.open.len().saturating_sub(outside));
                while self.item()? {
                    let token = self.value()?;
                    self.over(token, outside, skipped)?;
                }
            }
            Token::Map => {
                skipped.depth = skipped.depth.max(self.open.len().saturating_sub(outside));
                let mut keys = HashSet::new();
                while let Some(key) = self.key()? {
                    skipped.nul |= key.contains('\0');
                    if !keys.insert(key.clone()) {
                        skipped.twice = Some(key.into_owned());
                    }
                    let token = self.value()?;
                    self.over(token, outside, skipped)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads over the rest of a value of which only the first token was read.
    ///
    /// # Errors
    /// 400 when it is not JSON.
    pub fn finish(&mut self, token: Token<'a>) -> Result<()> {
        self.skip_rest(token, self.at).map(|_| ())
    }

    fn digits(&mut self) -> Result<()> {
        let from = self.at;
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == from {
            Err(self.malformed("the body is not JSON: a digit was expected"))
        } else {
            Ok(())
        }
    }

    fn number(&mut self) -> Result<Number> {
        let from = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
            if matches!(self.byte(), Some(b'0'..=b'9')) {
                return Err(self.malformed("the body is not JSON: a number begins with 0"));
            }
        } else {
            self.digits()?;
        }
        let mut integer = true;
        if self.byte() == Some(b'.') {
            integer = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            integer = false;
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = self.text.get(from..self.at).unwrap_or_default();
        if text.len() > DIGITS {
            return Err(self.malformed("a number is too long"));
        }
        let exponent = text.split(['e', 'E']).nth(1).map_or(Ok(0), str::parse::<i32>);
        if exponent.map_or(true, |e| e.unsigned_abs() > EXPONENT) {
            return Err(self.malformed("the exponent of a number is too large"));
        }
        if integer && let Ok(n) = text.parse() {
            return Ok(Number::Integer(n));
        }
        match text.parse::<f64>() {
            // What is so small that nothing is left of it is refused like what is too large: one database would keep
            // it, another not.
            Ok(0.0) if not_zero(text) => Err(self.malformed("a number is too small")),
            Ok(n) if n.is_finite() => Ok(if integer { Number::Huge(n) } else { Number::Double(n) }),
            _ => Err(self.malformed("a number is too large")),
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>> {
        self.at += 1;
        let from = self.at;
        let mut owned: Option<String> = None;
        let mut copied = from;
        loop {
            match self.byte() {
                None => return Err(self.malformed("the body ends inside of a string")),
                Some(b'"') => break,
                Some(b'\\') => {
                    let text = owned.get_or_insert_default();
                    text.push_str(self.text.get(copied..self.at).unwrap_or_default());
                    let c = self.escape()?;
                    owned.get_or_insert_default().push(c);
                    copied = self.at;
                }
                Some(c) if c < 0x20 => {
                    return Err(self.malformed("a control character inside of a string has to be escaped"));
                }
                Some(_) => self.at += plain(self.text.as_bytes().get(self.at..).unwrap_or_default()),
            }
        }
        let rest = self.text.get(copied..self.at).unwrap_or_default();
        self.at += 1;
        Ok(match owned {
            None => Cow::Borrowed(rest),
            Some(mut text) => {
                text.push_str(rest);
                Cow::Owned(text)
            }
        })
    }

    /// Reads an escape, the reader standing on its backslash.
    fn escape(&mut self) -> Result<char> {
        self.at += 1;
        let c = match self.byte() {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let high = self.hex()?;
                if !(0xd800..0xe000).contains(&high) {
                    return char::from_u32(high)
                        .ok_or_else(|| self.malformed("an escape is not a character"));
                }
                let pair = high < 0xdc00 && self.text.get(self.at..).is_some_and(|t| t.starts_with("\\u"));
                if !pair {
                    return Err(self.malformed("half of a surrogate pair stands alone"));
                }
                self.at += 2;
                let low = self.hex()?;
                let code = (0xdc00..0xe000)
                    .contains(&low)
                    .then(|| 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                return code
                    .and_then(char::from_u32)
                    .ok_or_else(|| self.malformed("half of a surrogate pair stands alone"));
            }
            _ => return Err(self.malformed("an escape is not one of JSON's")),
        };
        self.at += 1;
        Ok(c)
    }

    fn hex(&mut self) -> Result<u32> {
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|c| c.is_ascii_hexdigit()));
        let code = digits
            .and_then(|d| u32::from_str_radix(d, 16).ok())
            .ok_or_else(|| self.malformed("four hexadecimal digits were expected"))?;
        self.at += 4;
        Ok(code)
    }
}

/// Whether a string of a JSON text has U+0000 in it, which `jsonb` cannot keep; also when the text is no JSON.
pub(crate) fn has_nul(text: &str) -> bool {
    if !text.contains("\\u0000") && !text.contains('\0') {
        return false;
    }
    let limits = Limits { depth: 128, values: usize::MAX };
    Reader::new(text.as_bytes(), limits).and_then(|mut r| r.skip()).map_or(true, |s| s.nul)
}

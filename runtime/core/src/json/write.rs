//! Values into the bytes of an answer: the same text as serde would give, without a struct and without serde.

use super::moment;
use super::plain::plain;
use crate::descriptor::{Access, FieldDescriptor, ResourceDescriptor};
use crate::error::{Error, Result};
use crate::value::{Kind, ValueRef};
use base64::Engine as _;
use std::io::Write as _;

/// The fields of an answer, in the order of the struct: those that may be read, and of these, with a sparse set, only
/// the ones in it.
#[must_use]
pub fn readable(descriptor: &ResourceDescriptor, sparse: Option<&[u16]>) -> Vec<u16> {
    (0u16..)
        .zip(descriptor.fields)
        .filter(|(i, f)| f.access.has(Access::READ) && sparse.is_none_or(|s| s.contains(i)))
        .map(|(i, _)| i)
        .collect()
}

/// Writes a record as an object of these fields; `get` is asked for each with its place in `fields`.
///
/// # Errors
/// Those of `get`, and when a value is not what its descriptor says.
pub fn record<'r>(
    out: &mut Vec<u8>,
    descriptor: &ResourceDescriptor,
    fields: &[u16],
    get: impl FnMut(usize, &'static FieldDescriptor) -> Result<ValueRef<'r>>,
) -> Result<()> {
    out.push(b'{');
    members(out, descriptor, fields, get)?;
    out.push(b'}');
    Ok(())
}

/// The members of [`record`] without its braces, for callers that add members of their own.
///
/// # Errors
/// Those of [`record`].
pub fn members<'r>(
    out: &mut Vec<u8>,
    descriptor: &ResourceDescriptor,
    fields: &[u16],
    mut get: impl FnMut(usize, &'static FieldDescriptor) -> Result<ValueRef<'r>>,
) -> Result<()> {
    let all = descriptor.fields;
    for (place, index) in fields.iter().enumerate() {
        let Some(field) = all.get(usize::from(*index)) else { continue };
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(field.json.as_bytes());
        value(out, field, &get(place, field)?)?;
    }
    Ok(())
}

/// Writes the value of a field.
///
/// # Errors
/// When it has no JSON form: a double that is not finite, a time outside the years 1 to 9999. Neither can be stored
/// through the framework.
pub fn value(out: &mut Vec<u8>, field: &FieldDescriptor, value: &ValueRef<'_>) -> Result<()> {
    let written = match value {
        ValueRef::Null => bytes(out, b"null"),
        ValueRef::Bool(v) => bytes(out, if *v { b"true" } else { b"false" }),
        ValueRef::I64(v) => int(out, *v),
        ValueRef::F64(v) => double(out, *v),
        ValueRef::Text(v) => text(out, v),
        ValueRef::Bytes(v) => base64(out, v),
        ValueRef::Uuid(v) => uuid(out, v),
        ValueRef::Decimal(v) => {
            // One text for one number, whatever number of zeros a database keeps.
            let mut v = *v;
            if field.kind() == Kind::Decimal {
                v.rescale(u32::from(field.decimal.1));
            }
            write!(out, "\"{v}\"").ok()
        }
        ValueRef::Timestamp(v) => moment::timestamp(out, *v),
        ValueRef::Date(v) => moment::date(out, *v),
        ValueRef::Time(v) => moment::time(out, *v),
        ValueRef::Json(v) => bytes(out, v.as_bytes()),
    };
    written.ok_or_else(|| Error::internal(format!("the value of `{}` has no JSON form", field.name)))
}

fn bytes(out: &mut Vec<u8>, text: &[u8]) -> Option<()> {
    out.extend_from_slice(text);
    Some(())
}

/// Writes an integer.
pub fn int(out: &mut Vec<u8>, v: i64) -> Option<()> {
    bytes(out, itoa::Buffer::new().format(v).as_bytes())
}

/// Writes a double in its shortest form that reads back as the same; `None` when it is not finite.
pub fn double(out: &mut Vec<u8>, v: f64) -> Option<()> {
    v.is_finite().then(|| out.extend_from_slice(ryu::Buffer::new().format_finite(v).as_bytes()))
}

/// Writes a UUID in quotes.
pub fn uuid(out: &mut Vec<u8>, v: &[u8; 16]) -> Option<()> {
    let mut text = [0; 36];
    let text = uuid::Uuid::from_bytes(*v).hyphenated().encode_lower(&mut text);
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Some(())
}

/// Writes bytes as base64 (the standard alphabet, padded), in quotes.
pub fn base64(out: &mut Vec<u8>, v: &[u8]) -> Option<()> {
    out.push(b'"');
    out.extend_from_slice(base64::engine::general_purpose::STANDARD.encode(v).as_bytes());
    out.push(b'"');
    Some(())
}

/// Writes a text in quotes, escaped.
pub fn text(out: &mut Vec<u8>, text: &str) -> Option<()> {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut rest = text.as_bytes();
    out.reserve(rest.len() + 2);
    out.push(b'"');
    loop {
        let (plain, more) = rest.split_at_checked(plain(rest)).unwrap_or((rest, &[]));
        out.extend_from_slice(plain);
        let Some((&c, more)) = more.split_first() else { break };
        rest = more;
        let short = match c {
            b'"' | b'\\' => c,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            8 => b'b',
            12 => b'f',
            _ => {
                let digit = |n: u8| HEX.get(usize::from(n)).copied().unwrap_or(b'0');
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(c >> 4), digit(c & 15)]);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', short]);
    }
    out.push(b'"');
    Some(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[test]
    fn an_escape_is_found_wherever_it_stands() {
        for length in 0..80 {
            for at in 0..=length {
                for c in ['"', '\\', '\n', '\u{1}', '\u{1f}', ' ', '!', '\u{7f}', 'é', '\u{2028}'] {
                    let text =
                        format!("{}{c}{}", "é".repeat(at / 2) + &"x".repeat(at % 2), "]".repeat(length - at));
                    let mut out = Vec::new();
                    super::text(&mut out, &text).unwrap();
                    assert_eq!(out, serde_json::to_vec(&text).unwrap(), "{text:?}");
                }
            }
        }
    }
}

//! Values as PostgreSQL's binary format has them, both ways. What a column really is is looked at for every value, so
//! that a schema that has drifted is an error and never a misread value.

use crate::row::{Row, drifted};
use crate::stmt::Bind;
use framewright_core::{Decimal, Kind, Result, Value, ValueRef};
use std::borrow::Cow;
use std::error::Error as StdError;
use std::io::{self, Write};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// 2000-01-01, where PostgreSQL starts to count microseconds and days.
const EPOCH_MICROS: i64 = 946_684_800_000_000;
const EPOCH_DAYS: i32 = 10_957;

/// The parameter type of a kind.
pub(super) fn type_of(kind: Kind) -> Type {
    match kind {
        Kind::Bool => Type::BOOL,
        Kind::I16 => Type::INT2,
        Kind::I32 => Type::INT4,
        Kind::I64 => Type::INT8,
        Kind::F64 => Type::FLOAT8,
        Kind::Text => Type::TEXT,
        Kind::Bytes => Type::BYTEA,
        Kind::Uuid => Type::UUID,
        Kind::Decimal => Type::NUMERIC,
        Kind::Timestamp => Type::TIMESTAMPTZ,
        Kind::Date => Type::DATE,
        Kind::Time => Type::TIME,
        Kind::Json => Type::JSONB,
    }
}

/// The array type of a kind that keys have.
pub(super) fn array_of(kind: Kind) -> Option<Type> {
    Some(match kind {
        Kind::I16 => Type::INT2_ARRAY,
        Kind::I32 => Type::INT4_ARRAY,
        Kind::I64 => Type::INT8_ARRAY,
        Kind::Text => Type::TEXT_ARRAY,
        Kind::Uuid => Type::UUID_ARRAY,
        _ => return None,
    })
}

/// Writes a value that is not NULL in the format of its kind.
pub(crate) fn encode(bind: &Bind, out: &mut impl Write) -> io::Result<()> {
    let range = || io::Error::other("a value does not fit the kind of its column");
    match (&bind.value, bind.kind) {
        (Value::Bool(v), Kind::Bool) => out.write_all(&[u8::from(*v)]),
        (Value::I64(v), Kind::I16) => out.write_all(&i16::try_from(*v).map_err(|_| range())?.to_be_bytes()),
        (Value::I64(v), Kind::I32) => out.write_all(&i32::try_from(*v).map_err(|_| range())?.to_be_bytes()),
        (Value::I64(v), Kind::I64) => out.write_all(&v.to_be_bytes()),
        (Value::I64(v), Kind::Decimal) => encode_decimal(&Decimal::from(*v), out),
        (Value::F64(v), Kind::F64) => out.write_all(&v.to_be_bytes()),
        (Value::Text(v), Kind::Text) => out.write_all(v.as_bytes()),
        (Value::Bytes(v), Kind::Bytes) => out.write_all(v),
        (Value::Uuid(v), Kind::Uuid) => out.write_all(v),
        (Value::Decimal(v), Kind::Decimal) => encode_decimal(v, out),
        (Value::Timestamp(v), Kind::Timestamp) => {
            out.write_all(&v.checked_sub(EPOCH_MICROS).ok_or_else(range)?.to_be_bytes())
        }
        (Value::Date(v), Kind::Date) => {
            out.write_all(&v.checked_sub(EPOCH_DAYS).ok_or_else(range)?.to_be_bytes())
        }
        (Value::Time(v), Kind::Time) => out.write_all(&v.to_be_bytes()),
        (Value::Json(v), Kind::Json) => {
            out.write_all(&[1])?; // the version of jsonb
            out.write_all(v.as_bytes())
        }
        _ => Err(range()),
    }
}

/// `numeric`: digits to the base of 10,000, the weight of the first, the sign, and the digits after the point.
fn encode_decimal(value: &Decimal, out: &mut impl Write) -> io::Result<()> {
    let value = value.normalize();
    let scale = value.scale();
    let padding = (4 - scale % 4) % 4;
    let mut rest = value.mantissa().unsigned_abs() * 10u128.pow(padding);
    let mut digits = Vec::with_capacity(8);
    while rest > 0 {
        digits.push((rest % 10_000) as u16);
        rest /= 10_000;
    }
    let weight = digits.len() as i16 - 1 - ((scale + padding) / 4) as i16;
    let zeros = digits.iter().take_while(|d| **d == 0).count(); // the least ones, which need not travel
    digits.drain(..zeros);
    digits.reverse();
    let sign: u16 = if value.is_sign_negative() && !value.is_zero() { 0x4000 } else { 0 };
    let head = [digits.len() as u16, if digits.is_empty() { 0 } else { weight as u16 }, sign, scale as u16];
    head.iter().chain(&digits).try_for_each(|d| out.write_all(&d.to_be_bytes()))
}

fn decode_decimal(raw: &[u8]) -> Option<Decimal> {
    let mut words = raw.chunks_exact(2).map(|c| u16::from_be_bytes([c[0], c[1]]));
    let (count, weight, sign, _scale) =
        (words.next()?, words.next()?.cast_signed(), words.next()?, words.next()?);
    let mut mantissa: i128 = 0;
    for digit in words {
        mantissa = mantissa.checked_mul(10_000)?.checked_add(digit.into())?;
    }
    let mut exponent = 4 * (i32::from(weight) - i32::from(count) + 1);
    while exponent > 0 {
        mantissa = mantissa.checked_mul(10)?;
        exponent -= 1;
    }
    while exponent < 0 && mantissa % 10 == 0 && mantissa != 0 {
        mantissa /= 10;
        exponent += 1;
    }
    let mantissa = match sign {
        0 => mantissa,
        0x4000 => -mantissa,
        _ => return None, // NaN and the infinities
    };
    if mantissa == 0 {
        return Some(Decimal::ZERO);
    }
    // More digits than a decimal has come only from arithmetic of the database: the last ones are rounded away.
    if exponent < -28 || mantissa_too_long(mantissa) {
        return round(mantissa, exponent);
    }
    Decimal::try_from_i128_with_scale(mantissa, exponent.unsigned_abs()).ok().map(|d| d.normalize())
}

fn mantissa_too_long(mantissa: i128) -> bool {
    mantissa.unsigned_abs() > Decimal::MAX.mantissa().unsigned_abs()
}

fn round(mut mantissa: i128, mut exponent: i32) -> Option<Decimal> {
    let mut last = 0;
    while exponent < 0 && (exponent < -28 || mantissa_too_long(mantissa)) {
        last = mantissa % 10;
        mantissa /= 10;
        exponent += 1;
    }
    mantissa += if last.abs() >= 5 { last.signum() } else { 0 };
    Decimal::try_from_i128_with_scale(mantissa, exponent.unsigned_abs()).ok().map(|d| d.normalize())
}

impl ToSql for Bind {
    fn to_sql(&self, _: &Type, out: &mut bytes::BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        if self.value.is_null() {
            return Ok(IsNull::Yes);
        }
        encode(self, &mut bytes::BufMut::writer(out))?;
        Ok(IsNull::No)
    }
    fn accepts(_: &Type) -> bool {
        true // statements are prepared with the types of their binds
    }
    to_sql_checked!();
}

/// A column as it came over the wire, and the number of its type.
struct Raw<'a>(&'a [u8], u32);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Raw(raw, ty.oid()))
    }
    fn accepts(_: &Type) -> bool {
        true // `decode` looks at the type
    }
}

impl Row for tokio_postgres::Row {
    fn get(&self, index: usize, kind: Kind) -> Result<ValueRef<'_>> {
        let raw = self.try_get::<_, Option<Raw<'_>>>(index).map_err(|_| drifted(index, kind))?;
        let Some(Raw(raw, oid)) = raw else { return Ok(ValueRef::Null) };
        decode(raw, oid, kind).ok_or_else(|| drifted(index, kind))
    }
}

/// The value of a column of the type `oid`, if that type holds values of this kind.
pub(super) fn decode(raw: &[u8], oid: u32, kind: Kind) -> Option<ValueRef<'_>> {
    const BOOL: u32 = 16;
    const BYTEA: u32 = 17;
    const INT8: u32 = 20;
    const INT2: u32 = 21;
    const INT4: u32 = 23;
    const JSON: u32 = 114;
    const FLOAT4: u32 = 700;
    const FLOAT8: u32 = 701;
    const DATE: u32 = 1082;
    const TIME: u32 = 1083;
    const TIMESTAMPTZ: u32 = 1184;
    const NUMERIC: u32 = 1700;
    const UUID: u32 = 2950;
    const JSONB: u32 = 3802;
    let text = || std::str::from_utf8(raw).ok();
    let long = || raw.first_chunk().map(|b| i64::from_be_bytes(*b));
    let integer = || match oid {
        INT8 => long(),
        INT4 => raw.first_chunk().map(|b| i32::from_be_bytes(*b).into()),
        INT2 => raw.first_chunk().map(|b| i16::from_be_bytes(*b).into()),
        _ => None,
    };
    match (kind, oid) {
        (Kind::Uuid, UUID) => raw.first_chunk().copied().map(ValueRef::Uuid),
        // text, varchar, bpchar, name
        (Kind::Text, 25 | 1043 | 1042 | 19) => text().map(ValueRef::Text),
        (Kind::I16, INT2) | (Kind::I32, INT4 | INT2) | (Kind::I64, INT8 | INT4 | INT2) => {
            integer().map(ValueRef::I64)
        }
        // the sum of a bigint
        (Kind::I64, NUMERIC) => i64::try_from(decode_decimal(raw)?).ok().map(ValueRef::I64),
        (Kind::Timestamp, TIMESTAMPTZ) => long()?.checked_add(EPOCH_MICROS).map(ValueRef::Timestamp),
        (Kind::Bool, BOOL) => raw.first().map(|b| ValueRef::Bool(*b != 0)),
        (Kind::F64, FLOAT8) => raw.first_chunk().map(|b| ValueRef::F64(f64::from_be_bytes(*b))),
        (Kind::F64, FLOAT4) => raw.first_chunk().map(|b| ValueRef::F64(f32::from_be_bytes(*b).into())),
        (Kind::Bytes, BYTEA) => Some(ValueRef::Bytes(raw)),
        (Kind::Decimal, NUMERIC) => decode_decimal(raw).map(ValueRef::Decimal),
        (Kind::Decimal, INT8 | INT4 | INT2) => integer().map(|v| ValueRef::Decimal(v.into())),
        (Kind::Date, DATE) => {
            raw.first_chunk().and_then(|b| i32::from_be_bytes(*b).checked_add(EPOCH_DAYS)).map(ValueRef::Date)
        }
        (Kind::Time, TIME) => long().map(ValueRef::Time),
        (Kind::Json, JSONB) => raw
            .split_first()
            .filter(|(version, _)| **version == 1)
            .and_then(|(_, t)| std::str::from_utf8(t).ok())
            .map(|t| ValueRef::Json(Cow::Borrowed(t))),
        (Kind::Json, JSON) => text().map(|t| ValueRef::Json(Cow::Borrowed(t))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numeric_comes_back_as_it_went() {
        for text in [
            "0",
            "1",
            "-1",
            "0.5",
            "10000",
            "12345.6789",
            "-0.0001",
            "79228162514264337593543950335",
            "0.0000000000000000000000000001",
            "100000000",
        ] {
            let value: Decimal = text.parse().unwrap();
            let mut raw = Vec::new();
            encode_decimal(&value, &mut raw).unwrap();
            assert_eq!(decode_decimal(&raw).map(|d| d.to_string()).as_deref(), Some(text));
        }
    }
}

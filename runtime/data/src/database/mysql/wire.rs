//! Values as MySQL's binary protocol has them, both ways. What a column really is is looked at for every value, so that a
//! schema that has drifted is an error and never a misread value.

use crate::row::{Row, drifted};
use crate::stmt::Bind;
use framewright_core::{Date, Decimal, Kind, Result, Value, ValueRef};
use mysql_async::Value as Cell;
use std::borrow::Cow;
use std::io::{self, Write};
use std::str::FromStr;

const DAY: i64 = 86_400_000_000;
/// The number of the character set that is none: bytes.
const BINARY: u16 = 63;

/// Year, month and day of a day since 1970.
fn civil(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let (era, doe) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month as u8, (doy - (153 * mp + 2) / 5 + 1) as u8)
}

/// Hour, minute, second and microsecond of a time of day.
fn clock(micros: i64) -> (u8, u8, u8, u32) {
    let seconds = micros / 1_000_000;
    ((seconds / 3600) as u8, (seconds / 60 % 60) as u8, (seconds % 60) as u8, (micros % 1_000_000) as u32)
}

/// The parameter of a bind.
pub(super) fn parameter(bind: &Bind) -> Cell {
    match &bind.value {
        Value::Null => Cell::NULL,
        Value::Bool(v) => Cell::Int((*v).into()),
        Value::I64(v) => Cell::Int(*v),
        Value::F64(v) => Cell::Double(*v),
        Value::Text(v) | Value::Json(v) => Cell::Bytes(v.as_bytes().to_vec()),
        Value::Bytes(v) => Cell::Bytes(v.clone()),
        Value::Uuid(v) => Cell::Bytes(v.to_vec()),
        Value::Decimal(v) => Cell::Bytes(v.to_string().into_bytes()),
        Value::Timestamp(v) => {
            let ((y, m, d), (h, min, s, us)) = (civil(v.div_euclid(DAY)), clock(v.rem_euclid(DAY)));
            Cell::Date(y as u16, m, d, h, min, s, us)
        }
        Value::Date(v) => {
            let (y, m, d) = civil((*v).into());
            Cell::Date(y as u16, m, d, 0, 0, 0, 0)
        }
        Value::Time(v) => {
            let (h, m, s, us) = clock(*v);
            Cell::Time(false, 0, h, m, s, us)
        }
    }
}

/// Writes a value that is not NULL as Diesel sends it: numbers in the width of their kind, times as text.
pub(crate) fn encode(bind: &Bind, out: &mut impl Write) -> io::Result<()> {
    let range = |_| io::Error::other("a value does not fit the kind of its column");
    match (&bind.value, bind.kind) {
        (Value::Bool(v), _) => out.write_all(&[u8::from(*v)]),
        (Value::I64(v), Kind::I16) => out.write_all(&i16::try_from(*v).map_err(range)?.to_le_bytes()),
        (Value::I64(v), Kind::I32) => out.write_all(&i32::try_from(*v).map_err(range)?.to_le_bytes()),
        (Value::I64(v), Kind::Decimal) => write!(out, "{v}"),
        (Value::I64(v), _) => out.write_all(&v.to_le_bytes()),
        (Value::F64(v), _) => out.write_all(&v.to_le_bytes()),
        (Value::Timestamp(_) | Value::Date(_) | Value::Time(_), _) => match parameter(bind) {
            Cell::Date(y, m, d, h, min, s, us) if bind.kind == Kind::Timestamp => {
                write!(out, "{y:04}-{m:02}-{d:02} {h:02}:{min:02}:{s:02}.{us:06}")
            }
            Cell::Date(y, m, d, ..) => write!(out, "{y:04}-{m:02}-{d:02}"),
            Cell::Time(_, _, h, m, s, us) => write!(out, "{h:02}:{m:02}:{s:02}.{us:06}"),
            _ => Ok(()),
        },
        _ => match parameter(bind) {
            Cell::Bytes(v) => out.write_all(&v),
            _ => Err(io::Error::other("a value does not fit the kind of its column")),
        },
    }
}

impl Row for mysql_async::Row {
    fn get(&self, index: usize, kind: Kind) -> Result<ValueRef<'_>> {
        let cell = self.as_ref(index).ok_or_else(|| drifted(index, kind))?;
        let binary = self.columns_ref().get(index).is_some_and(|c| c.character_set() == BINARY);
        decode(cell, binary, kind).ok_or_else(|| drifted(index, kind))
    }
}

/// The value of a cell, if it holds values of this kind.
pub(super) fn decode(cell: &Cell, binary: bool, kind: Kind) -> Option<ValueRef<'_>> {
    let text = |raw| std::str::from_utf8(raw).ok();
    match (kind, cell) {
        (_, Cell::NULL) => Some(ValueRef::Null),
        (Kind::Bool, Cell::Int(v)) => (0..=1).contains(v).then_some(ValueRef::Bool(*v == 1)),
        (Kind::I16, Cell::Int(v)) => i16::try_from(*v).is_ok().then_some(ValueRef::I64(*v)),
        (Kind::I32, Cell::Int(v)) => i32::try_from(*v).is_ok().then_some(ValueRef::I64(*v)),
        (Kind::I64, Cell::Int(v)) => Some(ValueRef::I64(*v)),
        (Kind::I64, Cell::UInt(v)) => i64::try_from(*v).ok().map(ValueRef::I64),
        // the sum of integers is a decimal
        (Kind::I64, Cell::Bytes(raw)) => text(raw)?.parse().ok().map(ValueRef::I64),
        (Kind::F64, Cell::Double(v)) => Some(ValueRef::F64(*v)),
        (Kind::F64, Cell::Float(v)) => Some(ValueRef::F64((*v).into())),
        (Kind::F64, Cell::Bytes(raw)) => text(raw)?.parse().ok().map(ValueRef::F64),
        (Kind::Text, Cell::Bytes(raw)) if !binary => text(raw).map(ValueRef::Text),
        (Kind::Json, Cell::Bytes(raw)) => text(raw).map(|t| ValueRef::Json(Cow::Borrowed(t))),
        (Kind::Bytes, Cell::Bytes(raw)) if binary => Some(ValueRef::Bytes(raw)),
        (Kind::Uuid, Cell::Bytes(raw)) if binary => {
            <[u8; 16]>::try_from(raw.as_slice()).ok().map(ValueRef::Uuid)
        }
        (Kind::Decimal, Cell::Bytes(raw)) => {
            Decimal::from_str(text(raw)?).ok().map(|d| ValueRef::Decimal(d.normalize()))
        }
        (Kind::Decimal, Cell::Int(v)) => Some(ValueRef::Decimal((*v).into())),
        (Kind::Timestamp, Cell::Date(y, m, d, h, min, s, us)) => {
            let day = Date::from_ymd((*y).into(), (*m).into(), (*d).into())?.days();
            let seconds = i64::from(*h) * 3600 + i64::from(*min) * 60 + i64::from(*s);
            Some(ValueRef::Timestamp(i64::from(day) * DAY + seconds * 1_000_000 + i64::from(*us)))
        }
        (Kind::Date, Cell::Date(y, m, d, 0, 0, 0, 0)) => {
            Date::from_ymd((*y).into(), (*m).into(), (*d).into()).map(|d| ValueRef::Date(d.days()))
        }
        (Kind::Time, Cell::Time(false, 0, h, m, s, us)) => {
            let seconds = i64::from(*h) * 3600 + i64::from(*m) * 60 + i64::from(*s);
            Some(ValueRef::Time(seconds * 1_000_000 + i64::from(*us)))
        }
        _ => None,
    }
}

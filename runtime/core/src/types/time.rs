//! Points in time, dates and times of day: microseconds, the finest grain that all three databases keep.

use crate::column::{Column, ColumnFacts, Mismatch};
use crate::value::{Kind, Value, ValueRef};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, SecondsFormat, Timelike, Utc};
use std::fmt;
use std::str::FromStr;

/// The first and last microsecond that every database and RFC 3339 can express: years 1 to 9999.
const RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;
const DAY: i64 = 86_400_000_000;

/// A point in time in UTC, to the microsecond, in the years 1 to 9999.
///
/// ```
/// use framewright_core::Timestamp;
/// let t: Timestamp = "2026-11-20T12:00:00.25+01:00".parse().unwrap();
/// assert_eq!(t.to_string(), "2026-11-20T11:00:00.250Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A day of the (proleptic Gregorian) calendar, in the years 1 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// A time of day to the microsecond; 24:00 and leap seconds are not times.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Timestamp {
    /// What the machine's clock says; in requests and jobs use `cx.now()`, which tests can stop.
    #[must_use]
    pub fn now() -> Self {
        Self(Utc::now().timestamp_micros())
    }
    /// The point that many microseconds after 1970-01-01T00:00:00Z; `None` outside the years 1 to 9999.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros >= *RANGE.start() && micros <= *RANGE.end() { Some(Self(micros)) } else { None }
    }
    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }
    /// The point this much later, or the last one there is.
    #[must_use]
    pub fn plus(self, span: std::time::Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)).min(*RANGE.end()))
    }
    /// The point this much earlier, or the first one there is.
    #[must_use]
    pub fn minus(self, span: std::time::Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)).max(*RANGE.start()))
    }
    /// The same point for `chrono`.
    #[must_use]
    pub fn chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }
}

impl Date {
    /// The day that many days after 1970-01-01; `None` outside the years 1 to 9999.
    #[must_use]
    pub const fn from_days(days: i32) -> Option<Self> {
        if days >= -719_162 && days <= 2_932_896 { Some(Self(days)) } else { None }
    }
    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }
    /// The day with this year, month and day of month.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        let days = NaiveDate::from_ymd_opt(year, month, day)?.num_days_from_ce() - 719_163;
        Self::from_days(days)
    }
    /// The same day for `chrono`.
    #[must_use]
    pub fn chrono(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0 + 719_163).unwrap_or_default()
    }
}

impl Time {
    /// The time that many microseconds after midnight; `None` from 24 hours on.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros >= 0 && micros < DAY { Some(Self(micros)) } else { None }
    }
    /// Microseconds since midnight.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.chrono().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}
impl FromStr for Timestamp {
    type Err = Mismatch;
    fn from_str(text: &str) -> Result<Self, Mismatch> {
        // Only RFC 3339 proper: chrono would also take a blank for the `T`.
        if text.as_bytes().get(10).is_none_or(|c| !matches!(c, b'T' | b't')) {
            return Err(Mismatch);
        }
        let at = DateTime::parse_from_rfc3339(text).map_err(|_| Mismatch)?;
        if at.nanosecond() >= 1_000_000_000 {
            return Err(Mismatch); // a leap second has no place on the axis
        }
        Self::from_micros(at.timestamp_micros()).ok_or(Mismatch)
    }
}
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.chrono().format("%Y-%m-%d"))
    }
}
impl FromStr for Date {
    type Err = Mismatch;
    fn from_str(text: &str) -> Result<Self, Mismatch> {
        let shape = text.len() == 10
            && text
                .bytes()
                .enumerate()
                .all(|(i, c)| if i == 4 || i == 7 { c == b'-' } else { c.is_ascii_digit() });
        if !shape {
            return Err(Mismatch);
        }
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| Mismatch)?;
        Self::from_days(day.num_days_from_ce() - 719_163).ok_or(Mismatch)
    }
}
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (secs, frac) = (self.0 / 1_000_000, self.0 % 1_000_000);
        write!(f, "{:02}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)?;
        match frac {
            0 => Ok(()),
            _ if frac % 1000 == 0 => write!(f, ".{:03}", frac / 1000),
            _ => write!(f, ".{frac:06}"),
        }
    }
}
impl FromStr for Time {
    type Err = Mismatch;
    fn from_str(text: &str) -> Result<Self, Mismatch> {
        if text.len() < 8 || text.len() > 15 {
            return Err(Mismatch);
        }
        let at = NaiveTime::parse_from_str(text, "%H:%M:%S%.f").map_err(|_| Mismatch)?;
        if at.nanosecond() >= 1_000_000_000 {
            return Err(Mismatch);
        }
        Ok(Self(i64::from(at.num_seconds_from_midnight()) * 1_000_000 + i64::from(at.nanosecond()) / 1000))
    }
}

macro_rules! column {
    ($($ty:ident, $kind:ident, $range:expr, $what:literal;)*) => {$(
        impl fmt::Debug for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl serde::Serialize for $ty {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $ty {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(|_| serde::de::Error::custom($what))
            }
        }
        impl Column for $ty {
            const FACTS: ColumnFacts = ColumnFacts::new(Kind::$kind);
            fn get(&self) -> ValueRef<'_> {
                ValueRef::$kind(self.0)
            }
            fn take(value: Value) -> Result<Self, Mismatch> {
                match value {
                    Value::$kind(v) => $range(v).ok_or(Mismatch),
                    _ => Err(Mismatch),
                }
            }
        }
    )*};
}
column! {
    Timestamp, Timestamp, Timestamp::from_micros, "not an RFC 3339 time";
    Date, Date, Date::from_days, "not a date of the form 2026-11-20";
    Time, Time, Time::from_micros, "not a time of the form 12:00:00";
}

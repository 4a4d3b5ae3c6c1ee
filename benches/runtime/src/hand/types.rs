//! The two types that need a word in three languages: JSON, PostgreSQL's binary format, Rust. Features of the driver
//! would say the same, and would have every crate of the workspace built twice.

use bytes::BytesMut;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::Fail;

/// A UUID.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Uuid(pub(crate) uuid::Uuid);

impl Uuid {
    pub(crate) fn from_slice(bytes: &[u8]) -> Result<Self, Fail> {
        Ok(Self(uuid::Uuid::from_slice(bytes)?))
    }
    pub(crate) fn now_v7() -> Self {
        Self(uuid::Uuid::now_v7())
    }
    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()))
    }
}

impl<'de> Deserialize<'de> for Uuid {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(from)?;
        uuid::Uuid::try_parse(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl FromSql<'_> for Uuid {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Fail> {
        Self::from_slice(raw)
    }
    fn accepts(ty: &Type) -> bool {
        *ty == Type::UUID
    }
}

impl ToSql for Uuid {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Fail> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
    fn accepts(ty: &Type) -> bool {
        *ty == Type::UUID
    }
    to_sql_checked!();
}

/// A point in time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time(pub(crate) DateTime<Utc>);

/// 2000-01-01, from which PostgreSQL counts.
const EPOCH: i64 = 946_684_800_000_000;

impl Time {
    pub(crate) fn from_micros(micros: i64) -> Result<Self, Fail> {
        DateTime::from_timestamp_micros(micros).map(Self).ok_or_else(|| "time out of range".into())
    }
    pub(crate) fn now() -> Self {
        Self(Utc::now())
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl FromSql<'_> for Time {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Fail> {
        let micros = i64::from_be_bytes(raw.try_into()?);
        Self::from_micros(micros.checked_add(EPOCH).ok_or("time out of range")?)
    }
    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }
}

impl ToSql for Time {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Fail> {
        out.extend_from_slice(&(self.0.timestamp_micros() - EPOCH).to_be_bytes());
        Ok(IsNull::No)
    }
    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }
    to_sql_checked!();
}

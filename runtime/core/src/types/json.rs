//! `Json<T>`: any serialisable value in one column.

use crate::column::{Column, ColumnFacts, Mismatch};
use crate::value::{Kind, Value, ValueRef};
use serde::{Serialize, de::DeserializeOwned};
use std::borrow::Cow;

/// A value stored as JSON: `jsonb` on PostgreSQL, checked text elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Json<T>(pub T);

impl<T: Serialize> Serialize for Json<T> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}
impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Json<T> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::deserialize(from).map(Self)
    }
}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Column for Json<T> {
    const FACTS: ColumnFacts = ColumnFacts {
        // Only the place: serde's own words would name types of the application.
        shape: Some(|text| serde_json::from_str::<T>(text).map(|_| ()).map_err(|e| e.column())),
        ..ColumnFacts::new(Kind::Json)
    };
    fn get(&self) -> ValueRef<'_> {
        // A type whose own `Serialize` fails (a map with keys that are not text) has no JSON form: it is stored as null.
        ValueRef::Json(Cow::Owned(serde_json::to_string(&self.0).unwrap_or_else(|_| "null".to_owned())))
    }
    fn take(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Json(text) => serde_json::from_str(&text).map(Self).map_err(|_| Mismatch),
            _ => Err(Mismatch),
        }
    }
}

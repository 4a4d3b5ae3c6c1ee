//! Records and bodies for serde: what the one-line impls of `CreatePost` and `UpdatePost` call, and [`View`].

use super::body::{self, Purpose, settable};
use super::reader::{Number, Token};
use super::{moment, scalar, write};
use crate::descriptor::{Access, FieldDescriptor, ResourceDescriptor};
use crate::error::FieldError;
use crate::record::{Record, Values};
use crate::validate::note;
use crate::value::{Kind, Value, ValueRef};
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap, Serializer};
use std::fmt;

/// A record as JSON: the fields that may be read, in the order of the struct.
///
/// ```ignore
/// let json = serde_json::to_string(&post.view())?;
/// ```
pub struct View<'a>(&'a dyn Record);

impl<'a> View<'a> {
    /// The view of a record.
    #[must_use]
    pub fn of(record: &'a dyn Record) -> Self {
        Self(record)
    }

    /// The same as bytes, without serde in between.
    ///
    /// # Errors
    /// When a value has no JSON form.
    pub fn to_json(&self) -> crate::Result<Vec<u8>> {
        let descriptor = self.0.descriptor();
        let mut fields = write::readable(descriptor, None);
        fields.retain(|i| self.0.field(*i).is_some());
        let mut out = Vec::with_capacity(256);
        let mut at = fields.iter();
        write::record(&mut out, descriptor, &fields, |_, _| {
            Ok(at.next().and_then(|i| self.0.field(*i)).unwrap_or(ValueRef::Null))
        })?;
        Ok(out)
    }
}

impl serde::Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        serialize_record(self.0, to)
    }
}

/// Writes a record as [`View`] does: what `impl Serialize for Post` calls.
///
/// # Errors
/// Those of the serializer.
pub fn serialize_record<S: Serializer>(record: &dyn Record, to: S) -> Result<S::Ok, S::Error> {
    given(record, Access::READ, to)
}

/// Writes the given fields of a body, readable or not: what `impl Serialize for CreatePost` and `UpdatePost` call, so that
/// clients and tests can send them.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(record: &dyn Record, to: S) -> Result<S::Ok, S::Error> {
    given(record, 0, to)
}

fn given<S: Serializer>(record: &dyn Record, access: u16, to: S) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(None)?;
    for (index, field) in (0u16..).zip(record.descriptor().fields) {
        if let Some(value) = record.field(index).filter(|_| field.access.has(access)) {
            map.serialize_entry(field.name, &Written(field, &value))?;
        }
    }
    map.end()
}

struct Written<'a>(&'a FieldDescriptor, &'a ValueRef<'a>);

impl serde::Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let moment = |write: &dyn Fn(&mut Vec<u8>) -> Option<()>| {
            let mut out = Vec::with_capacity(32);
            write(&mut out).and_then(|()| String::from_utf8(out).ok()).map(|t| t.trim_matches('"').to_owned())
        };
        let none = || S::Error::custom("a time out of range has no JSON form");
        match self.1 {
            ValueRef::Null => to.serialize_none(),
            ValueRef::Bool(v) => to.serialize_bool(*v),
            ValueRef::I64(v) => to.serialize_i64(*v),
            ValueRef::F64(v) => to.serialize_f64(*v),
            ValueRef::Text(v) => to.serialize_str(v),
            ValueRef::Json(v) => {
                serde_json::from_str::<serde_json::Value>(v).map_err(S::Error::custom)?.serialize(to)
            }
            ValueRef::Timestamp(v) => {
                to.serialize_str(&moment(&|o| moment::timestamp(o, *v)).ok_or_else(none)?)
            }
            ValueRef::Date(v) => to.serialize_str(&moment(&|o| moment::date(o, *v)).ok_or_else(none)?),
            ValueRef::Time(v) => to.serialize_str(&moment(&|o| moment::time(o, *v)).ok_or_else(none)?),
            ValueRef::Bytes(_) | ValueRef::Uuid(_) | ValueRef::Decimal(_) => {
                let mut out = Vec::new();
                write::value(&mut out, self.0, self.1).map_err(S::Error::custom)?;
                to.serialize_str(String::from_utf8_lossy(&out).trim_matches('"'))
            }
        }
    }
}

/// Reads the fields that a client may give for this purpose: what `impl Deserialize for CreatePost` calls. The same rules
/// as [`read`](super::read); every mistake is in the one error.
///
/// # Errors
/// When a field is unknown, may not be set, is given twice, missing, or of another type.
pub fn deserialize<'de, D: Deserializer<'de>>(
    descriptor: &'static ResourceDescriptor,
    purpose: Purpose,
    from: D,
) -> Result<Values, D::Error> {
    from.deserialize_map(Fields { descriptor, purpose })
}

/// What the errors of [`deserialize`] begin with: serde has room for one text only, and [`said`] reads it again.
const SAID: &str = "some fields are not valid: ";

/// The failing fields that the text of a serde error names, if it is one of [`deserialize`]: with it, the bodies of
/// resources inside of types of the application are refused field by field as well.
#[must_use]
pub fn said(text: &str, path: &str) -> Option<Vec<FieldError>> {
    let (_, list) = text.split_once(SAID)?;
    // serde_json adds where in the text it was.
    let list = list.rsplit_once(" at line ").map_or(list, |(list, _)| list);
    let mut errors = Vec::new();
    for one in list.strip_prefix('`')?.split("; `") {
        let (field, message) = one.split_once("` ")?;
        let field = if path.is_empty() || path == "." { field.to_owned() } else { format!("{path}.{field}") };
        note(&mut errors, &field, message.to_owned());
    }
    Some(errors)
}

struct Fields {
    descriptor: &'static ResourceDescriptor,
    purpose: Purpose,
}

impl<'de> Visitor<'de> for Fields {
    type Value = Values;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values, A::Error> {
        let mut values = Values::of(self.descriptor);
        let mut errors = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let Some((index, field)) = settable(self.descriptor, &name, self.purpose) else {
                map.next_value::<IgnoredAny>()?;
                note(&mut errors, &body::shown(&name), body::refusal(self.descriptor, &name, self.purpose));
                continue;
            };
            let read = map.next_value_seed(OneField(field))?;
            match read {
                _ if values.get(index).is_some() => {
                    note(&mut errors, field.name, "is given more than once".to_owned())
                }
                Ok(value) => values.set(index, value),
                Err(message) => note(&mut errors, field.name, message),
            }
        }
        if self.purpose != Purpose::Update {
            for (index, field) in (0u16..).zip(self.descriptor.fields) {
                let failed = errors.iter().any(|e| e.field == field.name);
                if field.required()
                    && field.access.has(self.purpose.access())
                    && values.get(index).is_none()
                    && !failed
                {
                    note(&mut errors, field.name, "is required".to_owned());
                }
            }
        }
        if errors.is_empty() {
            return Ok(values);
        }
        let one = |e: &FieldError, m: &String| format!("`{}` {m}", e.field.replace('`', ""));
        let all: Vec<String> = errors.iter().flat_map(|e| e.messages.iter().map(|m| one(e, m))).collect();
        Err(de::Error::custom(format!("{SAID}{}", all.join("; "))))
    }
}

struct OneField(&'static FieldDescriptor);

impl OneField {
    fn token<E>(&self, token: &Token<'_>) -> Result<Result<Value, String>, E> {
        Ok(scalar::of_token(self.0, token))
    }
}

impl<'de> DeserializeSeed<'de> for OneField {
    type Value = Result<Value, String>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        if self.0.kind() != Kind::Json {
            return from.deserialize_any(self);
        }
        let json = <serde_json::Value as de::Deserialize>::deserialize(from)?;
        Ok(if json.is_null() {
            scalar::of_token(self.0, &Token::Null)
        } else {
            body::of_shape(self.0, &json.to_string())
        })
    }
}

impl<'de> Visitor<'de> for OneField {
    type Value = Result<Value, String>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E>(self, v: bool) -> Result<Self::Value, E> {
        self.token(&Token::Bool(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Self::Value, E> {
        self.token(&Token::Number(Number::Integer(v)))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Self::Value, E> {
        self.token(&Token::Number(i64::try_from(v).map_or(Number::Huge(v as f64), Number::Integer)))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Self::Value, E> {
        self.token(&Token::Number(Number::Double(v)))
    }
    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        self.token(&Token::Text(v.into()))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        self.token(&Token::Null)
    }
    fn visit_none<E>(self) -> Result<Self::Value, E> {
        self.token(&Token::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.token(&Token::List)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.token(&Token::Map)
    }
}

//! What expansions call: the bodies of generated items as ordinary, reviewed Rust, and the few functions behind
//! them. The attribute macro passes lists of fields; nothing here is an interface for applications.
//!
//! Every use of a field's type goes through `<T as Column>`, with the tokens of the user: a type that is no column
//! then makes the same error at the same place each time, which rustc prints once.

mod body;
mod column;
mod shell;

use crate::column::{Column, ColumnFacts, Mismatch};
use crate::descriptor::{RelationDescriptor, RelationKind, ResourceDescriptor};
use crate::error::Error;
use crate::json::{self, Purpose};
use crate::record::{Create, Patch, Record, Resource, Update, Values};
use crate::types::{Date, Decimal, Json, Time, Timestamp};
use crate::value::{Value, ValueRef};
use serde::de::{Deserializer, Error as _};
use std::fmt;

pub use {garde, inventory, serde};

/// What a setter takes for a field of type `T`: a `T`, a `&str` for a `String`, the value itself for an `Option`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` can't be set to `{Self}`",
    label = "expected `{T}`"
)]
pub trait IntoField<T> {
    /// The value of the field.
    fn into_field(self) -> T;
}
impl<T> IntoField<T> for T {
    fn into_field(self) -> T {
        self
    }
}
impl<T> IntoField<Option<T>> for T {
    fn into_field(self) -> Option<T> {
        Some(self)
    }
}
impl IntoField<String> for &str {
    fn into_field(self) -> String {
        self.to_owned()
    }
}
impl IntoField<Option<String>> for &str {
    fn into_field(self) -> Option<String> {
        Some(self.to_owned())
    }
}
impl<T> IntoField<Json<T>> for T {
    fn into_field(self) -> Json<T> {
        Json(self)
    }
}

/// Sets a field of a body.
pub fn put<T>(field: &mut T, value: impl IntoField<T>) {
    *field = value.into_field();
}

/// Sets a field of a body that has a default.
pub fn put_some<T>(field: &mut Option<T>, value: impl IntoField<T>) {
    *field = Some(value.into_field());
}

/// Sets a field of an update.
pub fn put_patch<T>(field: &mut Patch<T>, value: impl IntoField<T>) {
    *field = Patch::Set(value.into_field());
}

/// The resource that a field of type `Id<R>` points to.
///
/// # Panics
/// At compile time, when the type points nowhere.
#[must_use]
pub const fn target(facts: ColumnFacts) -> fn() -> &'static ResourceDescriptor {
    match facts.references {
        Some(target) => target,
        None => panic!("the type of this field is no foreign key"),
    }
}

/// A foreign key has the type of the key it points to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a foreign key here: the key it points to has the type `{K}`",
    label = "not the type of the key",
    note = "write `{K}`, or `Option<{K}>` if it is optional: a foreign key has the type of the key it points to"
)]
pub trait SameKey<K> {}
impl<K> SameKey<K> for K {}

/// Compiles when `T` is the type of `R`'s key.
pub const fn foreign_key<T: SameKey<K>, K>() {}

/// The relation with this index. The shell of a resource that did not compile has none; it stands in for itself.
#[must_use]
pub const fn relation(of: &'static ResourceDescriptor, index: usize) -> &'static RelationDescriptor {
    static NOTHING: ResourceDescriptor = ResourceDescriptor::of("", "", "", crate::__source!());
    static NONE: RelationDescriptor = RelationDescriptor {
        name: "",
        kind: RelationKind::BelongsTo { field: 0 },
        target: || &NOTHING,
        doc: "",
    };
    if index < of.relations.len() { &of.relations[index] } else { &NONE }
}

/// Prints a record field by field, secrets left out.
///
/// # Errors
/// Those of the formatter.
pub fn debug(name: &str, record: &dyn Record, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use crate::descriptor::Access;
    let mut out = f.debug_struct(name);
    for (index, field) in (0u16..).zip(record.descriptor().fields) {
        match record.field(index) {
            None => {}
            Some(_) if field.access.has(Access::SECRET) => {
                out.field(field.name, &format_args!("[secret]"));
            }
            Some(value) => {
                out.field(field.name, &Shown(&value));
            }
        }
    }
    out.finish()
}

struct Shown<'a>(&'a ValueRef<'a>);
impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ValueRef::Null => f.write_str("None"),
            ValueRef::Bool(v) => v.fmt(f),
            ValueRef::I64(v) => v.fmt(f),
            ValueRef::F64(v) => v.fmt(f),
            ValueRef::Text(v) => v.fmt(f),
            ValueRef::Bytes(v) => write!(f, "[{} bytes]", v.len()),
            ValueRef::Uuid(v) => fmt::Display::fmt(&uuid::Uuid::from_bytes(*v), f),
            ValueRef::Decimal(v) => fmt::Display::fmt(v, f),
            ValueRef::Timestamp(_) | ValueRef::Date(_) | ValueRef::Time(_) => f.write_str(&moment(self.0)),
            ValueRef::Json(v) => f.write_str(v),
        }
    }
}

/// A point in time, a day or a time of day, as JSON writes it.
fn moment(value: &ValueRef<'_>) -> String {
    match value {
        ValueRef::Timestamp(v) => Timestamp::from_micros(*v).map(|v| v.to_string()),
        ValueRef::Date(v) => Date::from_days(*v).map(|v| v.to_string()),
        ValueRef::Time(v) => Time::from_micros(*v).map(|v| v.to_string()),
        _ => None,
    }
    .unwrap_or_default()
}

/// A bound of a decimal.
#[must_use]
pub const fn decimal(digits: i64, scale: u32) -> Decimal {
    let [b0, b1, b2, b3, b4, b5, b6, b7] = digits.unsigned_abs().to_le_bytes();
    let (low, middle) = (u32::from_le_bytes([b0, b1, b2, b3]), u32::from_le_bytes([b4, b5, b6, b7]));
    Decimal::from_parts(low, middle, 0, digits < 0, scale)
}

/// A rule of the application for fields of type `T`: a function.
#[diagnostic::on_unimplemented(
    message = "this is no rule for a field of type `{T}`",
    label = "a rule for another type, or none at all",
    note = "a rule is a function `fn(&{T}) -> Result<(), E>`, where `E` is a `&str`, a `String` or an error"
)]
pub trait FieldRule<T: ?Sized, E> {
    /// Asks it.
    ///
    /// # Errors
    /// What is wrong with the value.
    fn ask(&self, value: &T) -> Result<(), E>;
}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, E: ToString, F: Fn(&T) -> Result<(), E>> FieldRule<T, E> for F {
    fn ask(&self, value: &T) -> Result<(), E> {
        self(value)
    }
}

/// A rule of the application over a whole record: a function from the body of its create.
#[diagnostic::on_unimplemented(
    message = "this can't check a `{C}`",
    label = "a check of another body, or none at all",
    note = "a check is a function `fn(&{C}) -> Result<()>`"
)]
pub trait RecordRule<C> {
    /// Asks it.
    ///
    /// # Errors
    /// What is wrong with the record.
    fn ask(&self, body: &C) -> Result<(), Error>;
}
#[diagnostic::do_not_recommend]
impl<C, F: Fn(&C) -> Result<(), Error>> RecordRule<C> for F {
    fn ask(&self, body: &C) -> Result<(), Error> {
        self(body)
    }
}

/// Calls a rule of the application on the value of a field; null has no rule to keep.
///
/// # Errors
/// The message of the rule.
pub fn custom<T: Column, E: ToString>(value: ValueRef<'_>, rule: impl FieldRule<T, E>) -> Result<(), String> {
    if value.is_null() {
        return Ok(());
    }
    // A value of another type has an error of its own already.
    T::take(value.to_value()).map_or(Ok(()), |v| rule.ask(&v).map_err(|e| e.to_string()))
}

/// The same for text, which needs no copy.
///
/// # Errors
/// The message of the rule.
pub fn custom_text<E: ToString>(value: ValueRef<'_>, rule: impl FieldRule<str, E>) -> Result<(), String> {
    match value {
        ValueRef::Text(v) => rule.ask(v).map_err(|e| e.to_string()),
        _ => Ok(()),
    }
}

/// Calls a rule of the application on a whole record, in the form of its create body.
///
/// # Errors
/// Those of the rule.
pub fn check<C: Create>(values: &Values, rule: impl RecordRule<C>) -> Result<(), Error> {
    // What is missing or of another type has an error of its own already.
    C::build(&mut values.clone()).map_or(Ok(()), |body| rule.ask(&body))
}

/// The variant of an enum by its name.
///
/// # Errors
/// When the text is no name of a variant; the error says which are.
pub fn variant<'de, D: Deserializer<'de>, T: std::str::FromStr>(
    from: D,
    names: &[&str],
) -> Result<T, D::Error> {
    let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(from)?;
    text.parse().map_err(|_| D::Error::custom(format_args!("expected one of {}", names.join(", "))))
}

/// A value as a type that has a text.
///
/// # Errors
/// [`Mismatch`] when it is no text, or not one of the type.
pub fn parsed<T: std::str::FromStr<Err = Mismatch>>(value: Value) -> Result<T, Mismatch> {
    match value {
        Value::Text(text) => text.parse(),
        _ => Err(Mismatch),
    }
}

/// Reads the body of a create.
///
/// # Errors
/// Those of the format, and every field that is not valid.
pub fn create<'de, B: Create, D: Deserializer<'de>>(from: D) -> Result<B, D::Error> {
    let mut values = json::deserialize(B::Resource::DESCRIPTOR, Purpose::Create, from)?;
    B::build(&mut values).map_err(missing)
}

/// Reads the body of an update.
///
/// # Errors
/// As [`create`].
pub fn update<'de, B: Update, D: Deserializer<'de>>(from: D) -> Result<B, D::Error> {
    let mut values = json::deserialize(B::Resource::DESCRIPTOR, Purpose::Update, from)?;
    B::build(&mut values).map_err(missing)
}

fn missing<E: serde::de::Error>(_: Mismatch) -> E {
    E::custom("a required field is missing, or out of range")
}

/// Remembers the record that an update is about.
pub fn keep<R>(place: &mut Option<Box<R>>, record: R) {
    *place = Some(Box::new(record));
}

/// The record that an update is about, if it has been told.
pub fn kept<R>(place: &mut Option<Box<R>>) -> Option<R> {
    place.take().map(|record| *record)
}

pub use std::boxed::Box;

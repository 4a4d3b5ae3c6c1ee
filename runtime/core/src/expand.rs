//! What expansions call: the bodies of generated items as ordinary, reviewed Rust, and the few functions behind
//! them. The attribute macro passes lists of fields; nothing here is an interface for applications.
//!
//! Every use of a field's type goes through `<T as Column>`, with the tokens of the user: a type that is no column
//! then makes the same error at the same place each time, which rustc prints once.

use crate::column::{Column, ColumnFacts};
use crate::descriptor::{RelationDescriptor, RelationKind, ResourceDescriptor};
use crate::error::Error;
use crate::record::{Create, Record, Values};
use crate::types::{Date, Json, Time, Timestamp};
use crate::value::ValueRef;
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
    message = "`{Self}` can't be a foreign key here: the key it points to is a `{K}`",
    label = "not the type of the key",
    note = "a foreign key has the type of the key it points to; `Option<…>` makes it optional"
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

/// Calls a rule of the application on the value of a field; null has no rule to keep.
///
/// # Errors
/// The message of the rule.
pub fn custom<T: Column, E: ToString>(
    value: ValueRef<'_>,
    rule: fn(&T) -> Result<(), E>,
) -> Result<(), String> {
    if value.is_null() {
        return Ok(());
    }
    // A value of another type has an error of its own already.
    T::take(value.to_value()).map_or(Ok(()), |v| rule(&v).map_err(|e| e.to_string()))
}

/// The same for text, which needs no copy.
///
/// # Errors
/// The message of the rule.
pub fn custom_text<E: ToString>(value: ValueRef<'_>, rule: fn(&str) -> Result<(), E>) -> Result<(), String> {
    match value {
        ValueRef::Text(v) => rule(v).map_err(|e| e.to_string()),
        _ => Ok(()),
    }
}

/// Calls a rule of the application on a whole record, in the form of its create body.
///
/// # Errors
/// Those of the rule.
pub fn check<C: Create>(values: &Values, rule: fn(&C) -> Result<(), Error>) -> Result<(), Error> {
    // What is missing or of another type has an error of its own already.
    C::build(&mut values.clone()).map_or(Ok(()), |body| rule(&body))
}

/// The bodies of create and update with their setters, and the typed columns and relations.
#[doc(hidden)]
#[macro_export]
macro_rules! __bodies {
    (
        $vis:vis $name:ident $create:ident $update:ident $columns:ident
        fixed { $($fi:literal $(#[$fd:meta])* $fv:vis $f:ident: $ft:ty,)* }
        required { $($ri:literal $(#[$rd:meta])* $rv:vis $r:ident: $rt:ty,)* }
        nullable { $($ni:literal $(#[$nd:meta])* $nv:vis $n:ident: $nt:ty,)* }
        defaulted { $($di:literal $(#[$dd:meta])* $dv:vis $d:ident: $dt:ty,)* }
        columns { $($ci:literal $(#[$cd:meta])* $cv:vis $c:ident: $ct:ty,)* }
        relations { $($li:literal $(#[$ld:meta])* $l:ident: $lm:ident $lt:ty,)* }
    ) => {
        #[doc = ::core::concat!("What a new `", ::core::stringify!($name), "` is made of.")]
        #[allow(dead_code)]
        $vis struct $create {
            $($(#[$fd])* $fv $f: $ft,)*
            $($(#[$rd])* $rv $r: $rt,)*
            $($(#[$nd])* $nv $n: $nt,)*
            $($(#[$dd])* $dv $d: ::core::option::Option<$dt>,)*
        }
        #[allow(dead_code, clippy::too_many_arguments)]
        impl $create {
            /// With the required fields; the others are null or have their defaults.
            $vis fn new(
                $($f: impl $crate::expand::IntoField<$ft>,)*
                $($r: impl $crate::expand::IntoField<$rt>,)*
            ) -> Self {
                Self {
                    $($f: $crate::expand::IntoField::into_field($f),)*
                    $($r: $crate::expand::IntoField::into_field($r),)*
                    $($n: ::core::option::Option::None,)*
                    $($d: ::core::option::Option::None,)*
                }
            }
            $($(#[$nd])* #[must_use] $nv fn $n(mut self, value: impl $crate::expand::IntoField<$nt>) -> Self {
                self.$n = $crate::expand::IntoField::into_field(value);
                self
            })*
            $($(#[$dd])* #[must_use] $dv fn $d(mut self, value: impl $crate::expand::IntoField<$dt>) -> Self {
                self.$d = ::core::option::Option::Some($crate::expand::IntoField::into_field(value));
                self
            })*
        }
        #[doc = ::core::concat!("Changes of a `", ::core::stringify!($name), "`: what is not set stays as it is.")]
        #[allow(dead_code)]
        $vis struct $update {
            $($(#[$rd])* $rv $r: $crate::Patch<$rt>,)*
            $($(#[$nd])* $nv $n: $crate::Patch<$nt>,)*
            $($(#[$dd])* $dv $d: $crate::Patch<$dt>,)*
            #[doc(hidden)]
            $vis __record: ::core::option::Option<$crate::expand::Box<$name>>,
        }
        #[allow(dead_code)]
        impl $update {
            $($(#[$rd])* #[must_use] $rv fn $r(mut self, value: impl $crate::expand::IntoField<$rt>) -> Self {
                self.$r = $crate::Patch::Set($crate::expand::IntoField::into_field(value));
                self
            })*
            $($(#[$nd])* #[must_use] $nv fn $n(mut self, value: impl $crate::expand::IntoField<$nt>) -> Self {
                self.$n = $crate::Patch::Set($crate::expand::IntoField::into_field(value));
                self
            })*
            $($(#[$dd])* #[must_use] $dv fn $d(mut self, value: impl $crate::expand::IntoField<$dt>) -> Self {
                self.$d = $crate::Patch::Set($crate::expand::IntoField::into_field(value));
                self
            })*
        }
        impl ::core::default::Default for $update {
            fn default() -> Self {
                Self {
                    $($r: $crate::Patch::Keep,)*
                    $($n: $crate::Patch::Keep,)*
                    $($d: $crate::Patch::Keep,)*
                    __record: ::core::option::Option::None,
                }
            }
        }
        #[doc = ::core::concat!("The columns and relations of `", ::core::stringify!($name), "`, typed.")]
        #[allow(dead_code, non_camel_case_types)]
        $vis enum $columns {}
        #[allow(dead_code, non_upper_case_globals)]
        impl $columns {
            $($(#[$cd])* $cv const $c: $crate::query::typed::Col<$name, $ct> = $crate::query::typed::Col::new($ci);)*
            $($(#[$ld])* $vis const $l: $crate::query::typed::Rel<$name, $lt, $crate::query::typed::$lm> =
                $crate::query::typed::Rel::new($crate::expand::relation(<$name as $crate::Resource>::DESCRIPTOR, $li));)*
        }
    };
}

/// The conversions between a resource, its bodies and values.
#[doc(hidden)]
#[macro_export]
macro_rules! __impls {
    (
        $descriptor:ident $name:ident $create:ident $update:ident key $key:ident: $kt:ty;
        record { $($i:literal $c:ident: $ct:ty,)* }
        skipped { $($s:ident,)* }
        fixed { $($fi:literal $f:ident: $ft:ty,)* }
        required { $($ri:literal $r:ident: $rt:ty,)* }
        nullable { $($ni:literal $n:ident: $nt:ty,)* }
        defaulted { $($di:literal $d:ident: $dt:ty,)* }
    ) => {
        impl $crate::Record for $name {
            fn descriptor(&self) -> &'static $crate::ResourceDescriptor {
                &$descriptor
            }
            fn field(&self, index: ::core::primitive::u16) -> ::core::option::Option<$crate::ValueRef<'_>> {
                ::core::option::Option::Some(match index {
                    $($i => <$ct as $crate::Column>::get(&self.$c),)*
                    _ => return ::core::option::Option::None,
                })
            }
        }
        impl $crate::Resource for $name {
            type Key = $kt;
            type Create = $create;
            type Update = $update;
            const DESCRIPTOR: &'static $crate::ResourceDescriptor = &$descriptor;
            fn key(&self) -> Self::Key {
                ::core::clone::Clone::clone(&self.$key)
            }
            fn build(values: &mut $crate::Values) -> ::core::result::Result<Self, $crate::Mismatch> {
                ::core::result::Result::Ok(Self {
                    $($c: <$ct as $crate::Column>::take(values.given_or_mismatch($i)?)?,)*
                    $($s: ::core::default::Default::default(),)*
                })
            }
        }
        impl $crate::expand::serde::Serialize for $name {
            fn serialize<S: $crate::expand::serde::Serializer>(
                &self,
                to: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::json::serialize_record(self, to)
            }
        }
        impl $crate::Record for $create {
            fn descriptor(&self) -> &'static $crate::ResourceDescriptor {
                &$descriptor
            }
            fn field(&self, index: ::core::primitive::u16) -> ::core::option::Option<$crate::ValueRef<'_>> {
                ::core::option::Option::Some(match index {
                    $($fi => <$ft as $crate::Column>::get(&self.$f),)*
                    $($ri => <$rt as $crate::Column>::get(&self.$r),)*
                    $($ni if self.$n.is_some() => <$nt as $crate::Column>::get(&self.$n),)*
                    $($di => <$dt as $crate::Column>::get(self.$d.as_ref()?),)*
                    _ => return ::core::option::Option::None,
                })
            }
        }
        impl $crate::Create for $create {
            type Resource = $name;
            fn build(values: &mut $crate::Values) -> ::core::result::Result<Self, $crate::Mismatch> {
                ::core::result::Result::Ok(Self {
                    $($f: <$ft as $crate::Column>::take(values.given_or_mismatch($fi)?)?,)*
                    $($r: <$rt as $crate::Column>::take(values.given_or_mismatch($ri)?)?,)*
                    $($n: match values.unset($ni) {
                        ::core::option::Option::Some(value) => <$nt as $crate::Column>::take(value)?,
                        ::core::option::Option::None => ::core::option::Option::None,
                    },)*
                    $($d: match values.unset($di) {
                        ::core::option::Option::Some(value) => {
                            ::core::option::Option::Some(<$dt as $crate::Column>::take(value)?)
                        }
                        ::core::option::Option::None => ::core::option::Option::None,
                    },)*
                })
            }
        }
        impl $crate::Record for $update {
            fn descriptor(&self) -> &'static $crate::ResourceDescriptor {
                &$descriptor
            }
            fn field(&self, index: ::core::primitive::u16) -> ::core::option::Option<$crate::ValueRef<'_>> {
                ::core::option::Option::Some(match index {
                    $($ri => <$rt as $crate::Column>::get(self.$r.given()?),)*
                    $($ni => <$nt as $crate::Column>::get(self.$n.given()?),)*
                    $($di => <$dt as $crate::Column>::get(self.$d.given()?),)*
                    _ => return ::core::option::Option::None,
                })
            }
        }
        impl $crate::Update for $update {
            type Resource = $name;
            fn build(values: &mut $crate::Values) -> ::core::result::Result<Self, $crate::Mismatch> {
                let mut update = <Self as ::core::default::Default>::default();
                $(if let ::core::option::Option::Some(value) = values.unset($ri) {
                    update.$r = $crate::Patch::Set(<$rt as $crate::Column>::take(value)?);
                })*
                $(if let ::core::option::Option::Some(value) = values.unset($ni) {
                    update.$n = $crate::Patch::Set(<$nt as $crate::Column>::take(value)?);
                })*
                $(if let ::core::option::Option::Some(value) = values.unset($di) {
                    update.$d = $crate::Patch::Set(<$dt as $crate::Column>::take(value)?);
                })*
                ::core::result::Result::Ok(update)
            }
            fn bind(mut self, record: $name) -> Self {
                self.__record = ::core::option::Option::Some($crate::expand::Box::new(record));
                self
            }
            fn bound(&mut self) -> ::core::option::Option<$name> {
                self.__record.take().map(|record| *record)
            }
        }
        $crate::__debug! { $create }
        $crate::__debug! { $update }
        $crate::__outside! { $descriptor $create Create }
        $crate::__outside! { $descriptor $update Update }
    };
}

/// `Debug` of a record or a body, through the descriptor.
#[doc(hidden)]
#[macro_export]
macro_rules! __debug {
    ($name:ident) => {
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::expand::debug(::core::stringify!($name), self, f)
            }
        }
    };
}

/// What a body is outside the framework: serde's traits and garde's, one call each.
#[doc(hidden)]
#[macro_export]
macro_rules! __outside {
    ($descriptor:ident $body:ident $role:ident) => {
        impl $crate::expand::serde::Serialize for $body {
            fn serialize<S: $crate::expand::serde::Serializer>(
                &self,
                to: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::json::serialize(self, to)
            }
        }
        impl<'de> $crate::expand::serde::Deserialize<'de> for $body {
            fn deserialize<D: $crate::expand::serde::Deserializer<'de>>(
                from: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let mut values = $crate::json::deserialize(&$descriptor, $crate::json::Purpose::$role, from)?;
                <Self as $crate::$role>::build(&mut values).map_err($crate::expand::missing::<D>)
            }
        }
        impl $crate::expand::garde::Validate for $body {
            type Context = ();
            fn validate_into(
                &self,
                _: &(),
                parent: &mut dyn ::core::ops::FnMut() -> $crate::expand::garde::Path,
                report: &mut $crate::expand::garde::Report,
            ) {
                $crate::validate::report(self, $crate::json::Purpose::$role, parent, report);
            }
        }
    };
}

/// The names and impls of a resource that did not compile: they keep the rest of the program free of errors that
/// are none, and are never run.
#[doc(hidden)]
#[macro_export]
macro_rules! __shell {
    ($descriptor:ident $name:ident $create:ident $update:ident $key:ty) => {
        $crate::__shell! { @record $descriptor $name }
        $crate::__shell! { @record $descriptor $create }
        $crate::__shell! { @record $descriptor $update }
        impl $crate::Resource for $name {
            type Key = $key;
            type Create = $create;
            type Update = $update;
            const DESCRIPTOR: &'static $crate::ResourceDescriptor = &$descriptor;
            fn key(&self) -> Self::Key {
                ::core::unreachable!()
            }
            fn build(_: &mut $crate::Values) -> ::core::result::Result<Self, $crate::Mismatch> {
                ::core::unreachable!()
            }
        }
        impl $crate::Create for $create {
            type Resource = $name;
            fn build(_: &mut $crate::Values) -> ::core::result::Result<Self, $crate::Mismatch> {
                ::core::unreachable!()
            }
        }
        impl $crate::Update for $update {
            type Resource = $name;
            fn build(_: &mut $crate::Values) -> ::core::result::Result<Self, $crate::Mismatch> {
                ::core::unreachable!()
            }
            fn bind(self, _: $name) -> Self {
                ::core::unreachable!()
            }
            fn bound(&mut self) -> ::core::option::Option<$name> {
                ::core::unreachable!()
            }
        }
        $crate::__debug! { $create }
        $crate::__debug! { $update }
        $crate::__outside! { $descriptor $create Create }
        $crate::__outside! { $descriptor $update Update }
    };
    (@record $descriptor:ident $name:ident) => {
        impl $crate::Record for $name {
            fn descriptor(&self) -> &'static $crate::ResourceDescriptor {
                &$descriptor
            }
            fn field(&self, _: ::core::primitive::u16) -> ::core::option::Option<$crate::ValueRef<'_>> {
                ::core::unreachable!()
            }
        }
    };
}

/// The impls of an enum that is a column: its names, and everything a plain value has.
#[doc(hidden)]
#[macro_export]
macro_rules! __db_enum {
    ($name:ident { $($variant:ident $wire:literal)* }) => {
        impl $name {
            /// Every value, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The name that is stored and sent.
            #[must_use]
            pub const fn name(self) -> &'static ::core::primitive::str {
                match self { $(Self::$variant => $wire,)* }
            }
        }
        impl ::core::marker::Copy for $name {}
        impl ::core::clone::Clone for $name {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl ::core::cmp::PartialEq for $name {
            fn eq(&self, other: &Self) -> ::core::primitive::bool {
                *self as ::core::primitive::isize == *other as ::core::primitive::isize
            }
        }
        impl ::core::cmp::Eq for $name {}
        impl ::core::cmp::PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> ::core::option::Option<::core::cmp::Ordering> {
                ::core::option::Option::Some(::core::cmp::Ord::cmp(self, other))
            }
        }
        impl ::core::cmp::Ord for $name {
            fn cmp(&self, other: &Self) -> ::core::cmp::Ordering {
                ::core::cmp::Ord::cmp(&(*self as ::core::primitive::isize), &(*other as ::core::primitive::isize))
            }
        }
        impl ::core::hash::Hash for $name {
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                ::core::hash::Hash::hash(&(*self as ::core::primitive::isize), state);
            }
        }
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(match self { $(Self::$variant => ::core::stringify!($variant),)* })
            }
        }
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.name())
            }
        }
        impl ::core::str::FromStr for $name {
            type Err = $crate::Mismatch;
            fn from_str(text: &::core::primitive::str) -> ::core::result::Result<Self, $crate::Mismatch> {
                match text {
                    $($wire => ::core::result::Result::Ok(Self::$variant),)*
                    _ => ::core::result::Result::Err($crate::Mismatch),
                }
            }
        }
        impl $crate::Column for $name {
            const FACTS: $crate::ColumnFacts = $crate::ColumnFacts {
                options: ::core::option::Option::Some(&[$($wire),*]),
                ..$crate::ColumnFacts::new($crate::Kind::Text)
            };
            fn get(&self) -> $crate::ValueRef<'_> {
                $crate::ValueRef::Text(self.name())
            }
            fn take(value: $crate::Value) -> ::core::result::Result<Self, $crate::Mismatch> {
                match value {
                    $crate::Value::Text(text) => ::core::str::FromStr::from_str(&text),
                    _ => ::core::result::Result::Err($crate::Mismatch),
                }
            }
        }
        impl $crate::expand::serde::Serialize for $name {
            fn serialize<S: $crate::expand::serde::Serializer>(
                &self,
                to: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                to.serialize_str(self.name())
            }
        }
        impl<'de> $crate::expand::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::expand::serde::Deserializer<'de>>(
                from: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::expand::variant(from, &[$($wire),*])
            }
        }
    };
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

/// The descriptor of a field: its name, its type, and what is special about it.
#[doc(hidden)]
#[macro_export]
macro_rules! __field {
    ($name:literal $ty:ty, $($calls:tt)*) => {
        $crate::FieldDescriptor::new($name, ::core::concat!("\"", $name, "\":"), <$ty as $crate::Column>::FACTS) $($calls)*
    };
}

/// The default of a field of type `$ty`: one statement with the type written out, so that a value of another type
/// is an error on the value.
#[doc(hidden)]
#[macro_export]
macro_rules! __default {
    ($ty:ty, $value:expr) => {
        $crate::descriptor::DefaultValue::Value(|| {
            let value: $ty = $value;
            <$ty as $crate::Column>::value(&value)
        })
    };
}

/// Where the struct stands.
#[doc(hidden)]
#[macro_export]
macro_rules! __source {
    () => {
        $crate::descriptor::Source {
            file: ::core::file!(),
            line: ::core::line!(),
            module: ::core::module_path!(),
        }
    };
}

/// The error of a body that lacks a field.
pub fn missing<'de, D: Deserializer<'de>>(_: crate::column::Mismatch) -> D::Error {
    D::Error::custom("a required field is missing, or out of range")
}

pub use std::boxed::Box;

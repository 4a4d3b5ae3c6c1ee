//! Enums as columns, and the small pieces of descriptors.

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
        #[allow(clippy::expl_impl_clone_on_copy, reason = "a derive here would cost more to compile")]
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
                $crate::expand::parsed(value)
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

/// The descriptor of a field: its name, its type, and what is special about it.
#[doc(hidden)]
#[macro_export]
macro_rules! __field {
    ($name:literal $ty:ty, $($calls:tt)*) => {
        $crate::FieldDescriptor::new($name, ::core::concat!("\"", $name, "\":"), <$ty as $crate::Column>::FACTS) $($calls)*
    };
}

/// The default of a field of type `$ty`: one statement with the type written out, so that a value of another type
/// is an error on the value. A function and no closure: to the compiler a closure is generic, and a module that has
/// something generic is compiled into one more object file.
#[doc(hidden)]
#[macro_export]
macro_rules! __default {
    ($ty:ty, $value:expr) => {
        $crate::descriptor::DefaultValue::Value({
            fn __default() -> $crate::Value {
                let value: $ty = $value;
                $crate::ValueRef::to_value(&<$ty as $crate::Column>::get(&value))
            }
            __default
        })
    };
}

/// The function that leads to a resource: what a relation or a foreign key points to.
#[doc(hidden)]
#[macro_export]
macro_rules! __points {
    ($target:ty) => {{
        fn __points() -> &'static $crate::ResourceDescriptor {
            <$target as $crate::Resource>::DESCRIPTOR
        }
        __points
    }};
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

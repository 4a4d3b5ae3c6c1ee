//! The bodies of a resource with their setters, its typed columns, and the conversions between them and values.

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
                $crate::expand::put(&mut self.$n, value);
                self
            })*
            $($(#[$dd])* #[must_use] $dv fn $d(mut self, value: impl $crate::expand::IntoField<$dt>) -> Self {
                $crate::expand::put_some(&mut self.$d, value);
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
                $crate::expand::put_patch(&mut self.$r, value);
                self
            })*
            $($(#[$nd])* #[must_use] $nv fn $n(mut self, value: impl $crate::expand::IntoField<$nt>) -> Self {
                $crate::expand::put_patch(&mut self.$n, value);
                self
            })*
            $($(#[$dd])* #[must_use] $dv fn $d(mut self, value: impl $crate::expand::IntoField<$dt>) -> Self {
                $crate::expand::put_patch(&mut self.$d, value);
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
        // A field of a type that is no column is an error already: what follows it would be called unreachable besides.
        #[allow(unreachable_code)]
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
        #[allow(unreachable_code)]
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
                    $($c: match <$ct as $crate::Column>::given(values, $i) {
                        ::core::result::Result::Ok(value) => value,
                        ::core::result::Result::Err(e) => return ::core::result::Result::Err(e),
                    },)*
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
        #[allow(unreachable_code)]
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
        #[allow(unreachable_code)]
        impl $crate::Create for $create {
            type Resource = $name;
            fn build(values: &mut $crate::Values) -> ::core::result::Result<Self, $crate::Mismatch> {
                ::core::result::Result::Ok(Self {
                    $($f: match <$ft as $crate::Column>::given(values, $fi) {
                        ::core::result::Result::Ok(value) => value,
                        ::core::result::Result::Err(e) => return ::core::result::Result::Err(e),
                    },)*
                    $($r: match <$rt as $crate::Column>::given(values, $ri) {
                        ::core::result::Result::Ok(value) => value,
                        ::core::result::Result::Err(e) => return ::core::result::Result::Err(e),
                    },)*
                    $($n: match <$nt as $crate::Column>::given_or_null(values, $ni) {
                        ::core::result::Result::Ok(value) => value,
                        ::core::result::Result::Err(e) => return ::core::result::Result::Err(e),
                    },)*
                    $($d: match <$dt as $crate::Column>::if_given(values, $di) {
                        ::core::result::Result::Ok(value) => value,
                        ::core::result::Result::Err(e) => return ::core::result::Result::Err(e),
                    },)*
                })
            }
        }
        #[allow(unreachable_code)]
        impl $crate::Record for $update {
            fn descriptor(&self) -> &'static $crate::ResourceDescriptor {
                &$descriptor
            }
            fn field(&self, index: ::core::primitive::u16) -> ::core::option::Option<$crate::ValueRef<'_>> {
                match index {
                    $($ri => <$rt as $crate::Column>::get_patch(&self.$r),)*
                    $($ni => <$nt as $crate::Column>::get_patch(&self.$n),)*
                    $($di => <$dt as $crate::Column>::get_patch(&self.$d),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
        #[allow(unreachable_code)]
        impl $crate::Update for $update {
            type Resource = $name;
            fn build(values: &mut $crate::Values) -> ::core::result::Result<Self, $crate::Mismatch> {
                ::core::result::Result::Ok(Self {
                    $($r: match <$rt as $crate::Column>::patch(values, $ri) {
                        ::core::result::Result::Ok(value) => value,
                        ::core::result::Result::Err(e) => return ::core::result::Result::Err(e),
                    },)*
                    $($n: match <$nt as $crate::Column>::patch(values, $ni) {
                        ::core::result::Result::Ok(value) => value,
                        ::core::result::Result::Err(e) => return ::core::result::Result::Err(e),
                    },)*
                    $($d: match <$dt as $crate::Column>::patch(values, $di) {
                        ::core::result::Result::Ok(value) => value,
                        ::core::result::Result::Err(e) => return ::core::result::Result::Err(e),
                    },)*
                    __record: ::core::option::Option::None,
                })
            }
            fn bind(mut self, record: $name) -> Self {
                $crate::expand::keep(&mut self.__record, record);
                self
            }
            fn bound(&mut self) -> ::core::option::Option<$name> {
                $crate::expand::kept(&mut self.__record)
            }
        }
        $crate::__debug! { $create }
        $crate::__debug! { $update }
        $crate::__outside! { $create Create create }
        $crate::__outside! { $update Update update }
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
    ($body:ident $role:ident $read:ident) => {
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
                $crate::expand::$read(from)
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

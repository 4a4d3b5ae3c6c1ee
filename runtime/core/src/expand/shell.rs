//! What stands in for a resource that did not compile.

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
        $crate::__outside! { $create Create create }
        $crate::__outside! { $update Update update }
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

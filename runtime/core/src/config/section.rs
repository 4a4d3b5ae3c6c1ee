//! Sections as typed structs, and the registry of them.

use super::{Config, SectionSpec};
use crate::error::Result;

/// A struct that is a section of the configuration: `#[config]` makes one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't a section of the configuration",
    label = "not a section",
    note = "add `#[config(section = \"…\")]` above the definition of `{Self}`"
)]
pub trait ConfigSection: Clone + Send + Sync + 'static {
    /// Its settings.
    const SPEC: &'static SectionSpec;

    /// The section of a configuration.
    ///
    /// # Errors
    /// When the configuration has no value for one of its settings.
    fn read(config: &Config) -> Result<Self>;
}

/// The registration of a section: what `#[config]` submits.
pub struct SectionEntry(pub &'static SectionSpec);
inventory::collect!(SectionEntry);

/// Every section that was linked in, by name.
#[must_use]
pub fn sections() -> Vec<&'static SectionSpec> {
    let mut all: Vec<_> = inventory::iter::<SectionEntry>().map(|e| e.0).collect();
    all.sort_by_key(|s| s.name);
    all
}

/// Declares sections of the framework itself: the struct, its table and its registration in one place.
#[doc(hidden)]
#[macro_export]
macro_rules! config_section {
    (
        $(#[doc = $doc:literal])*
        $name:ident in $section:literal {
            $($(#[doc = $fdoc:literal])* $field:ident: $ty:ty $(= $default:literal)? $(, env $($env:literal)+)?;)*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $($(#[doc = $fdoc])* pub $field: $ty,)*
        }
        impl $crate::config::ConfigSection for $name {
            const SPEC: &'static $crate::config::SectionSpec = &$crate::config::SectionSpec {
                name: $section,
                doc: concat!($($doc, "\n",)*),
                settings: &[$($crate::config::SettingSpec::of::<$ty>(
                    stringify!($field),
                    $crate::config_section!(@default $($default)?),
                    &[$($($env),+)?],
                    concat!($($fdoc, "\n",)*),
                ),)*],
            };
            fn read(config: &$crate::config::Config) -> $crate::Result<Self> {
                Ok(Self { $($field: config.get($section, stringify!($field))?,)* })
            }
        }
        const _: () = {
            static NODE: $crate::di::Node = $crate::di::Node::section::<$name>($section);
            impl $crate::di::Provided for $name {
                const NODE: &'static $crate::di::Node = &NODE;
            }
        };
        $crate::config_section!(@submit $name);
    };
    (@default) => { None };
    (@default $default:literal) => { Some($default) };
    (@submit $name:ident) => {
        $crate::__inventory::submit! { $crate::config::SectionEntry(<$name as $crate::config::ConfigSection>::SPEC) }
    };
}

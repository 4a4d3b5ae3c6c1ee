//! What expansions name, and nothing else does: paths of one module, whatever the framework is called in the
//! application, and whatever the application has called its own types.

pub use core::clone::Clone;
pub use core::default::Default;
pub use core::fmt::{Debug, Formatter, Result as FmtResult};
pub use core::option::Option::{self, None, Some};
pub use core::primitive::{bool, i32, i64};
pub use core::result::Result::Ok;
pub use core::{concat, module_path, stringify};
pub use std::boxed::Box;
pub use std::string::String;
pub use std::sync::Arc;

pub use crate::linked::Expected;
pub use framewright_core::column::Column;
pub use framewright_core::descriptor::{
    Actions, DefaultValue, FieldDescriptor, Kept, KeyDescriptor, OnDelete, PageSizes, PolicyDescriptor,
    RelationDescriptor, RelationKind, ResourceDescriptor, Source,
};
pub use framewright_core::error::Result;
pub use framewright_core::expand::{check, custom, custom_text, decimal, foreign_key, inventory, target};
pub use framewright_core::record::{Resource, SoftDelete};
pub use framewright_core::registry::ResourceEntry;
pub use framewright_core::rule::Rule;
pub use framewright_core::types::{Id, Timestamp};
pub use framewright_core::{
    __bodies as bodies, __db_enum as db_enum, __debug as debug, __default as default, __field as field,
    __impls as impls, __points as points, __shell as shell, __source as source,
};
pub use framewright_core::{config, di};
pub use framewright_data::seed::SeedEntry;
pub use framewright_macros::ResourceFields;

/// The default of a text field.
#[must_use]
pub fn text(text: &str) -> String {
    text.to_owned()
}

//! The codes of all mistakes: the index of the book's error pages.

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $code:ident,)*) => {
        /// A stable code; its first digit is the family: 1 shape, 2 option, 3 field, 4 key and relation, 5 route,
        /// 6 policy, 7 other crates, 9 our own bug.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $code,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// The code as text: `FW403`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }

            /// What it is about.
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => concat!($($doc),+).trim_ascii(),)* }
            }
        }
    };
}

codes! {
    /// A resource is a struct.
    FW101,
    /// A resource has named fields.
    FW102,
    /// A resource is not generic.
    FW103,
    /// The item has a syntax error.
    FW104,
    /// A resource is declared once.
    FW105,
    /// An enum for a column has variants without data.
    FW106,
    /// Unknown option of an attribute.
    FW201,
    /// Unknown option of a field.
    FW202,
    /// An option is set twice.
    FW203,
    /// An option stands in the wrong place.
    FW204,
    /// An option has a value of another kind.
    FW206,
    /// A list is empty.
    FW207,
    /// Two options exclude each other.
    FW208,
    /// A type that no column can have.
    FW301,
    /// A resource owns its data.
    FW302,
    /// A field is optional twice.
    FW303,
    /// A rule does not fit the type of its field.
    FW304,
    /// The bounds of a rule exclude every value.
    FW305,
    /// A pattern is no regular expression.
    FW306,
    /// Two fields map to one column.
    FW307,
    /// A field that the framework adds has another type.
    FW308,
    /// A field that looks like a secret would be returned.
    FW309,
    /// A field that may not be read is filtered or sorted.
    FW310,
    /// A required field that nobody can set.
    FW311,
    /// A name that is taken.
    FW312,
    /// A column does not depend on `cfg`.
    FW313,
    /// Money is kept in a float.
    FW314,
    /// A resource has no primary key.
    FW401,
    /// A resource has two primary keys.
    FW402,
    /// An option names a field that does not exist.
    FW403,
    /// A key can't be of this type.
    FW404,
    /// An option for foreign keys on another field.
    FW405,
    /// `on_delete = set_null` needs an optional field.
    FW407,
    /// A relation has no name of its own.
    FW408,
    /// A path, or a table, that can't be one.
    FW501,
    /// Unknown action.
    FW503,
    /// Page sizes that exclude each other.
    FW505,
    /// A resource with routes has no policy.
    FW602,
    /// `diesel_schema` without diesel.
    FW701,
    /// More columns than `diesel_schema` can say.
    FW702,
    /// A bug of ours.
    FW900,
}

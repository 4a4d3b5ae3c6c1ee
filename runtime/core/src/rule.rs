//! Validation rules as data: the same table drives the check at run time, the CHECK constraint, the OpenAPI
//! schema and the hints of forms.

use crate::types::Decimal;

/// One rule of a field, beyond what its type says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// characters (Unicode scalar values) of text, bytes of binary: `length(min = 3, max = 120)`
    Length {
        /// at least
        min: Option<u32>,
        /// at most
        max: Option<u32>,
    },
    /// an integer, a decimal or money: `range(min = 1, max = 5)`
    Range {
        /// at least
        min: Option<i64>,
        /// at most
        max: Option<i64>,
    },
    /// a decimal, with digits after the point: `range(min = 0.01)`
    RangeDecimal {
        /// at least
        min: Option<Decimal>,
        /// at most
        max: Option<Decimal>,
    },
    /// a double: `range(min = 0.5)`
    RangeF64 {
        /// at least
        min: Option<f64>,
        /// at most
        max: Option<f64>,
    },
    /// a mail address: `email`
    Email,
    /// an absolute URL: `url`
    Url,
    /// matches a regular expression of the `regex` crate: `pattern = "^[a-z-]+$"`
    Pattern(&'static str),
    /// contains a text: `contains = "@"`
    Contains(&'static str),
    /// begins with a text: `prefix = "https://"`
    Prefix(&'static str),
    /// ends with a text: `suffix = ".pdf"`
    Suffix(&'static str),
    /// ASCII only: `ascii`
    Ascii,
    /// letters and digits only: `alphanumeric`
    Alphanumeric,
    /// not only white space: `not_blank`
    NotBlank,
}

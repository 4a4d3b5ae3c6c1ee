//! Money: integer minor units with the currency in the type, never a float.

use crate::column::{Column, ColumnFacts, Mismatch};
use crate::value::{Kind, Value, ValueRef};
use std::marker::PhantomData;

/// A currency, as a type.
///
/// ```
/// use framewright_core::types::Currency;
/// struct Eur;
/// impl Currency for Eur { const CODE: &'static str = "EUR"; }
/// ```
pub trait Currency: Send + Sync + 'static {
    /// The ISO 4217 code.
    const CODE: &'static str;
    /// Digits after the point.
    const DIGITS: u32 = 2;
}

macro_rules! currencies {
    ($($(#[$doc:meta])* $name:ident $code:literal $digits:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name;
        impl Currency for $name {
            const CODE: &'static str = $code;
            const DIGITS: u32 = $digits;
        }
    )*};
}
/// The currencies that come with the framework; any other is three lines.
pub mod currency {
    use super::Currency;
    currencies! {
        /// Euro
        Eur "EUR" 2;
        /// US dollar
        Usd "USD" 2;
        /// Pound sterling
        Gbp "GBP" 2;
        /// Swiss franc
        Chf "CHF" 2;
        /// Japanese yen
        Jpy "JPY" 0;
    }
}

/// An amount in the minor units (cents) of the currency `C`; JSON writes the integer.
pub struct Money<C>(i64, PhantomData<fn() -> C>);

impl<C> Money<C> {
    /// An amount of minor units: `Money::<Eur>::from_minor(1250)` is 12.50 €.
    #[must_use]
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor, PhantomData)
    }
    /// The amount in minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.0
    }
    /// The sum, or `None` when it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self::from_minor)
    }
    /// The difference, or `None` when it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self::from_minor)
    }
}

impl<C> Clone for Money<C> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<C> Copy for Money<C> {}
impl<C> PartialEq for Money<C> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<C> Eq for Money<C> {}
impl<C> PartialOrd for Money<C> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<C> Ord for Money<C> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<C: Currency> std::fmt::Debug for Money<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} minor", self.0, C::CODE)
    }
}
impl<C> serde::Serialize for Money<C> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(self.0)
    }
}
impl<'de, C> serde::Deserialize<'de> for Money<C> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        i64::deserialize(from).map(Self::from_minor)
    }
}

impl<C: Currency> Column for Money<C> {
    const FACTS: ColumnFacts = ColumnFacts {
        currency: Some(C::CODE),
        bounds: Some((i64::MIN, i64::MAX)),
        ..ColumnFacts::new(Kind::I64)
    };
    fn get(&self) -> ValueRef<'_> {
        ValueRef::I64(self.0)
    }
    fn take(value: Value) -> Result<Self, Mismatch> {
        i64::take(value).map(Self::from_minor)
    }
}

//! Exact decimals: `rust_decimal` under our name, so that its version is not our interface.

/// An exact decimal of up to 28 digits; JSON writes it as a string.
///
/// ```
/// use framewright_core::Decimal;
/// let price: Decimal = "12.50".parse().unwrap();
/// assert_eq!(price.to_string(), "12.50");
/// ```
pub type Decimal = rust_decimal::Decimal;

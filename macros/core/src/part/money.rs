//! Money: amounts that a field would keep in a float, which has no exact cents.

use super::Part;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::types::Shape;
use crate::model::{Field, Resource};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::Opt;

pub(crate) struct Money;

const OPTIONS: &[OptionSpec] = &[OptionSpec {
    key: "approximate",
    place: Place::Field,
    takes: Takes::Nothing,
    default: "off: an `f64` that looks like money does not compile",
    doc: "Says that an `f64` which looks like an amount of money may be inexact.",
    example: "approximate",
}];

/// The last word of a name that says how much money something is.
const AMOUNTS: &[&str] = &[
    "price", "prices", "amount", "total", "subtotal", "fee", "fees", "cost", "costs", "balance", "salary",
    "wage", "tax", "vat", "discount", "revenue", "budget", "payment", "refund", "deposit", "fare", "debt",
    "income", "profit", "turnover", "money",
];

impl Part for Money {
    fn name(&self) -> &'static str {
        "money"
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn resource(&self, _opt: Opt<'_>, _model: &mut Resource, _dx: &Diagnostics) {}

    fn field(&self, opt: Opt<'_>, field: &mut Field, _dx: &Diagnostics) {
        field.approximate = opt.flag();
    }

    fn check(&self, model: &Resource, dx: &Diagnostics) {
        for (_, field) in model.columns() {
            if looks_like_money(field) && !field.approximate {
                let name = &field.name;
                dx.push(
                    Diagnostic::new(
                        Code::FW314,
                        &field.inner,
                        format!("`{name}` looks like an amount of money, and `f64` has no exact cents"),
                    )
                    .help("use `Money<EUR>`, which counts minor units, or `Decimal`")
                    .help("add `#[field(approximate)]` if it may be inexact"),
                );
            }
        }
    }
}

/// An `f64` called `price`, `unit_price`, `price_net` …
pub(super) fn looks_like_money(field: &Field) -> bool {
    matches!(field.shape, Shape::Float) && {
        let words = || field.name.split('_').filter(|w| !matches!(*w, "net" | "gross" | "eur" | "usd"));
        // A share of something is no amount: `tax_rate`, `discount_percent`.
        words().next_back().is_some_and(|last| AMOUNTS.contains(&last))
    }
}

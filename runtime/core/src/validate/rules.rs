//! One rule against one value: garde's functions check, the messages are ours.

use super::shown;
use crate::rule::Rule;
use crate::types::Decimal;
use crate::value::ValueRef;
use garde::rules as g;
use regex::Regex;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// What the value does not do that the rule asks for; `None` when it does. A rule asks nothing of a value of a type that
/// it is not for, which the macro refuses.
pub(super) fn broken(rule: &Rule, value: &ValueRef<'_>) -> Option<String> {
    match (rule, value) {
        (Rule::Length { min, max }, ValueRef::Text(v)) => g::length::chars::apply(v, size(*min, *max))
            .is_err()
            .then(|| between(*min, *max, " characters long")),
        (Rule::Length { min, max }, ValueRef::Bytes(v)) => {
            g::length::simple::apply(v, size(*min, *max)).is_err().then(|| between(*min, *max, " bytes long"))
        }
        (Rule::Range { min, max }, ValueRef::I64(v)) => {
            g::range::apply(v, (*min, *max)).is_err().then(|| between(min.map(shown), max.map(shown), ""))
        }
        (Rule::Range { min, max }, ValueRef::Decimal(v)) => {
            let fits =
                min.is_none_or(|m| *v >= Decimal::from(m)) && max.is_none_or(|m| *v <= Decimal::from(m));
            (!fits).then(|| between(min.map(shown), max.map(shown), ""))
        }
        (Rule::RangeDecimal { min, max }, ValueRef::Decimal(v)) => {
            let fits = min.is_none_or(|m| *v >= m) && max.is_none_or(|m| *v <= m);
            (!fits).then(|| between(*min, *max, ""))
        }
        (Rule::RangeF64 { min, max }, ValueRef::F64(v)) => {
            g::range::apply(v, (*min, *max)).is_err().then(|| between(*min, *max, ""))
        }
        (rule, ValueRef::Text(v)) => of_text(rule, v),
        _ => None,
    }
}

fn of_text(rule: &Rule, text: &str) -> Option<String> {
    let (kept, message) = match rule {
        Rule::Email => (g::email::apply(&text, ()).is_ok(), "must be an email address".to_owned()),
        Rule::Url => {
            (g::url::apply(&text, ()).is_ok(), "must be an absolute URL, like https://example.org".to_owned())
        }
        Rule::Pattern(pattern) => (matches(pattern, text), format!("must match the pattern {pattern}")),
        Rule::Contains(part) => {
            (g::contains::apply(&text, (part,)).is_ok(), format!("must contain \"{part}\""))
        }
        Rule::Prefix(part) => {
            (g::prefix::apply(&text, (part,)).is_ok(), format!("must start with \"{part}\""))
        }
        Rule::Suffix(part) => (g::suffix::apply(&text, (part,)).is_ok(), format!("must end with \"{part}\"")),
        Rule::Ascii => (g::ascii::apply(&text, ()).is_ok(), "must have ASCII characters only".to_owned()),
        Rule::Alphanumeric => {
            (g::alphanumeric::apply(&text, ()).is_ok(), "must have letters and digits only".to_owned())
        }
        Rule::NotBlank => (!text.trim().is_empty(), "must not be blank".to_owned()),
        Rule::Length { .. } | Rule::Range { .. } | Rule::RangeDecimal { .. } | Rule::RangeF64 { .. } => {
            return None;
        }
    };
    (!kept).then_some(message)
}

fn size(min: Option<u32>, max: Option<u32>) -> (usize, usize) {
    (min.unwrap_or(0) as usize, max.map_or(usize::MAX, |m| m as usize))
}

fn between<T: ToString>(min: Option<T>, max: Option<T>, what: &str) -> String {
    match (min, max) {
        (Some(min), Some(max)) if min.to_string() == max.to_string() => {
            format!("must be {}{what}", min.to_string())
        }
        (Some(min), Some(max)) => format!("must be {} to {}{what}", min.to_string(), max.to_string()),
        (Some(min), None) => format!("must be at least {}{what}", min.to_string()),
        (None, Some(max)) => format!("must be at most {}{what}", max.to_string()),
        (None, None) => String::new(),
    }
}

/// The macro has compiled the pattern already, so one that does not compile here matches nothing.
fn matches(pattern: &'static str, text: &str) -> bool {
    static COMPILED: RwLock<Option<HashMap<&'static str, Option<Arc<Regex>>>>> = RwLock::new(None);
    let known = COMPILED
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .as_ref()
        .and_then(|all| all.get(pattern).cloned());
    let regex = known.unwrap_or_else(|| {
        let regex = Regex::new(pattern).ok().map(Arc::new);
        COMPILED
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_default()
            .insert(pattern, regex.clone());
        regex
    });
    regex.is_some_and(|regex| g::pattern::apply(&text, (&*regex,)).is_ok())
}

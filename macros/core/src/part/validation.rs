//! Validation: the rules of a field as data, and rules in Rust.

use super::Part;
use super::bodies::written;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::emit::Expansion;
use crate::model::types::Shape;
use crate::model::{Exact, Field, Resource, Role, Rule, RuleOf};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::{Args, Opt};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

pub(crate) struct Validation;

macro_rules! text_rule {
    ($key:literal, $doc:literal) => {
        OptionSpec {
            key: $key,
            place: Place::Field,
            takes: Takes::Nothing,
            default: "off",
            doc: $doc,
            example: $key,
        }
    };
    ($key:literal, $doc:literal, $example:literal) => {
        OptionSpec {
            key: $key,
            place: Place::Field,
            takes: Takes::Text,
            default: "none",
            doc: $doc,
            example: $example,
        }
    };
}

const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        key: "check",
        place: Place::Resource,
        takes: Takes::Path,
        default: "none",
        doc: "A rule over the whole record: a function from the create body to `Result<()>`, also called for updates.",
        example: "check = ends_after_it_starts",
    },
    OptionSpec {
        key: "length",
        place: Place::Field,
        takes: Takes::Bounds(&["min", "max"]),
        default: "at most 255 characters",
        doc: "How many characters text has, or bytes.",
        example: "length(min = 3, max = 120)",
    },
    OptionSpec {
        key: "range",
        place: Place::Field,
        takes: Takes::Bounds(&["min", "max"]),
        default: "the range of its type",
        doc: "The smallest and the largest number, both included; money counts minor units.",
        example: "range(min = 1, max = 5)",
    },
    text_rule!("email", "A mail address."),
    text_rule!("url", "An absolute URL."),
    text_rule!("ascii", "ASCII characters only."),
    text_rule!("alphanumeric", "Letters and digits only."),
    text_rule!("not_blank", "Not only white space."),
    text_rule!("pattern", "Matches a regular expression of the `regex` crate.", "pattern = \"^[a-z-]+$\""),
    text_rule!("contains", "Contains a text.", "contains = \"@\""),
    text_rule!("prefix", "Begins with a text.", "prefix = \"https://\""),
    text_rule!("suffix", "Ends with a text.", "suffix = \".pdf\""),
    OptionSpec {
        key: "custom",
        place: Place::Field,
        takes: Takes::Path,
        default: "none",
        doc: "A rule in Rust: `fn(&T) -> Result<(), impl ToString>`, with `&str` for text; it may stand several times.",
        example: "custom = rules::no_shouting",
    },
    text_rule!(
        "message",
        "What clients read when the field breaks a rule.",
        "message = \"three to twenty letters\""
    ),
];

impl Part for Validation {
    fn name(&self) -> &'static str {
        "validation"
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn resource(&self, opt: Opt<'_>, model: &mut Resource, _dx: &Diagnostics) {
        model.checks.extend(opt.path());
    }

    fn field(&self, opt: Opt<'_>, field: &mut Field, dx: &Diagnostics) {
        let rule = match opt.spec.key {
            "message" => {
                field.message = opt.text();
                return;
            }
            "custom" => {
                field.custom.extend(opt.path());
                return;
            }
            "length" => length(opt, field, dx),
            "range" => range(opt, field, dx),
            "email" => opt.flag().then_some(Rule::Plain("Email")),
            "url" => opt.flag().then_some(Rule::Plain("Url")),
            "ascii" => opt.flag().then_some(Rule::Plain("Ascii")),
            "alphanumeric" => opt.flag().then_some(Rule::Plain("Alphanumeric")),
            "not_blank" => opt.flag().then_some(Rule::Plain("NotBlank")),
            "pattern" => opt.text().filter(|p| is_regex(field, p, dx)).map(|t| Rule::Text("Pattern", t)),
            "contains" => opt.text().map(|t| Rule::Text("Contains", t)),
            "prefix" => opt.text().map(|t| Rule::Text("Prefix", t)),
            _ => opt.text().map(|t| Rule::Text("Suffix", t)),
        };
        let Some(rule) = rule else { return };
        if matches!(rule, Rule::Plain(_) | Rule::Text(..))
            && !matches!(field.shape, Shape::Text | Shape::Other)
        {
            dx.push(misplaced(opt.key, field, "is no text"));
            return;
        }
        field.rules.push(RuleOf { key: opt.key.clone(), rule });
    }

    fn check(&self, model: &Resource, dx: &Diagnostics) {
        for field in &model.fields {
            let ruled = !field.rules.is_empty() || !field.custom.is_empty();
            if let Some(message) = field.message.as_ref().filter(|_| !ruled) {
                dx.push(
                    Diagnostic::new(
                        Code::FW208,
                        message,
                        format!("`{}` has no rule whose breach `message` could tell", field.name),
                    )
                    .help("add a rule, such as `length(…)` or `custom = …`, or remove `message`"),
                );
            }
            if let Some(rule) =
                field.rules.first().filter(|_| field.role != Role::Plain && field.default.is_some())
            {
                dx.push(
                    Diagnostic::new(
                        Code::FW304,
                        &rule.key,
                        format!(
                            "`{}` is written by the framework, so `{}` has nothing to refuse",
                            field.name, rule.key
                        ),
                    )
                    .help(format!("remove `{}`", rule.key)),
                );
            }
        }
    }

    fn emit(&self, model: &Resource, out: &mut Expansion) {
        let p = out.private.clone();
        for (index, field) in model.columns() {
            let rules: Vec<TokenStream> = field.rules.iter().map(|r| rule(&r.rule, &p)).collect();
            if !rules.is_empty() {
                out.field(index, quote!(.rules(&[#(#rules),*])));
            }
            let max = field.rules.iter().find_map(|r| match r.rule {
                Rule::Length(_, max) => max,
                _ => None,
            });
            if let Some(max) =
                max.filter(|_| field.unbounded.is_none() && matches!(field.shape, Shape::Text | Shape::Other))
            {
                out.field(index, quote!(.max_length(#max)));
            }
            let custom: Vec<TokenStream> = field
                .custom
                .iter()
                .map(|path| match field.shape {
                    Shape::Text => quote!(|value| #p::custom_text(value, #path)),
                    _ => {
                        let ty = &field.inner;
                        quote!(|value| #p::custom::<#ty, _>(value, #path))
                    }
                })
                .collect();
            if !custom.is_empty() {
                out.field(index, quote!(.custom(&[#(#custom),*])));
            }
            if let Some(message) = &field.message {
                out.field(index, quote!(.message(#message)));
            }
        }
        if !model.checks.is_empty() {
            let (create, checks) = (model.create(), &model.checks);
            out.descriptor.push(quote!(checks: &[#(|values| #p::check::<#create>(values, #checks)),*]));
        }
    }
}

fn rule(rule: &Rule, p: &TokenStream) -> TokenStream {
    use proc_macro2::Literal;
    let bounds = |name: &str, min: Option<Literal>, max: Option<Literal>| {
        let [min, max] = [min, max].map(|n| n.map_or_else(|| quote!(#p::None), |n| quote!(#p::Some(#n))));
        let name = Ident::new(name, proc_macro2::Span::call_site());
        quote!(#p::Rule::#name { min: #min, max: #max })
    };
    match rule {
        Rule::Length(min, max) => {
            bounds("Length", min.map(Literal::u32_unsuffixed), max.map(Literal::u32_unsuffixed))
        }
        Rule::Range(min, max) => {
            bounds("Range", min.map(Literal::i64_unsuffixed), max.map(Literal::i64_unsuffixed))
        }
        Rule::RangeDecimal(min, max) => {
            let [min, max] = [min, max].map(|n| match n {
                Some(Exact { digits, scale }) => {
                    let (digits, scale) = (Literal::i64_unsuffixed(*digits), Literal::u32_unsuffixed(*scale));
                    quote!(#p::Some(#p::decimal(#digits, #scale)))
                }
                None => quote!(#p::None),
            });
            quote!(#p::Rule::RangeDecimal { min: #min, max: #max })
        }
        Rule::RangeF64(min, max) => {
            bounds("RangeF64", min.map(Literal::f64_unsuffixed), max.map(Literal::f64_unsuffixed))
        }
        Rule::Text(name, text) => {
            let name = Ident::new(name, proc_macro2::Span::call_site());
            quote!(#p::Rule::#name(#text))
        }
        Rule::Plain(name) => {
            let name = Ident::new(name, proc_macro2::Span::call_site());
            quote!(#p::Rule::#name)
        }
    }
}

/// An option that has nothing to do with the type of its field.
pub(super) fn misplaced(word: &Ident, field: &Field, why: &str) -> Diagnostic {
    let ty = written(&field.inner);
    let diagnostic = Diagnostic::new(
        Code::FW304,
        word,
        format!("`{word}` can't be applied to `{}`: `{ty}` {why}", field.name),
    );
    match (word.to_string().as_str(), &field.shape) {
        ("length", Shape::Integer | Shape::Float | Shape::Decimal | Shape::Money) => {
            diagnostic.help("for numbers use `range(min = …, max = …)`")
        }
        ("range", Shape::Text | Shape::Bytes) => diagnostic.help("for text use `length(min = …, max = …)`"),
        _ => diagnostic.help(format!("remove `{word}`, or change the type of the field")),
    }
}

fn length(opt: Opt<'_>, field: &Field, dx: &Diagnostics) -> Option<Rule> {
    let args = opt.args()?;
    let what = "a number of characters, from 0 on";
    let (min, max) = (args.number::<u32>("min", what), args.number::<u32>("max", what));
    if !field.shape.has_length() {
        dx.push(misplaced(opt.key, field, "has no length"));
        return None;
    }
    fits(&args, opt, field, dx, min, max).then_some(Rule::Length(min, max))
}

fn range(opt: Opt<'_>, field: &Field, dx: &Diagnostics) -> Option<Rule> {
    let args = opt.args()?;
    match field.shape {
        Shape::Float => {
            let (min, max) = (args.number::<f64>("min", "a number"), args.number::<f64>("max", "a number"));
            fits(&args, opt, field, dx, min, max).then_some(Rule::RangeF64(min, max))
        }
        Shape::Decimal => {
            let what = "a decimal number";
            let (min, max) = (args.number::<Exact>("min", what), args.number::<Exact>("max", what));
            let whole = |n: Option<Exact>| n.is_none_or(|n| n.scale == 0);
            fits(&args, opt, field, dx, min, max).then(|| match whole(min) && whole(max) {
                true => Rule::Range(min.map(|n| n.digits), max.map(|n| n.digits)),
                false => Rule::RangeDecimal(min, max),
            })
        }
        Shape::Integer | Shape::Money | Shape::Other => {
            let what = if matches!(field.shape, Shape::Money) {
                "a whole number of minor units"
            } else {
                "a whole number"
            };
            let (min, max) = (args.number::<i64>("min", what), args.number::<i64>("max", what));
            fits(&args, opt, field, dx, min, max).then_some(Rule::Range(min, max))
        }
        _ => {
            dx.push(misplaced(opt.key, field, "is no number"));
            None
        }
    }
}

fn fits<T: PartialOrd + std::fmt::Display>(
    args: &Args<'_>,
    opt: Opt<'_>,
    field: &Field,
    dx: &Diagnostics,
    min: Option<T>,
    max: Option<T>,
) -> bool {
    let (Some(min), Some(max)) = (min, max) else { return true };
    if min <= max {
        return true;
    }
    let (a, b) = (args.tokens("min"), args.tokens("max"));
    dx.push(
        Diagnostic::new(
            Code::FW305,
            quote!(#a #b),
            format!("`{}` of `{}` accepts no value: {min} is greater than {max}", opt.key, field.name),
        )
        .help("swap the bounds"),
    );
    false
}

fn is_regex(field: &Field, pattern: &syn::LitStr, dx: &Diagnostics) -> bool {
    let Err(error) = regex_syntax::parse(&pattern.value()) else { return true };
    let (what, at) = match &error {
        regex_syntax::Error::Parse(e) => (e.kind().to_string(), e.span().start.offset),
        regex_syntax::Error::Translate(e) => (e.kind().to_string(), e.span().start.offset),
        _ => (error.to_string(), 0),
    };
    dx.push(
        Diagnostic::new(
            Code::FW306,
            pattern,
            format!("the pattern of `{}` isn't a regular expression: {what} at position {at}", field.name),
        )
        .note("patterns use the syntax of the `regex` crate"),
    );
    false
}

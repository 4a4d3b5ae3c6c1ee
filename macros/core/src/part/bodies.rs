//! Bodies: which fields a create, an update and an answer have, and what absent ones become.

use super::Part;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::emit::Expansion;
use crate::model::types::{Shape, bare, last_segment};
use crate::model::{DefaultOf, Field, Resource, Role};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::Opt;
use quote::{ToTokens, quote};
use syn::{Expr, Lit, Type};

pub(crate) struct Bodies;

const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        key: "default",
        place: Place::Field,
        takes: Takes::Value,
        default: "none: the field is required, or null if it is an `Option`",
        doc: "What the field becomes when a create leaves it out; `now` is the time of the request.",
        example: "default = Status::Draft",
    },
    OptionSpec {
        key: "readonly",
        place: Place::Field,
        takes: Takes::Nothing,
        default: "off",
        doc: "In answers, but in no body: only code of the application sets it.",
        example: "readonly",
    },
    OptionSpec {
        key: "hidden",
        place: Place::Field,
        takes: Takes::Nothing,
        default: "off",
        doc: "In no answer and in no body: only code of the application sees and sets it.",
        example: "hidden",
    },
    OptionSpec {
        key: "write_only",
        place: Place::Field,
        takes: Takes::Nothing,
        default: "off",
        doc: "In bodies, but in no answer, log or diff: for secrets that clients set.",
        example: "write_only",
    },
    OptionSpec {
        key: "exposed",
        place: Place::Field,
        takes: Takes::Nothing,
        default: "off",
        doc: "Says that a field which looks like a secret is none, and may be returned.",
        example: "exposed",
    },
];

impl Part for Bodies {
    fn name(&self) -> &'static str {
        "bodies"
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn resource(&self, _opt: Opt<'_>, _model: &mut Resource, _dx: &Diagnostics) {}

    fn field(&self, opt: Opt<'_>, field: &mut Field, dx: &Diagnostics) {
        match opt.spec.key {
            "default" => field.default = opt.value().and_then(|value| default_of(value, field, dx)),
            "readonly" => field.readonly = opt.flag().then(|| opt.span()),
            "hidden" => field.hidden = opt.flag().then(|| opt.span()),
            "write_only" => field.write_only = opt.flag().then(|| opt.span()),
            "exposed" => field.exposed = opt.flag(),
            _ => {}
        }
    }

    fn check(&self, model: &Resource, dx: &Diagnostics) {
        for field in &model.fields {
            types_can_be_columns(field, dx);
            visibility_is_one(field, dx);
            secrets_are_not_returned(model, field, dx);
            required_fields_can_be_set(model, field, dx);
        }
    }

    fn emit(&self, model: &Resource, out: &mut Expansion) {
        let p = out.private.clone();
        for (index, field) in model.columns() {
            if field.readonly.is_some() && matches!(field.role, Role::Plain | Role::Key) {
                out.field(index, quote!(.readonly()));
            }
            if field.hidden.is_some() {
                out.field(index, quote!(.hidden()));
            }
            if field.write_only.is_some() {
                out.field(index, quote!(.write_only()));
            }
            let default = match &field.default {
                None => continue,
                Some(DefaultOf::Now) => quote!(#p::DefaultValue::Now),
                Some(DefaultOf::NewId) => quote!(#p::DefaultValue::NewId),
                Some(DefaultOf::Counted) => quote!(#p::DefaultValue::Counted),
                Some(DefaultOf::Value(expr)) => {
                    let ty = if field.added { out.type_of(field) } else { field.inner.to_token_stream() };
                    let text = is_text(expr);
                    if matches!(field.shape, Shape::Text) && text {
                        quote!(#p::default!(#ty, #p::text(#expr)))
                    } else {
                        quote!(#p::default!(#ty, #expr))
                    }
                }
            };
            out.field(index, quote!(.default(#default)));
        }
    }
}

/// A string literal, also one that came through `macro_rules!`.
fn is_text(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(literal) => matches!(literal.lit, Lit::Str(_)),
        Expr::Group(group) => is_text(&group.expr),
        _ => false,
    }
}

fn default_of(value: Expr, field: &Field, dx: &Diagnostics) -> Option<DefaultOf> {
    if matches!(&value, Expr::Path(p) if p.path.is_ident("now")) {
        if matches!(field.shape, Shape::Timestamp) {
            return Some(DefaultOf::Now);
        }
        dx.push(
            Diagnostic::new(
                Code::FW304,
                value,
                format!(
                    "`default = now` needs a `Timestamp`, but `{}` is `{}`",
                    field.name,
                    written(&field.ty)
                ),
            )
            .help("make the field a `Timestamp`, or give a value of its type"),
        );
        return None;
    }
    Some(DefaultOf::Value(value))
}

/// A type as the user wrote it, without the blanks of tokens.
pub(super) fn written(ty: &Type) -> String {
    ty.to_token_stream()
        .to_string()
        .replace(" < ", "<")
        .replace(" >", ">")
        .replace(" :: ", "::")
        .replace("& ", "&")
        .replace(" ,", ",")
}

fn types_can_be_columns(field: &Field, dx: &Diagnostics) {
    if field.skip {
        return;
    }
    if let Some((name, args)) = last_segment(&field.inner)
        && name == "Option"
        && field.nullable
    {
        let inner = args.first().map_or_else(|| "T".to_owned(), |ty| written(ty));
        dx.push(
            Diagnostic::new(
                Code::FW303,
                &field.inner,
                format!("`{}` is optional twice; a column is either null or not", field.name),
            )
            .help(format!("write `Option<{inner}>`")),
        );
        return;
    }
    if let Type::Reference(reference) = bare(&field.inner) {
        let owned = match written(&reference.elem).as_str() {
            "str" => "String".to_owned(),
            "[u8]" => "Vec<u8>".to_owned(),
            other => other.to_owned(),
        };
        dx.push(
            Diagnostic::new(
                Code::FW302,
                &field.inner,
                format!("a resource owns its data, but `{}` borrows", field.name),
            )
            .help(format!("use `{owned}`")),
        );
        return;
    }
    let Some((name, args)) = last_segment(&field.inner) else {
        dx.push(
            Diagnostic::new(
                Code::FW301,
                &field.inner,
                format!("`{}` can't be stored in a column", written(&field.inner)),
            )
            .help(format!(
                "store it with `Json<{}>`, or leave the field out of the table with `#[field(skip)]`",
                written(&field.inner)
            )),
        );
        return;
    };
    let instead = match (name.as_str(), args.len()) {
        ("u8" | "i8", 0) => "`i16`",
        ("u16", 0) => "`i32`",
        ("u32", 0) => "`i64`",
        ("u64" | "usize" | "isize" | "u128" | "i128", 0) => "`i64`, or `Decimal` for more digits",
        ("f32", 0) => "`f64`",
        ("char" | "str", 0) => "`String`",
        ("HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" | "VecDeque", _) => "`Json<…>` around it",
        ("Vec", 1) if !matches!(field.shape, Shape::Bytes) => {
            "`Json<…>` around it, or a resource of its own with `has_many`"
        }
        ("SystemTime" | "Instant" | "NaiveDateTime" | "DateTime", _) => "`Timestamp`",
        ("NaiveDate", 0) => "`Date`",
        ("NaiveTime", 0) => "`Time`",
        _ => return,
    };
    dx.push(
        Diagnostic::new(Code::FW301, &field.inner, format!("`{}` can't be stored in a column", written(&field.inner)))
            .help(format!("use {instead}"))
            .note("column types are the same on every database: `bool`, `i16`, `i32`, `i64`, `f64`, `String`, `Vec<u8>`, `Id<R>`, …"),
    );
}

fn visibility_is_one(field: &Field, dx: &Diagnostics) {
    let said = [("readonly", field.readonly), ("hidden", field.hidden), ("write_only", field.write_only)];
    let mut said = said.iter().filter_map(|(word, span)| span.map(|s| (*word, s)));
    if let (Some((first, _)), Some((second, span))) = (said.next(), said.next()) {
        dx.push(
            Diagnostic::at(
                Code::FW208,
                span,
                format!("`{}` can't be both `{first}` and `{second}`", field.name),
            )
            .help(
                "keep one: `readonly` is never set by clients, `write_only` never returned, `hidden` neither",
            ),
        );
    }
}

/// Words that say a field holds a secret, unless more words follow that make it something about a secret.
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "api_key",
    "private_key",
    "secret_key",
    "token",
    "token_hash",
    "password_hash",
    "pin",
    "pin_hash",
    "otp",
    "totp",
    "cvv",
    "cvc",
    "ssn",
    "card_number",
];

/// Text whose name says that it holds a secret: the name itself, or its last words (`reset_token`).
pub(super) fn looks_secret(field: &Field) -> bool {
    let named = SECRETS.iter().any(|s| {
        field.name == *s
            || field.name.strip_suffix(s).is_some_and(|head| head.ends_with('_'))
            || (s.contains("password") && field.name.starts_with("password_"))
    });
    named && matches!(field.shape, Shape::Text | Shape::Bytes | Shape::Other)
}

fn secrets_are_not_returned(model: &Resource, field: &Field, dx: &Diagnostics) {
    if looks_secret(field)
        && !field.exposed
        && !field.skip
        && field.hidden.is_none()
        && field.write_only.is_none()
        && model.actions() != 0
    {
        dx.push(
            Diagnostic::new(
                Code::FW309,
                &field.ident,
                format!(
                    "`{}` looks like a secret and would be returned by `GET /{}`",
                    field.name,
                    model.path_name()
                ),
            )
            .help(
                "add `#[field(write_only)]` if clients set it, or `#[field(hidden)]` if only your code does",
            )
            .help("add `#[field(exposed)]` if it is meant to be read"),
        );
    }
}

fn required_fields_can_be_set(model: &Resource, field: &Field, dx: &Diagnostics) {
    let word = match (field.readonly, field.hidden) {
        (Some(span), _) => ("readonly", span),
        (_, Some(span)) => ("hidden", span),
        _ => return,
    };
    let creates = model.actions() & 0b100_0100 != 0;
    // A hidden key is refused as such.
    let key = field.role == Role::Key && word.0 == "readonly";
    if creates && (key || field.role == Role::Plain) && !field.optional() && !field.skip {
        let null = match key {
            true => String::new(),
            false => format!(" make it `Option<{}>`,", written(&field.inner)),
        };
        dx.push(
            Diagnostic::at(
                Code::FW311,
                word.1,
                format!("`{}` is required, but `{}`: no create could set it", field.name, word.0),
            )
            .help(format!("give it a `default`,{null} or leave the actions out: `except(create, bulk)`")),
        );
    }
}

//! One field of a resource, complete: what it is called, what it holds, what it takes part in.

use super::names::plain;
use super::types::{Shape, option_inner, without_self};
use crate::syntax::RawField;
use proc_macro2::{Ident, Span};
use syn::{Attribute, Expr, LitStr, Path, Type, Visibility};

/// What a field is to the framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// a field of the user's
    Plain,
    /// the primary key
    Key,
    /// set at insert
    CreatedAt,
    /// set at every write
    UpdatedAt,
    /// `soft_delete`
    DeletedAt,
    /// `versioned`
    Version,
    /// `audit_columns`
    CreatedBy,
    /// `audit_columns`
    UpdatedBy,
}

/// What an absent value becomes.
#[derive(Clone)]
pub(crate) enum DefaultOf {
    /// `default = expr`
    Value(Expr),
    /// `default = now`
    Now,
    /// a new UUIDv7
    NewId,
    /// the database counts
    Counted,
}

/// What happens when the record that a foreign key points to goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnDelete {
    /// refused
    Restrict,
    /// this one goes too
    Cascade,
    /// becomes null
    SetNull,
}

/// A rule of a field, with the word that asked for it.
#[derive(Clone)]
pub(crate) struct RuleOf {
    /// the word
    pub(crate) key: Ident,
    /// the rule
    pub(crate) rule: Rule,
}

/// A rule, as in the runtime.
#[derive(Clone)]
pub(crate) enum Rule {
    /// `length(min, max)`
    Length(Option<u32>, Option<u32>),
    /// `range(min, max)` of integers, decimals and money
    Range(Option<i64>, Option<i64>),
    /// `range(min, max)` of decimals, with digits after the point
    RangeDecimal(Option<Exact>, Option<Exact>),
    /// `range(min, max)` of doubles
    RangeF64(Option<f64>, Option<f64>),
    /// one with a text: `Pattern`, `Contains`, `Prefix`, `Suffix`
    Text(&'static str, LitStr),
    /// one without anything: `Email`, `Url`, `Ascii`, `Alphanumeric`, `NotBlank`
    Plain(&'static str),
}

/// A decimal number as it was written: `12.50` is 1250 with two digits after the point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exact {
    /// all its digits
    pub(crate) digits: i64,
    /// how many of them stand after the point
    pub(crate) scale: u32,
}

impl darling::FromMeta for Exact {
    fn from_string(text: &str) -> darling::Result<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        // Neither `1e3` nor `1.5f64` is only digits.
        format!("{whole}{part}")
            .parse()
            .ok()
            .zip(u32::try_from(part.len()).ok().filter(|scale| *scale <= 18))
            .map(|(digits, scale)| Self { digits, scale })
            .ok_or_else(|| darling::Error::unknown_value(text))
    }
}

impl Exact {
    fn scaled(self) -> i128 {
        // At most 19 digits, and 18 zeros.
        i128::from(self.digits).saturating_mul(10i128.saturating_pow(18 - self.scale.min(18)))
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.scaled() == other.scaled()
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.scaled().partial_cmp(&other.scaled())
    }
}

impl std::fmt::Display for Exact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs();
        let Some(one) = 10u64.checked_pow(self.scale).filter(|_| self.scale > 0) else {
            return write!(f, "{sign}{digits}");
        };
        write!(f, "{sign}{}.{:0width$}", digits / one, digits % one, width = self.scale as usize)
    }
}

/// A rule in Rust, or a foreign key's target.
#[derive(Clone)]
pub(crate) struct Target {
    /// the path of the other resource
    pub(crate) ty: Type,
    /// the name of the relation
    pub(crate) relation: Option<String>,
    /// where the relation's name comes from
    pub(crate) span: Span,
}

/// One field.
#[derive(Clone)]
pub(crate) struct Field {
    /// its attributes
    pub(crate) attrs: Vec<Attribute>,
    /// who sees it
    pub(crate) vis: Visibility,
    /// its name
    pub(crate) ident: Ident,
    /// its name without `r#`, which is its name on the wire
    pub(crate) name: String,
    /// its type, `Self` written out
    pub(crate) ty: Type,
    /// the type inside `Option`, else the type
    pub(crate) inner: Type,
    /// whether its type is an `Option`
    pub(crate) nullable: bool,
    /// what its type looks like
    pub(crate) shape: Shape,
    /// its doc comment
    pub(crate) doc: String,
    /// whether the macro added it
    pub(crate) added: bool,
    /// what it is to the framework
    pub(crate) role: Role,
    /// `#[field(skip)]`: no column
    pub(crate) skip: bool,
    /// `column = "…"`
    pub(crate) column: Option<LitStr>,
    /// `renamed_from = "…"`
    pub(crate) renamed_from: Option<LitStr>,
    /// `text`
    pub(crate) unbounded: Option<Span>,
    /// `precision(p, s)`
    pub(crate) precision: Option<(u8, u8)>,
    /// `unique`, with its code
    pub(crate) unique: Option<Option<LitStr>>,
    /// `index`
    pub(crate) index: bool,
    /// `filter`
    pub(crate) filter: Option<Span>,
    /// `sort`
    pub(crate) sort: Option<Span>,
    /// `readonly`
    pub(crate) readonly: Option<Span>,
    /// `hidden`
    pub(crate) hidden: Option<Span>,
    /// `write_only`
    pub(crate) write_only: Option<Span>,
    /// `exposed`
    pub(crate) exposed: bool,
    /// `default = …`
    pub(crate) default: Option<DefaultOf>,
    /// `example = "…"`
    pub(crate) example: Option<LitStr>,
    /// `message = "…"`
    pub(crate) message: Option<LitStr>,
    /// the rules
    pub(crate) rules: Vec<RuleOf>,
    /// `custom = path`
    pub(crate) custom: Vec<Path>,
    /// `on_delete = …`
    pub(crate) on_delete: Option<(OnDelete, Ident)>,
    /// `references = User`
    pub(crate) references: Option<Path>,
    /// `relation = writer`
    pub(crate) relation: Option<Ident>,
    /// `id`
    pub(crate) id: Option<Span>,
    /// `approximate`
    pub(crate) approximate: bool,
    /// the word of every option that was given
    pub(crate) said: Vec<Ident>,
}

impl Field {
    /// A field as it was written, without its options.
    pub(crate) fn new(raw: RawField, resource: &Ident) -> Self {
        let ty = without_self(&raw.ty, resource);
        let inner = option_inner(&ty).cloned();
        let nullable = inner.is_some();
        let inner = inner.unwrap_or_else(|| ty.clone());
        Self {
            name: plain(&raw.ident),
            doc: doc_of(&raw.attrs),
            shape: Shape::of(&inner),
            attrs: raw.attrs,
            vis: raw.vis,
            ident: raw.ident,
            ty,
            inner,
            nullable,
            added: false,
            role: Role::Plain,
            skip: false,
            column: None,
            renamed_from: None,
            unbounded: None,
            precision: None,
            unique: None,
            index: false,
            filter: None,
            sort: None,
            readonly: None,
            hidden: None,
            write_only: None,
            exposed: false,
            default: None,
            example: None,
            message: None,
            rules: Vec::new(),
            custom: Vec::new(),
            on_delete: None,
            references: None,
            relation: None,
            id: None,
            approximate: false,
            said: Vec::new(),
        }
    }

    /// The name of its column.
    pub(crate) fn column_name(&self) -> String {
        self.column.as_ref().map_or_else(|| self.name.clone(), LitStr::value)
    }

    /// Whether a create may leave it out.
    pub(crate) fn optional(&self) -> bool {
        self.nullable || self.default.is_some()
    }

    /// The resource that it points to, and the name of the relation.
    pub(crate) fn target(&self) -> Option<Target> {
        let ty = match (&self.references, &self.shape) {
            (Some(path), _) => {
                Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path: path.clone() })
            }
            (None, Shape::Id(target)) if self.role != Role::Key => (**target).clone(),
            _ => return None,
        };
        let named = self.relation.as_ref().map(|r| (plain(r), r.span()));
        let derived = self
            .name
            .strip_suffix("_id")
            .filter(|n| !n.is_empty())
            .map(|n| (n.to_owned(), self.ident.span()));
        let (relation, span) = match named.or(derived) {
            Some((name, span)) => (Some(name), span),
            None => (None, self.ident.span()),
        };
        Some(Target { ty, relation, span })
    }
}

/// The text of a doc comment, its lines joined, the blank after `///` taken off.
pub(crate) fn doc_of(attrs: &[Attribute]) -> String {
    let lines: Vec<String> = attrs
        .iter()
        .filter(|a| a.path().is_ident("doc"))
        .filter_map(|a| match &a.meta {
            syn::Meta::NameValue(nv) => match &nv.value {
                Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        })
        .map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned())
        .collect();
    lines.join("\n").trim().to_owned()
}

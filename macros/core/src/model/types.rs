//! What the macro knows of a field's type, by its last segment. What it does not know stays [`Shape::Other`] and is
//! left to the type system.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

/// What a type looks like.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// `String`
    Text,
    /// `bool`
    Bool,
    /// `i16`, `i32`, `i64`
    Integer,
    /// `f64`
    Float,
    /// `Vec<u8>`
    Bytes,
    /// `Id<R>`, with `R`
    Id(Box<Type>),
    /// `Uuid`
    Uuid,
    /// `Decimal`
    Decimal,
    /// `Money<CUR>`
    Money,
    /// `Timestamp`
    Timestamp,
    /// `Date`
    Date,
    /// `Time`
    Time,
    /// `Json<T>`
    Json,
    /// anything else: an enum, an own newtype, or a mistake that the type system explains
    Other,
}

impl Shape {
    /// Of this type, `Option` already taken off.
    pub(crate) fn of(ty: &Type) -> Self {
        let Some((name, args)) = last_segment(ty) else { return Self::Other };
        match (name.as_str(), args.as_slice()) {
            ("String", []) => Self::Text,
            ("bool", []) => Self::Bool,
            ("i16" | "i32" | "i64", []) => Self::Integer,
            ("f64", []) => Self::Float,
            ("Vec", [inner]) if matches!(last_segment(inner), Some((n, _)) if n == "u8") => Self::Bytes,
            ("Id", [target]) => Self::Id(Box::new((*target).clone())),
            ("Uuid", []) => Self::Uuid,
            ("Decimal", []) => Self::Decimal,
            ("Money", [_]) => Self::Money,
            ("Timestamp", []) => Self::Timestamp,
            ("Date", []) => Self::Date,
            ("Time", []) => Self::Time,
            ("Json", [_]) => Self::Json,
            _ => Self::Other,
        }
    }

    /// Text, or something that may be text.
    pub(crate) fn has_length(&self) -> bool {
        matches!(self, Self::Text | Self::Bytes | Self::Other)
    }
}

/// The last segment of a path type, with its type arguments.
pub(crate) fn last_segment(ty: &Type) -> Option<(String, Vec<&Type>)> {
    let Type::Path(path) = bare(ty) else { return None };
    let segment = path.path.segments.last()?;
    let args = match &segment.arguments {
        PathArguments::AngleBracketed(args) => args
            .args
            .iter()
            .filter_map(|a| match a {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    Some((segment.ident.to_string(), args))
}

/// The type without parentheses, and without the invisible ones around a `$ty` of `macro_rules!`.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

/// The type inside `Option<…>`, if it is one.
pub(crate) fn option_inner(ty: &Type) -> Option<&Type> {
    match last_segment(ty)? {
        (name, args) if name == "Option" => args.first().copied(),
        _ => None,
    }
}

/// The same type with `Self` written out: generated items are not inside the struct.
pub(crate) fn without_self(ty: &Type, name: &Ident) -> Type {
    fn replace(tokens: TokenStream, name: &Ident) -> TokenStream {
        tokens
            .into_iter()
            .map(|token| match token {
                TokenTree::Ident(i) if i == "Self" => {
                    TokenTree::Ident(Ident::new(&name.to_string(), i.span()))
                }
                TokenTree::Group(g) => {
                    let mut group = Group::new(g.delimiter(), replace(g.stream(), name));
                    group.set_span(g.span());
                    TokenTree::Group(group)
                }
                other => other,
            })
            .collect()
    }
    syn::parse2(replace(ty.to_token_stream(), name)).unwrap_or_else(|_| ty.clone())
}

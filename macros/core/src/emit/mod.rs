//! The model as tokens. Nothing here can fail: what is wrong was found before.
//!
//! The order is the same for every resource: the user's struct, the bodies with the typed columns, then one
//! `const _` with the descriptor, the conversions, the registration and the assertions. Bodies and conversions are
//! calls of the runtime's macros (`runtime/core/src/expand.rs`), which get lists of fields and hold the code.

mod shell;

pub(crate) use shell::shell;

use crate::model::{Field, RelationKind, Resource, Role, names};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

/// What parts add to an expansion.
pub(crate) struct Expansion {
    /// the runtime's private module, as the `const` block calls it
    pub(crate) private: TokenStream,
    /// entries of the resource's descriptor that differ from the plain one
    pub(crate) descriptor: Vec<TokenStream>,
    /// impls beside the conversions
    pub(crate) impls: Vec<TokenStream>,
    /// statements that only compile when something holds
    pub(crate) assertions: Vec<TokenStream>,
    fields: Vec<TokenStream>,
}

impl Expansion {
    fn new(model: &Resource) -> Self {
        Self {
            private: quote!(__fw),
            descriptor: Vec::new(),
            impls: Vec::new(),
            assertions: Vec::new(),
            fields: model.columns().map(|_| TokenStream::new()).collect(),
        }
    }

    /// The type of a field inside the `const` block.
    pub(crate) fn type_of(&self, field: &Field) -> TokenStream {
        type_of(field)
    }

    /// Adds calls to the descriptor of a field: `.filter().sort()`.
    pub(crate) fn field(&mut self, index: u16, calls: TokenStream) {
        if let Some(field) = self.fields.get_mut(usize::from(index)) {
            field.extend(calls);
        }
    }
}

/// The whole expansion.
pub(crate) fn expansion(model: &Resource) -> TokenStream {
    let mut out = Expansion::new(model);
    for part in crate::part::PARTS {
        part.emit(model, &mut out);
    }
    let (p, private) = (&out.private, model.private());
    let (structure, bodies) = (structure(model), bodies(model));
    let (name, singular, table) = (names::plain(&model.ident), &model.singular, model.table_name());
    let fields = model.columns().zip(&out.fields).map(|((_, field), calls)| {
        let (ty, name) = (type_of(field), &field.name);
        quote!(#p::field!(#name #ty, #calls))
    });
    let (descriptor, impls, assertions) = (&out.descriptor, &out.impls, &out.assertions);
    let conversions = conversions(model);
    let debug = debug(model);
    let schema = schema(model);
    quote! {
        #structure
        #bodies
        #schema
        const _: () = {
            use #private as #p;
            static __DESCRIPTOR: #p::ResourceDescriptor = #p::ResourceDescriptor {
                fields: &[#(#fields),*],
                #(#descriptor,)*
                ..#p::ResourceDescriptor::of(#name, #singular, #table, #p::source!())
            };
            #conversions
            #debug
            #(#impls)*
            #p::inventory::submit! { #p::ResourceEntry(&__DESCRIPTOR) }
            #(#assertions)*
        };
    }
}

/// The user's struct with the added fields; the helper derive lets `#[field]` stay where it is.
fn structure(model: &Resource) -> TokenStream {
    let p = model.private();
    let (attrs, vis, ident) = (&model.attrs, &model.vis, &model.ident);
    let fields = model.fields.iter().map(|f| {
        let (attrs, vis, ident, ty) = (&f.attrs, &f.vis, &f.ident, &f.ty);
        quote!(#(#attrs)* #vis #ident: #ty)
    });
    let clone = (!derives(model, "Clone")).then(|| quote!(#p::Clone,));
    quote! {
        #(#attrs)*
        #[derive(#clone #p::ResourceFields)]
        #vis struct #ident { #(#fields,)* }
    }
}

/// Whether the user derives this trait below `#[resource]`.
fn derives(model: &Resource, name: &str) -> bool {
    model.attrs.iter().filter(|a| a.path().is_ident("derive")).any(|a| {
        let mut found = false;
        // A list that does not parse is rustc's to explain.
        let _ = a.parse_nested_meta(|meta| {
            found |= meta.path.segments.last().is_some_and(|s| s.ident == name);
            Ok(())
        });
        found
    })
}

fn debug(model: &Resource) -> Option<TokenStream> {
    let name = &model.ident;
    (!derives(model, "Debug")).then(|| quote!(__fw::debug!(#name);))
}

/// How a field stands in the body of a create.
#[derive(PartialEq, Clone, Copy)]
enum Slot {
    Fixed,
    Required,
    Nullable,
    Defaulted,
}

fn slot(field: &Field) -> Option<Slot> {
    match field.role {
        Role::Key if field.default.is_none() => Some(Slot::Fixed),
        Role::Plain if field.default.is_some() => Some(Slot::Defaulted),
        Role::Plain if field.nullable => Some(Slot::Nullable),
        Role::Plain => Some(Slot::Required),
        _ => None,
    }
}

/// The fields of a slot as the runtime's macros take them, with docs and visibility or without.
fn slots(model: &Resource, wanted: Slot, documented: bool) -> Vec<TokenStream> {
    let fields = model.columns().filter(|(_, f)| slot(f) == Some(wanted));
    fields.map(|(index, field)| listed(index, field, documented)).collect()
}

fn listed(index: u16, field: &Field, documented: bool) -> TokenStream {
    let (index, name, vis) = (literal(index), &field.ident, &field.vis);
    if documented {
        let (doc, ty) = (doc(field), &field.ty);
        quote!(#index #doc #vis #name: #ty,)
    } else {
        let ty = type_of(field);
        quote!(#index #name: #ty,)
    }
}

/// The type of a field inside the `const` block: added ones are named through its alias.
fn type_of(field: &Field) -> TokenStream {
    if !field.added {
        return field.ty.to_token_stream();
    }
    match field.role {
        Role::CreatedAt | Role::UpdatedAt => quote!(__fw::Timestamp),
        Role::DeletedAt => quote!(__fw::Option<__fw::Timestamp>),
        Role::Version => quote!(__fw::i64),
        Role::CreatedBy | Role::UpdatedBy => quote!(__fw::Option<__fw::String>),
        Role::Plain => quote!(__fw::bool),
        Role::Key => field.ty.to_token_stream(),
    }
}

fn literal(index: u16) -> proc_macro2::Literal {
    proc_macro2::Literal::u16_unsuffixed(index)
}

fn doc(field: &Field) -> TokenStream {
    let text = if field.doc.is_empty() { format!("`{}`", field.name) } else { field.doc.clone() };
    quote!(#[doc = #text])
}

fn bodies(model: &Resource) -> TokenStream {
    let p = model.private();
    let (vis, name, create, update, columns) =
        (&model.vis, &model.ident, model.create(), model.update(), model.columns_type());
    let [fixed, required, nullable, defaulted] =
        [Slot::Fixed, Slot::Required, Slot::Nullable, Slot::Defaulted].map(|s| slots(model, s, true));
    let all = model.columns().map(|(i, f)| listed(i, f, true));
    let relations = model.relations.iter().enumerate().map(|(index, relation)| {
        let index = proc_macro2::Literal::usize_unsuffixed(index);
        let (name, target) = (&relation.name, &relation.target);
        let many = match relation.kind {
            RelationKind::BelongsTo(_) | RelationKind::HasOne(_) => "One",
            RelationKind::HasMany(_) | RelationKind::ManyToMany(_) => "Many",
        };
        let many = Ident::new(many, proc_macro2::Span::call_site());
        let doc = format!("The relation `{}`.", names::plain(name));
        quote!(#index #[doc = #doc] #name: #many #target,)
    });
    quote! {
        #p::bodies! {
            #vis #name #create #update #columns
            fixed { #(#fixed)* }
            required { #(#required)* }
            nullable { #(#nullable)* }
            defaulted { #(#defaulted)* }
            columns { #(#all)* }
            relations { #(#relations)* }
        }
    }
}

fn conversions(model: &Resource) -> TokenStream {
    let (name, create, update) = (&model.ident, model.create(), model.update());
    let (key, key_type) = key(model);
    let [fixed, required, nullable, defaulted] =
        [Slot::Fixed, Slot::Required, Slot::Nullable, Slot::Defaulted].map(|s| slots(model, s, false));
    let all = model.columns().map(|(i, f)| listed(i, f, false));
    let skipped = model.fields.iter().filter(|f| f.skip).map(|f| &f.ident);
    quote! {
        __fw::impls! {
            __DESCRIPTOR #name #create #update key #key: #key_type;
            record { #(#all)* }
            skipped { #(#skipped,)* }
            fixed { #(#fixed)* }
            required { #(#required)* }
            nullable { #(#nullable)* }
            defaulted { #(#defaulted)* }
        }
    }
}

fn key(model: &Resource) -> (Ident, TokenStream) {
    model.key().map_or_else(
        || (model.ident.clone(), model.ident.to_token_stream()),
        |k| (k.ident.clone(), k.ty.to_token_stream()),
    )
}

/// `diesel::table!`, through the user's own dependency: it can't be reached through ours.
fn schema(model: &Resource) -> Option<TokenStream> {
    use crate::model::types::Shape;
    let span = model.diesel_schema?;
    let key = names::ident(&model.key()?.column_name(), span);
    let columns = model.columns().map(|(_, f)| {
        let ty = match f.shape {
            Shape::Bool => quote!(Bool),
            Shape::Integer => match f.inner.to_token_stream().to_string().as_str() {
                "i16" => quote!(SmallInt),
                "i32" => quote!(Integer),
                _ => quote!(BigInt),
            },
            Shape::Money => quote!(BigInt),
            Shape::Float => quote!(Double),
            Shape::Bytes | Shape::Id(_) | Shape::Uuid => quote!(Binary),
            Shape::Decimal => quote!(Numeric),
            Shape::Timestamp => quote!(Timestamp),
            Shape::Date => quote!(Date),
            Shape::Time => quote!(Time),
            Shape::Text | Shape::Json | Shape::Other => quote!(Text),
        };
        let ty = if f.nullable { quote!(Nullable<#ty>) } else { ty };
        let (column, doc) = (names::ident(&f.column_name(), f.ident.span()), doc(f));
        quote!(#doc #column -> #ty)
    });
    let table = names::ident(&model.table_name(), span);
    let doc = format!("The table of `{}`, for Diesel.", model.ident);
    Some(quote! {
        ::diesel::table! {
            #[doc = #doc]
            #table (#key) { #(#columns,)* }
        }
    })
}

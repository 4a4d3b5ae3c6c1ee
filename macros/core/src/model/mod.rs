//! A resource between parsing and generation: complete data, every default filled in. Parts write it while they
//! lower their options; emitters only read it.

mod field;
pub mod names;
pub(crate) mod types;

pub(crate) use field::{DefaultOf, Exact, Field, OnDelete, Role, Rule, RuleOf, doc_of};

use crate::syntax::RawStruct;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, LitStr, Path, Type, Visibility};

/// A unique key or an index over fields.
#[derive(Clone)]
pub(crate) struct Key {
    /// the fields, by name
    pub(crate) fields: Vec<Ident>,
    /// the error code of a violation
    pub(crate) code: Option<LitStr>,
}

/// A declared relation.
#[derive(Clone)]
pub(crate) struct Relation {
    /// its name
    pub(crate) name: Ident,
    /// how the two hang together
    pub(crate) kind: RelationKind,
    /// the other resource
    pub(crate) target: Type,
}

/// How two resources hang together.
#[derive(Clone)]
pub(crate) enum RelationKind {
    /// the field here
    BelongsTo(Ident),
    /// the field there, if named
    HasMany(Option<Ident>),
    /// the field there, if named
    HasOne(Option<Ident>),
    /// the resource in between
    ManyToMany(Type),
}

/// Who may do what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// `policy = public`
    Public,
    /// nothing was said
    Unsaid,
}

/// A resource.
pub(crate) struct Resource {
    /// the attributes of the struct
    pub(crate) attrs: Vec<Attribute>,
    /// who sees it
    pub(crate) vis: Visibility,
    /// its name
    pub(crate) ident: Ident,
    /// its name in snake case
    pub(crate) singular: String,
    /// its doc comment
    pub(crate) doc: String,
    /// its fields, in the order of the struct, added ones included
    pub(crate) fields: Vec<Field>,
    /// `crate = path`
    pub(crate) krate: Option<Path>,
    /// `table = "…"`
    pub(crate) table: Option<LitStr>,
    /// `path = "…"`
    pub(crate) path: Option<LitStr>,
    /// `renamed_from = "…"`
    pub(crate) renamed_from: Option<LitStr>,
    /// `breaking = "…"`
    pub(crate) breaking: Option<LitStr>,
    /// `unique(…)`
    pub(crate) uniques: Vec<Key>,
    /// `index(…)`
    pub(crate) indexes: Vec<Key>,
    /// `has_many`, `has_one`, `many_to_many`, then what the foreign keys say
    pub(crate) relations: Vec<Relation>,
    /// `soft_delete`
    pub(crate) soft_delete: Option<Span>,
    /// `versioned`
    pub(crate) versioned: Option<Span>,
    /// `audit_columns`
    pub(crate) audit_columns: Option<Span>,
    /// `active`
    pub(crate) active: Option<Span>,
    /// `timestamps`
    pub(crate) timestamps: bool,
    /// `only(…)`
    pub(crate) only: Option<(Span, Vec<Ident>)>,
    /// `except(…)`
    pub(crate) except: Option<(Span, Vec<Ident>)>,
    /// `internal`
    pub(crate) internal: Option<Span>,
    /// `policy = …`
    pub(crate) policy: Policy,
    /// `page(default, max)`
    pub(crate) page: (u16, u16),
    /// `check = path`
    pub(crate) checks: Vec<Path>,
    /// `diesel_schema`
    pub(crate) diesel_schema: Option<Span>,
    /// the word of every option that was given
    pub(crate) said: Vec<Ident>,
}

impl Resource {
    /// A resource without its options.
    pub(crate) fn new(raw: RawStruct) -> Self {
        let fields = raw.fields.into_iter().map(|f| Field::new(f, &raw.ident)).collect();
        Self {
            singular: names::snake(&names::plain(&raw.ident)),
            doc: doc_of(&raw.attrs),
            attrs: raw.attrs,
            vis: raw.vis,
            ident: raw.ident,
            fields,
            krate: None,
            table: None,
            path: None,
            renamed_from: None,
            breaking: None,
            uniques: Vec::new(),
            indexes: Vec::new(),
            relations: Vec::new(),
            soft_delete: None,
            versioned: None,
            audit_columns: None,
            active: None,
            timestamps: true,
            only: None,
            except: None,
            internal: None,
            policy: Policy::Unsaid,
            page: (20, 100),
            checks: Vec::new(),
            diesel_schema: None,
            said: Vec::new(),
        }
    }

    /// The fields that are columns, with their index in the descriptor.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (u16, &Field)> {
        (0u16..).zip(self.fields.iter().filter(|f| !f.skip))
    }

    /// The column of this name, with its index.
    pub(crate) fn column(&self, name: &str) -> Option<(u16, &Field)> {
        self.columns().find(|(_, f)| f.name == name)
    }

    /// The index of the column with this role.
    pub(crate) fn role(&self, role: Role) -> Option<u16> {
        self.columns().find(|(_, f)| f.role == role).map(|(i, _)| i)
    }

    /// The primary key.
    pub(crate) fn key(&self) -> Option<&Field> {
        self.fields.iter().find(|f| f.role == Role::Key)
    }

    /// The table.
    pub(crate) fn table_name(&self) -> String {
        self.table.as_ref().map_or_else(|| names::plural(&self.singular), LitStr::value)
    }

    /// The URL segment.
    pub(crate) fn path_name(&self) -> String {
        self.path.as_ref().map_or_else(|| names::plural(&self.singular), LitStr::value)
    }

    /// The actions with a route, as the bits of the runtime.
    pub(crate) fn actions(&self) -> u16 {
        if self.internal.is_some() {
            return 0;
        }
        let bits = |words: &[Ident]| words.iter().fold(0, |all, w| all | action_bit(&w.to_string()));
        match (&self.only, &self.except) {
            (Some((_, words)), _) => bits(words),
            (None, Some((_, words))) => 0x7f & !bits(words),
            (None, None) => 0x7f,
        }
    }

    /// The path of the runtime's private module.
    pub(crate) fn private(&self) -> TokenStream {
        match &self.krate {
            Some(path) => quote!(#path::__private),
            None => quote!(::framewright::__private),
        }
    }

    /// `CreatePost`.
    pub(crate) fn create(&self) -> Ident {
        names::ident(&format!("Create{}", names::plain(&self.ident)), self.ident.span())
    }

    /// `UpdatePost`.
    pub(crate) fn update(&self) -> Ident {
        names::ident(&format!("Update{}", names::plain(&self.ident)), self.ident.span())
    }

    /// `post`, which holds the typed columns.
    pub(crate) fn columns_type(&self) -> Ident {
        names::ident(&self.singular, self.ident.span())
    }
}

/// The actions, in the order of their bits in the runtime.
pub(crate) const ACTIONS: &[&str] = &["list", "read", "create", "update", "delete", "restore", "bulk"];

fn action_bit(word: &str) -> u16 {
    ACTIONS.iter().position(|a| *a == word).map_or(0, |i| 1 << i)
}

//! Kept fields: the key, times, version, deletion and authors: what the framework writes itself. Each is added to
//! the struct unless the user has declared it.

use super::Part;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::emit::Expansion;
use crate::model::types::Shape;
use crate::model::{DefaultOf, Field, Resource, Role};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::{Opt, RawField};
use proc_macro2::Ident;
use quote::quote;
use syn::parse_quote;

pub(crate) struct Kept;

const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        key: "timestamps",
        place: Place::Resource,
        takes: Takes::Bool,
        default: "`true`",
        doc: "Adds `created_at` and `updated_at`, which the framework keeps.",
        example: "timestamps = false",
    },
    OptionSpec {
        key: "soft_delete",
        place: Place::Resource,
        takes: Takes::Nothing,
        default: "off",
        doc: "Adds `deleted_at`: a delete keeps the record, reads leave it out, and it can be restored.",
        example: "soft_delete",
    },
    OptionSpec {
        key: "versioned",
        place: Place::Resource,
        takes: Takes::Nothing,
        default: "off",
        doc: "Adds `version`, which counts the updates and refuses those that started from an older one.",
        example: "versioned",
    },
    OptionSpec {
        key: "audit_columns",
        place: Place::Resource,
        takes: Takes::Nothing,
        default: "off",
        doc: "Adds `created_by` and `updated_by`, which hold the actor.",
        example: "audit_columns",
    },
    OptionSpec {
        key: "active",
        place: Place::Resource,
        takes: Takes::Nothing,
        default: "off",
        doc: "Adds `is_active`, true unless a client says otherwise, and filterable: a record that is switched off is still there.",
        example: "active",
    },
    OptionSpec {
        key: "id",
        place: Place::Field,
        takes: Takes::Nothing,
        default: "the field called `id`, which is added as `Id<Self>`",
        doc: "Makes this field the primary key.",
        example: "id",
    },
];

impl Part for Kept {
    fn name(&self) -> &'static str {
        "kept"
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn resource(&self, opt: Opt<'_>, model: &mut Resource, _dx: &Diagnostics) {
        match opt.spec.key {
            "timestamps" => model.timestamps = opt.bool().unwrap_or(true),
            "soft_delete" => model.soft_delete = opt.flag().then(|| opt.span()),
            "versioned" => model.versioned = opt.flag().then(|| opt.span()),
            "active" => model.active = opt.flag().then(|| opt.span()),
            "audit_columns" => model.audit_columns = opt.flag().then(|| opt.span()),
            _ => {}
        }
    }

    fn field(&self, opt: Opt<'_>, field: &mut Field, _dx: &Diagnostics) {
        field.id = opt.flag().then(|| opt.span());
    }

    fn complete(&self, model: &mut Resource, dx: &Diagnostics) {
        key(model, dx);
        if let Some(span) = model.active {
            active(model, span, dx);
        }
        let kept = [
            (model.timestamps, Role::CreatedAt, "created_at", "Timestamp", "When the record was created."),
            (
                model.timestamps,
                Role::UpdatedAt,
                "updated_at",
                "Timestamp",
                "When the record was last changed.",
            ),
            (
                model.soft_delete.is_some(),
                Role::DeletedAt,
                "deleted_at",
                "Option<Timestamp>",
                "When the record was deleted.",
            ),
            (model.versioned.is_some(), Role::Version, "version", "i64", "Counts the updates of the record."),
            (
                model.audit_columns.is_some(),
                Role::CreatedBy,
                "created_by",
                "Option<String>",
                "Who created the record.",
            ),
            (
                model.audit_columns.is_some(),
                Role::UpdatedBy,
                "updated_by",
                "Option<String>",
                "Who changed the record last.",
            ),
        ];
        for (on, role, name, ty, doc) in kept {
            if !on {
                continue;
            }
            match model.fields.iter_mut().find(|f| f.name == name) {
                Some(field) => adopt(field, role, ty, dx),
                None => add(model, role, name, doc),
            }
        }
    }

    fn check(&self, model: &Resource, dx: &Diagnostics) {
        for (_, field) in model.columns() {
            if field.role == Role::Key
                && (field.nullable || matches!(field.shape, Shape::Float | Shape::Json | Shape::Bool))
            {
                dx.push(
                    Diagnostic::new(
                        Code::FW404,
                        &field.ty,
                        format!("the primary key of `{}` can't be of this type", model.ident),
                    )
                    .help(format!("use `Id<{}>`, `i64`, `Uuid` or `String`", model.ident)),
                );
            }
        }
    }

    fn emit(&self, model: &Resource, out: &mut Expansion) {
        let p = out.private.clone();
        if let Some(key) = model.role(Role::Key).filter(|key| *key != 0) {
            out.descriptor.push(quote!(key: #key));
        }
        let kept = [
            (Role::CreatedAt, quote!(created_at)),
            (Role::UpdatedAt, quote!(updated_at)),
            (Role::DeletedAt, quote!(deleted_at)),
            (Role::Version, quote!(version)),
            (Role::CreatedBy, quote!(created_by)),
            (Role::UpdatedBy, quote!(updated_by)),
        ];
        let named: Vec<_> = kept
            .iter()
            .filter_map(|(role, name)| {
                let index = proc_macro2::Literal::u16_unsuffixed(model.role(*role)?);
                Some(quote!(#name: #p::Some(#index)))
            })
            .collect();
        if !named.is_empty() {
            out.descriptor.push(quote!(kept: #p::Kept { #(#named,)* ..#p::Kept::NONE }));
        }
        for (index, field) in model.columns() {
            match field.role {
                Role::Plain => {}
                Role::Key => {
                    // A key that a client chooses is set once; the others come from the framework or the database.
                    let access = if field.default.is_some() { quote!(.readonly()) } else { quote!(.fixed()) };
                    out.field(index, quote!(.key() #access));
                }
                Role::Version => out.field(index, quote!(.readonly())),
                Role::CreatedBy | Role::UpdatedBy => out.field(index, quote!(.readonly().filter())),
                Role::CreatedAt | Role::UpdatedAt | Role::DeletedAt => out.field(index, quote!(.kept())),
            }
        }
        if model.soft_delete.is_some() {
            let name = &model.ident;
            out.impls.push(quote!(impl #p::SoftDelete for #name {}));
        }
    }
}

/// The key: the field that is marked, or called `id`, or added.
fn key(model: &mut Resource, dx: &Diagnostics) {
    let mut marked: Vec<(Ident, proc_macro2::Span)> =
        model.fields.iter().filter_map(|f| f.id.map(|span| (f.ident.clone(), span))).collect();
    if let [(first, _), second @ ..] = marked.as_slice() {
        for (other, span) in second {
            dx.push(
                Diagnostic::at(
                    Code::FW402,
                    *span,
                    format!("resource `{}` has two primary keys, `{first}` and `{other}`", model.ident),
                )
                .help(format!("keep one; for uniqueness over several fields use `unique({first}, {other})`")),
            );
        }
        marked.truncate(1);
    }
    let name = marked.first().map(|(name, _)| name.to_string());
    let declared = model.fields.iter_mut().find(|f| match &name {
        Some(name) => f.ident == *name,
        None => f.name == "id" && !f.skip,
    });
    let Some(field) = declared else {
        add(model, Role::Key, "id", "The primary key.");
        return;
    };
    field.role = Role::Key;
    if field.skip {
        dx.push(
            Diagnostic::new(
                Code::FW401,
                &field.ident,
                format!("resource `{}` has no primary key: `{}` is skipped", model.ident, field.name),
            )
            .help("remove `skip`, or leave the field `id` out and it is added"),
        );
    }
    if field.default.is_none() {
        field.default = match field.shape {
            Shape::Id(_) | Shape::Uuid => Some(DefaultOf::NewId),
            Shape::Integer => Some(DefaultOf::Counted),
            _ => None,
        };
    }
}

/// A field of the user's that has the name of a kept one, and so has to have its type.
fn adopt(field: &mut Field, role: Role, ty: &str, dx: &Diagnostics) {
    let fits = match role {
        Role::CreatedAt | Role::UpdatedAt => matches!(field.shape, Shape::Timestamp) && !field.nullable,
        Role::DeletedAt => matches!(field.shape, Shape::Timestamp) && field.nullable,
        Role::Version => matches!(field.shape, Shape::Integer) && !field.nullable,
        _ => matches!(field.shape, Shape::Text) && field.nullable,
    };
    if !fits {
        let name = &field.name;
        let out = match role {
            Role::CreatedAt | Role::UpdatedAt => "write `timestamps = false`",
            Role::DeletedAt => "remove `soft_delete`",
            Role::Version => "remove `versioned`",
            _ => "remove `audit_columns`",
        };
        dx.push(
            Diagnostic::new(
                Code::FW308,
                &field.ty,
                format!("the framework keeps `{name}`, so it has to be of type `{ty}`"),
            )
            .help(format!("remove the field, which is added by itself; or rename it, or {out}")),
        );
    }
    field.role = role;
    keep(field);
}

/// `is_active` is a field like one of the user's: clients set it. Only its default and its filter come by themselves.
fn active(model: &mut Resource, span: proc_macro2::Span, dx: &Diagnostics) {
    let name = "is_active";
    if let Some(field) = model.fields.iter().find(|f| f.name == name && f.skip) {
        dx.push(
            Diagnostic::new(
                Code::FW308,
                &field.ident,
                format!("`active` switches records off by `{name}`, which is skipped and so has no column"),
            )
            .help("remove `skip`, or rename the field, or remove `active`"),
        );
        return;
    }
    if !model.fields.iter().any(|f| f.name == name) {
        add(model, Role::Plain, name, "Whether the record is in use.");
    }
    let Some(field) = model.fields.iter_mut().find(|f| f.name == name) else { return };
    if !matches!(field.shape, Shape::Bool) || field.nullable {
        dx.push(
            Diagnostic::new(
                Code::FW308,
                &field.ty,
                format!("`active` switches records off by `{name}`, so it has to be of type `bool`"),
            )
            .help("remove the field, which is added by itself; or rename it, or remove `active`"),
        );
    }
    if field.default.is_none() {
        field.default = Some(DefaultOf::Value(parse_quote!(true)));
    }
    field.filter = field.filter.or(Some(span));
}

fn keep(field: &mut Field) {
    field.default = match field.role {
        Role::CreatedAt | Role::UpdatedAt => Some(DefaultOf::Now),
        Role::Version => Some(DefaultOf::Value(parse_quote!(1))),
        _ => None,
    };
}

fn add(model: &mut Resource, role: Role, name: &str, doc: &str) {
    let p = model.private();
    let ident = Ident::new(name, model.ident.span());
    let resource = &model.ident;
    let ty = match role {
        Role::Key => quote!(#p::Id<#resource>),
        Role::DeletedAt => quote!(#p::Option<#p::Timestamp>),
        Role::Version => quote!(#p::i64),
        Role::Plain => quote!(#p::bool),
        Role::CreatedBy | Role::UpdatedBy => quote!(#p::Option<#p::String>),
        _ => quote!(#p::Timestamp),
    };
    let raw = RawField {
        attrs: vec![parse_quote!(#[doc = #doc])],
        vis: parse_quote!(pub),
        ident,
        ty: parse_quote!(#ty),
    };
    let mut field = Field::new(raw, resource);
    field.added = true;
    field.role = role;
    if role == Role::Key {
        field.default = Some(DefaultOf::NewId);
        model.fields.insert(0, field);
    } else {
        if role != Role::Plain {
            keep(&mut field);
        }
        model.fields.push(field);
    }
}

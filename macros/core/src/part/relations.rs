//! Relations: the foreign keys of this resource, and what others hold keys to it.

use super::Part;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::emit::Expansion;
use crate::model::{Field, OnDelete, Relation, RelationKind, Resource, Role, names};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::Opt;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Token, Type};

pub(crate) struct Relations;

const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        key: "has_many",
        place: Place::Resource,
        takes: Takes::Relations,
        default: "none",
        doc: "Records of another resource that hold this one's key; `by` names the field, when there are several.",
        example: "has_many(comments: Comment by post_id)",
    },
    OptionSpec {
        key: "has_one",
        place: Place::Resource,
        takes: Takes::Relations,
        default: "none",
        doc: "At most one record of another resource that holds this one's key.",
        example: "has_one(profile: Profile)",
    },
    OptionSpec {
        key: "many_to_many",
        place: Place::Resource,
        takes: Takes::Relations,
        default: "none",
        doc: "Records of another resource, through a third one that holds both keys.",
        example: "many_to_many(tags: Tag through PostTag)",
    },
    OptionSpec {
        key: "relation",
        place: Place::Field,
        takes: Takes::Name,
        default: "the field without `_id`",
        doc: "The name of the relation that this foreign key makes.",
        example: "relation = writer",
    },
    OptionSpec {
        key: "references",
        place: Place::Field,
        takes: Takes::Path,
        default: "the `R` of `Id<R>`",
        doc: "The resource that this foreign key points to, when its key is no `Id<R>`.",
        example: "references = User",
    },
    OptionSpec {
        key: "on_delete",
        place: Place::Field,
        takes: Takes::Word(&["restrict", "cascade", "set_null"]),
        default: "`restrict`",
        doc: "What happens when the record goes that this foreign key points to.",
        example: "on_delete = cascade",
    },
];

impl Part for Relations {
    fn name(&self) -> &'static str {
        "relations"
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn resource(&self, opt: Opt<'_>, model: &mut Resource, dx: &Diagnostics) {
        for chunk in opt.chunks("no relation") {
            let Some((name, target, more)) = relation(chunk, opt, dx) else { continue };
            let kind = match (opt.spec.key, more) {
                ("has_many", Some(More::By(field))) => RelationKind::HasMany(Some(field)),
                ("has_one", Some(More::By(field))) => RelationKind::HasOne(Some(field)),
                (_, Some(More::Through(through))) => RelationKind::ManyToMany(through),
                ("has_one", _) => RelationKind::HasOne(None),
                _ => RelationKind::HasMany(None),
            };
            let target = crate::model::types::without_self(&target, &model.ident);
            model.relations.push(Relation { name, kind, target });
        }
    }

    fn field(&self, opt: Opt<'_>, field: &mut Field, _dx: &Diagnostics) {
        match opt.spec.key {
            "relation" => field.relation = opt.name(),
            "references" => field.references = opt.path(),
            _ => {
                field.on_delete = opt.word().map(|word| {
                    let what = match word.to_string().as_str() {
                        "cascade" => OnDelete::Cascade,
                        "set_null" => OnDelete::SetNull,
                        _ => OnDelete::Restrict,
                    };
                    (what, word)
                });
            }
        }
    }

    fn complete(&self, model: &mut Resource, dx: &Diagnostics) {
        let keys: Vec<_> = model
            .fields
            .iter()
            .filter(|f| !f.skip && f.role == Role::Plain)
            .filter_map(|f| Some((f.ident.clone(), f.target()?)))
            .collect();
        let declared: Vec<Relation> = std::mem::take(&mut model.relations);
        for (field, target) in keys {
            match target.relation {
                Some(name) => model.relations.push(Relation {
                    name: names::ident(&name, target.span),
                    kind: RelationKind::BelongsTo(field),
                    target: target.ty,
                }),
                None => dx.push(
                    Diagnostic::new(
                        Code::FW408,
                        &field,
                        format!("the foreign key `{field}` leaves no name for the relation that it makes"),
                    )
                    .help(format!("call it `{field}_id`, or name the relation: `#[field(relation = …)]`")),
                ),
            }
        }
        model.relations.extend(declared);
    }

    fn check(&self, model: &Resource, dx: &Diagnostics) {
        for (_, field) in model.columns() {
            let target = field.target();
            if let Some((what, word)) = &field.on_delete {
                if target.is_none() {
                    dx.push(not_a_foreign_key("on_delete", word, field));
                } else if *what == OnDelete::SetNull && !field.nullable {
                    let ty = super::bodies::written(&field.ty);
                    dx.push(
                        Diagnostic::new(
                            Code::FW407,
                            word,
                            format!(
                                "`on_delete = set_null` needs an optional field, but `{}` is `{ty}`",
                                field.name
                            ),
                        )
                        .help(format!("make it `Option<{ty}>`, or use `restrict` or `cascade`")),
                    );
                }
            }
            if let (Some(name), None) = (&field.relation, &target) {
                dx.push(not_a_foreign_key("relation", name, field));
            }
        }
        names_are_free(model, dx);
    }

    fn emit(&self, model: &Resource, out: &mut Expansion) {
        let p = out.private.clone();
        for (index, field) in model.columns() {
            if let Some((what, _)) = &field.on_delete {
                let what = match what {
                    OnDelete::Restrict => quote!(Restrict),
                    OnDelete::Cascade => quote!(Cascade),
                    OnDelete::SetNull => quote!(SetNull),
                };
                out.field(index, quote!(.on_delete(#p::OnDelete::#what)));
            }
            if let Some(target) = &field.references {
                let key = &field.inner;
                out.field(index, quote!(.references(#p::points!(#target))));
                out.assertions.push(quote!(#p::foreign_key::<#key, <#target as #p::Resource>::Key>();));
            }
        }
        let relations: Vec<TokenStream> = model.relations.iter().map(|r| descriptor(model, r, &p)).collect();
        if !relations.is_empty() {
            out.descriptor.push(quote!(relations: &[#(#relations),*]));
        }
    }
}

fn descriptor(model: &Resource, relation: &Relation, p: &TokenStream) -> TokenStream {
    let name = names::plain(&relation.name);
    let target = &relation.target;
    let by = |by: &Option<Ident>| match by {
        Some(field) => {
            let field = names::plain(field);
            quote!(#p::Some(#field))
        }
        None => quote!(#p::None),
    };
    let mut points = quote!(#p::points!(#target));
    let (kind, doc) = match &relation.kind {
        RelationKind::BelongsTo(field) => {
            let found = model.column(&names::plain(field));
            if let Some((_, field)) = found.filter(|(_, f)| f.references.is_none()) {
                // Only the type of the field is named: when the other is no resource, it is one error there.
                let ty = &field.ty;
                points = quote!(#p::target(<#ty as #p::Column>::FACTS));
            }
            let (index, doc) = found.map_or((0, ""), |(i, f)| (i, f.doc.as_str()));
            let index = proc_macro2::Literal::u16_unsuffixed(index);
            (quote!(BelongsTo { field: #index }), doc)
        }
        RelationKind::HasMany(field) => {
            let by = by(field);
            (quote!(HasMany { by: #by }), "")
        }
        RelationKind::HasOne(field) => {
            let by = by(field);
            (quote!(HasOne { by: #by }), "")
        }
        RelationKind::ManyToMany(through) => (quote!(ManyToMany { through: #p::points!(#through) }), ""),
    };
    quote! {
        #p::RelationDescriptor::of(#name, #p::RelationKind::#kind, #points, #doc)
    }
}

enum More {
    By(Ident),
    Through(Type),
}

fn relation(chunk: TokenStream, opt: Opt<'_>, dx: &Diagnostics) -> Option<(Ident, Type, Option<More>)> {
    let many_to_many = opt.spec.key == "many_to_many";
    let parse = |input: ParseStream<'_>| {
        let name = input.parse::<Ident>()?;
        input.parse::<Token![:]>()?;
        let target = input.parse::<Type>()?;
        let word = if input.is_empty() { None } else { Some(input.parse::<Ident>()?) };
        let more = match word {
            None => None,
            Some(word) if word == "by" && !many_to_many => Some(More::By(input.parse()?)),
            Some(word) if word == "through" && many_to_many => Some(More::Through(input.parse()?)),
            Some(word) => return Err(syn::Error::new_spanned(word, "")),
        };
        Ok((name, target, more))
    };
    let parsed = parse.parse2(chunk.clone());
    let complete = matches!(&parsed, Ok((_, _, more)) if !many_to_many || more.is_some());
    if !complete {
        let at = match &parsed {
            Ok((_, target, _)) => quote!(#target),
            Err(_) => chunk,
        };
        let headline = if many_to_many && parsed.is_ok() {
            "`many_to_many` needs the resource in between".to_owned()
        } else {
            format!("`{}` can't read this relation", opt.key)
        };
        dx.push(Diagnostic::new(Code::FW206, at, headline).help(format!("write `{}`", opt.spec.example)));
        return None;
    }
    parsed.ok()
}

fn not_a_foreign_key(option: &str, at: &Ident, field: &Field) -> Diagnostic {
    Diagnostic::new(Code::FW405, at, format!("`{option}` is for foreign keys, and `{}` is none", field.name))
        .help("make its type `Id<R>`, or say where it points: `references = R`")
}

/// `post::comments` is a column or a relation, not both.
fn names_are_free(model: &Resource, dx: &Diagnostics) {
    let mut seen: Vec<String> = Vec::new();
    for relation in &model.relations {
        let name = names::plain(&relation.name);
        let twin = if model.column(&name).is_some() {
            Some("field")
        } else if seen.contains(&name) {
            Some("relation")
        } else {
            None
        };
        if let Some(twin) = twin {
            let (at, help) = match &relation.kind {
                RelationKind::BelongsTo(field) => {
                    (field.clone(), "name the relation: `#[field(relation = …)]`".to_owned())
                }
                _ => (relation.name.clone(), "choose another name for the relation".to_owned()),
            };
            dx.push(
                Diagnostic::new(
                    Code::FW312,
                    at,
                    format!("the relation `{name}` of `{}` has the name of another {twin}", model.ident),
                )
                .help(help),
            );
        }
        seen.push(name);
    }
}

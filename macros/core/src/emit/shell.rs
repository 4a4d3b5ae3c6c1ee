//! What is emitted when something is wrong: the user's struct and every generated name, with bodies that are never
//! run, so that one mistake is one error.

use super::{bodies, debug, key, structure};
use crate::model::Resource;
use crate::model::names;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Type, parse_quote};

/// The shell of a resource.
pub(crate) fn shell(model: &mut Resource) -> TokenStream {
    for field in &mut model.fields {
        // rustc would ask for the lifetime that the user should not write.
        for ty in [&mut field.ty, &mut field.inner] {
            if let Type::Reference(reference) = ty {
                reference.lifetime = Some(parse_quote!('static));
            }
        }
    }
    // A relation that took the name of another was reported: the first one keeps it.
    let mut taken: Vec<String> = model.columns().map(|(_, f)| f.name.clone()).collect();
    model.relations.retain(|relation| {
        let name = names::plain(&relation.name);
        let free = !taken.contains(&name);
        taken.push(name);
        free
    });
    let p = model.private();
    let (structure, bodies, debug) = (structure(model), bodies(model), debug(model));
    let (name, create, update) = (&model.ident, model.create(), model.update());
    let (_, key_type) = key(model);
    let (text, singular, table) = (names::plain(name), &model.singular, model.table_name());
    let soft_delete = model.soft_delete.map(|_| quote!(impl __fw::SoftDelete for #name {}));
    quote! {
        #structure
        #bodies
        const _: () = {
            use #p as __fw;
            static __DESCRIPTOR: __fw::ResourceDescriptor =
                __fw::ResourceDescriptor::of(#text, #singular, #table, __fw::source!());
            __fw::shell! { __DESCRIPTOR #name #create #update #key_type }
            #debug
            #soft_delete
        };
    }
}

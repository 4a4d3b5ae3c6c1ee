//! The attribute macros of Framewright: one door per macro; the logic is in `framewright-macros-core`.

use proc_macro::TokenStream;

/// Turns a struct into a resource: a table, its bodies, rules and typed columns, and its routes.
///
/// ```ignore
/// /// A blog post.
/// #[resource(policy = public, soft_delete, has_many(comments: Comment))]
/// pub struct Post {
///     #[field(length(min = 3, max = 120), filter, sort)]
///     pub title: String,
///     #[field(filter, on_delete = cascade)]
///     pub author_id: Id<User>,
/// }
/// ```
///
/// It makes `CreatePost` and `UpdatePost`, the typed columns `post::title`, and registers `Post`. The fields `id`,
/// `created_at` and `updated_at` are added unless they are declared. Derives of your own stand below it.
#[proc_macro_attribute]
pub fn resource(args: TokenStream, item: TokenStream) -> TokenStream {
    framewright_macros_core::expand_resource(args.into(), item.into()).into()
}

/// Makes an enum without data a column type, stored and sent by the names of its variants in snake case.
///
/// It brings `Debug`, `Clone`, `Copy`, `PartialEq`, `Eq`, `PartialOrd`, `Ord`, `Hash`, `Display`, `FromStr` and
/// serde's two traits along: do not derive those besides. `#[db_enum(name = "…")]` names a variant.
///
/// ```ignore
/// #[derive(DbEnum)]
/// pub enum Status { Draft, Published }
/// ```
#[proc_macro_derive(DbEnum, attributes(db_enum))]
pub fn db_enum(item: TokenStream) -> TokenStream {
    framewright_macros_core::expand_db_enum(item.into()).into()
}

/// Declares the attribute `#[field]`, so that it can stay on the fields of a resource; `#[resource]` derives it.
#[proc_macro_derive(ResourceFields, attributes(field))]
pub fn resource_fields(_item: TokenStream) -> TokenStream {
    TokenStream::new()
}

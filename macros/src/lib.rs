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

/// Makes a struct a service: built once at start, from what its fields name, and injected where it is asked for.
///
/// A field of type `Inject<T>` shares a service, any other type is a service that is cloned; `#[service(default)]`
/// and `#[service(value = …)]` start a field without injection. What nobody provides, and services that need each
/// other in a circle, are compile errors.
///
/// ```ignore
/// #[service]
/// pub struct Billing {
///     gateway: Inject<dyn Gateway>,
///     #[service(default)]
///     charges: AtomicU64,
/// }
///
/// #[service(provides = dyn Gateway)]
/// pub struct Stripe {
///     settings: Inject<StripeConfig>,
/// }
/// ```
#[proc_macro_attribute]
pub fn service(args: TokenStream, item: TokenStream) -> TokenStream {
    framewright_macros_core::expand_service(args.into(), item.into()).into()
}

/// Makes a struct a section of the configuration: typed, checked at start, `Debug`, `Clone` and injectable.
///
/// ```ignore
/// /// The shop.
/// #[config(section = "shop")]
/// pub struct ShopConfig {
///     /// What prices are in.
///     #[setting(default = "EUR", env = "SHOP_CURRENCY")]
///     pub currency: String,
///     pub till_key: Option<Secret<String>>,
/// }
/// ```
#[proc_macro_attribute]
pub fn config(args: TokenStream, item: TokenStream) -> TokenStream {
    framewright_macros_core::expand_config(args.into(), item.into()).into()
}

/// Registers an async function that fills the database with what an application begins with: `seed` runs them all,
/// in order, as often as you like.
///
/// ```ignore
/// #[seed(order = 10)]
/// async fn roles(cx: &Cx) -> Result<()> {
///     CreateRole::new("author").first_or_create(cx, role::name).await?;
///     Ok(())
/// }
/// ```
#[proc_macro_attribute]
pub fn seed(args: TokenStream, item: TokenStream) -> TokenStream {
    framewright_macros_core::expand_seed(args.into(), item.into()).into()
}

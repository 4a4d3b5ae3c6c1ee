//! What a resource's factory is, and the list of them, by which one factory finds those of its parents.

use crate::faker::Faker;
use crate::made_up;
use crate::maker::Maker;
use framewright_core::record::{Record, Resource, Values};
use framewright_core::{Error, ResourceDescriptor, Result};

/// How a resource is made up. `impl Factory for Post {}` is enough: every required field gets a value that fits its
/// name, its type and its rules. What should read better is written down in [`define`](Factory::define).
///
/// ```ignore
/// impl Factory for Post {
///     fn define(fake: &mut Faker) -> CreatePost {
///         CreatePost::new(fake.title(), fake.paragraph(), fake.id::<User>())
///     }
/// }
/// impl Post {
///     fn published(post: CreatePost) -> CreatePost {
///         post.status(Status::Published)
///     }
/// }
/// framewright::factories!(Post, User);
///
/// let posts = Post::factory().count(50).state(Post::published).create(&cx).await?;
/// ```
pub trait Factory: Resource + Listed {
    /// One body, made up. A foreign key is `fake.id::<User>()`: `create` has made that user before, by the factory of
    /// `User`.
    #[must_use]
    fn define(fake: &mut Faker) -> Self::Create {
        made_up::body::<Self>(fake)
    }

    /// Makes one, until [`Maker::count`] says more.
    fn factory() -> Maker<Self> {
        Maker::new()
    }
}

/// A resource whose factory others find, when they need one of its records first: what `factories!` says.
#[diagnostic::on_unimplemented(
    message = "the factory of `{Self}` is not in the list",
    label = "not listed",
    note = "write `framewright::factories!({Self});` beside this `impl`: factories of other resources find it by that"
)]
pub trait Listed {}

/// A factory in the list: what `factories!` submits.
pub struct FactoryEntry {
    /// the resource
    pub descriptor: &'static ResourceDescriptor,
    /// the values of one body
    pub define: fn(&mut Faker) -> Values,
}
inventory::collect!(FactoryEntry);

impl FactoryEntry {
    /// The entry of a resource.
    #[must_use]
    pub const fn of<R: Factory>() -> Self {
        Self { descriptor: R::DESCRIPTOR, define: |fake| R::define(fake).values() }
    }
}

/// The values of one body, by the resource's own factory, or, where it has none, by what its fields say.
pub(crate) fn values(of: &'static ResourceDescriptor, fake: &mut Faker) -> Result<Values> {
    match inventory::iter::<FactoryEntry>().find(|entry| entry.descriptor.table == of.table) {
        Some(entry) => Ok((entry.define)(fake)),
        None => made_up::values(of, fake).map_err(|e| {
            let hint = format!("`{}` has no factory: write one, and name it in `factories!`", of.name);
            Error::internal(e.message().to_owned()).hint(hint)
        }),
    }
}

/// Lists the factories of these resources, so that those of others find them: `factories!(Post, User);`.
#[macro_export]
macro_rules! factories {
    ($($resource:ty),+ $(,)?) => {$(
        const _: () = {
            impl $crate::Listed for $resource {}
            $crate::__inventory::submit! { $crate::FactoryEntry::of::<$resource>() }
        };
    )+};
}

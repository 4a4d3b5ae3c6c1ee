//! Dependency injection that the compiler resolves: a service names what it needs by type, every type that can be
//! given has a constant [`Node`] in the graph, and a missing provider or a cycle is a compile error. At start the
//! graph is built once, in the order of its edges; there is no container to ask by name.

mod acyclic;
mod build;

pub use acyclic::assert_acyclic;
pub use build::{Building, Made, Parts, build, init, ready, view};

use crate::cx::{Cx, State};
use crate::error::{Error, Result};
use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A shared handle on a service, or on what stands for a trait: `Inject<Billing>`, `Inject<dyn Gateway>`.
pub struct Inject<T: ?Sized>(Arc<T>);

impl<T: ?Sized> Inject<T> {
    /// The handle of a value.
    #[must_use]
    pub const fn new(value: Arc<T>) -> Self {
        Self(value)
    }
    /// The `Arc` inside.
    #[must_use]
    pub fn into_arc(self) -> Arc<T> {
        self.0
    }
}
impl<T: ?Sized> Clone for Inject<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
impl<T: ?Sized> Deref for Inject<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T: ?Sized> From<Arc<T>> for Inject<T> {
    fn from(value: Arc<T>) -> Self {
        Self(value)
    }
}
impl<T: ?Sized + fmt::Debug> fmt::Debug for Inject<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something that can be injected: a `#[service]`, a trait that one `provides`, a `#[config]` section, the database.
#[diagnostic::on_unimplemented(
    message = "nothing provides `{Self}`",
    label = "no service provides this",
    note = "for a struct: add `#[service]` above its definition; for a trait: add `#[service(provides = {Self})]` above the struct that stands for it",
    note = "a type of another crate can't be a service itself: wrap it in a struct of yours with `#[service(init)]`"
)]
pub trait Provided: Send + Sync + 'static {
    /// Its place in the graph.
    const NODE: &'static Node;

    /// The one of an application that has been built.
    #[must_use]
    fn find(state: &State) -> Option<Inject<Self>> {
        state.get::<Inject<Self>>().map(|handle| Inject::clone(&handle))
    }
}

/// A service that others hold a copy of, instead of sharing it: what a field of any other type than `Inject<T>` asks for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be injected by value",
    label = "not a service that is `Clone`",
    note = "a service is shared by `Inject<{Self}>`; by value it is cloned, so `{Self}` needs `#[service]` and `#[derive(Clone)]`",
    note = "what is no service starts with `#[service(default)]` or `#[service(value = …)]` above the field"
)]
pub trait ByValue: Provided + Clone {}
#[diagnostic::do_not_recommend]
impl<T: Provided + Clone> ByValue for T {}

/// A service that has to do something before it can be used: `#[service(init)]` calls it once, at start.
#[diagnostic::on_unimplemented(
    message = "`{Self}` says `init`, but has no `impl Init`",
    label = "`Init` is not implemented",
    note = "write `impl Init for {Self} {{ async fn init(self, cx: &Cx) -> Result<Self> {{ … }} }}`"
)]
pub trait Init: Sized {
    /// The service, ready for use; everything it needs is there, the database too.
    fn init(self, cx: &Cx) -> impl Future<Output = Result<Self>> + Send;
}

/// One place in the graph of services.
pub struct Node {
    /// the whole name: `shop::billing::Billing`, `dyn shop::Gateway`
    pub name: &'static str,
    /// whether a `#[service]` struct stands here, which checks its own edges
    pub checked: bool,
    /// what it needs, in the order of the fields
    pub needs: &'static [Need],
    /// whether the application has one already
    pub found: fn(&State) -> bool,
    /// makes one
    pub make: fn(Parts, Cx) -> Building,
    /// Never read. A constant that refers to a place of memory which could change is not looked through by the
    /// compiler, so that two places may refer to each other and the circle is found by [`assert_acyclic`], which
    /// can name it.
    pub opaque: Opaque,
}

/// See [`Node::opaque`].
pub type Opaque = std::sync::atomic::AtomicBool;

/// An edge of the graph: one injected field.
pub struct Need {
    /// what is needed
    pub node: &'static Node,
    /// takes it out of the application
    pub take: fn(&State) -> Option<Box<dyn Any + Send>>,
}

impl Need {
    /// The edge of a field of type `Inject<T>`.
    #[must_use]
    pub const fn shared<T: Provided + ?Sized>() -> Self {
        Self { node: T::NODE, take: |state| T::find(state).map(|handle| Box::new(handle) as _) }
    }

    /// The edge of a field of another type: a service by value.
    #[must_use]
    pub const fn cloned<T: ByValue>() -> Self {
        Self { node: T::NODE, take: |state| T::find(state).map(|handle| Box::new(T::clone(&handle)) as _) }
    }
}

impl Node {
    /// The place of a `#[service]`.
    #[must_use]
    pub const fn service<T: Provided>(
        name: &'static str,
        needs: &'static [Need],
        make: fn(Parts, Cx) -> Building,
    ) -> Self {
        let found = |state: &State| T::find(state).is_some();
        Self { name, checked: true, needs, found, make, opaque: Opaque::new(false) }
    }

    /// The place of a trait that a service stands for.
    #[must_use]
    pub const fn view<V: Provided + ?Sized, T: Provided>(
        name: &'static str,
        make: fn(Parts, Cx) -> Building,
    ) -> Self {
        let found = |state: &State| V::find(state).is_some();
        let needs = const { &[Need::shared::<T>()] };
        Self { name, checked: false, needs, found, make, opaque: Opaque::new(false) }
    }

    /// The place of a section of the configuration.
    #[must_use]
    pub const fn section<C: Provided + crate::config::ConfigSection>(name: &'static str) -> Self {
        let found = |state: &State| C::find(state).is_some();
        let make = |_, cx: Cx| ready(cx.config::<C>());
        Self { name, checked: false, needs: &[], found, make, opaque: Opaque::new(false) }
    }

    /// The place of something that is always there, and needs nothing: its `find` makes it.
    #[must_use]
    pub const fn always(name: &'static str) -> Self {
        let make = |parts: Parts, _| parts.absent();
        Self { name, checked: false, needs: &[], found: |_| true, make, opaque: Opaque::new(false) }
    }

    /// The place of something that the application puts in before it builds its services.
    #[must_use]
    pub const fn given<T: Provided + ?Sized>(name: &'static str) -> Self {
        Self {
            name,
            checked: false,
            needs: &[],
            found: |state| T::find(state).is_some(),
            make: |parts, _| parts.absent(),
            opaque: Opaque::new(false),
        }
    }
}

/// The registration of a service: what `#[service]` submits. A service that provides traits registers these.
pub struct ServiceEntry(pub &'static Node);
inventory::collect!(ServiceEntry);

/// Every service that was linked in, by name.
#[must_use]
pub fn services() -> Vec<&'static Node> {
    let mut all: Vec<_> = inventory::iter::<ServiceEntry>().map(|e| e.0).collect();
    all.sort_by_key(|n| n.name);
    all
}

impl State {
    /// Puts a value in a service's place before the application builds its own, which it then leaves out: how
    /// tests put a fake, and programs another implementation, behind `Inject<T>`.
    pub fn replace<T: Provided + ?Sized>(&self, value: Arc<T>) {
        self.insert(Arc::new(Inject::new(value)));
    }
}

impl Cx {
    /// A service of the application.
    ///
    /// # Errors
    /// When this context belongs to no started application, or the service was replaced by another.
    pub fn service<T: Provided + ?Sized>(&self) -> Result<Inject<T>> {
        T::find(self.state()).ok_or_else(|| {
            Error::internal(format!("the application of this context has not built `{}`", T::NODE.name))
        })
    }
}

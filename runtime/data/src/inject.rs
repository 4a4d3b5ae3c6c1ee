//! What services can have injected of the data layer: `Inject<Database>`, and the repository of every resource,
//! `Inject<dyn Repository<Post>>`.

use crate::database::Database;
use crate::repository::{DatabaseRepository, Repository};
use framewright_core::Resource;
use framewright_core::cx::State;
use framewright_core::di::{Inject, Node, Provided};
use std::sync::Arc;

static NODE: Node = Node::given::<Database>("framewright::Database");

impl Provided for Database {
    const NODE: &'static Node = &NODE;

    fn find(state: &State) -> Option<Inject<Self>> {
        state.get::<Self>().map(Inject::new)
    }
}

/// One place for the repositories of all resources: they hold nothing, so there is nothing to build, and no expansion
/// of a resource has to say that it has one.
static REPOSITORY: Node = Node::always("framewright::Repository");

impl<R: Resource> Provided for dyn Repository<R> {
    const NODE: &'static Node = &REPOSITORY;

    fn find(state: &State) -> Option<Inject<Self>> {
        let replaced = state.get::<Inject<Self>>().map(|handle| Inject::clone(&handle));
        Some(replaced.unwrap_or_else(|| Inject::new(Arc::new(DatabaseRepository::<R>::new()))))
    }
}

//! The derived routes, in one table: what is mounted, listed and described.

use framewright_core::ResourceDescriptor;
use framewright_core::descriptor::{Actions, PolicyDescriptor};

/// What a derived route does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// a page of the list
    List,
    /// a new record
    Create,
    /// a page of the list, by a predicate in the body
    Query,
    /// several writes, all or nothing
    Bulk,
    /// one record
    Read,
    /// changes the given fields
    Update,
    /// changes every field
    Replace,
    /// deletes a record
    Delete,
    /// brings a deleted record back
    Restore,
}

impl Does {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Create => "create",
            Self::Query => "query",
            Self::Bulk => "bulk",
            Self::Read => "read",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Restore => "restore",
        }
    }
}

/// A derived route of any resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Derived {
    pub(crate) does: Does,
    /// the action that a resource has to have
    action: u16,
    pub(crate) method: &'static str,
    /// what stands behind the path of the resource
    pub(crate) tail: &'static str,
}

const fn route(does: Does, action: u16, method: &'static str, tail: &'static str) -> Derived {
    Derived { does, action, method, tail }
}

/// Every route, those of one path together.
const TABLE: [Derived; 9] = [
    route(Does::List, Actions::LIST, "GET", ""),
    route(Does::Create, Actions::CREATE, "POST", ""),
    route(Does::Query, Actions::LIST, "POST", "/query"),
    route(Does::Bulk, Actions::BULK, "POST", "/bulk"),
    route(Does::Read, Actions::READ, "GET", "/{id}"),
    route(Does::Update, Actions::UPDATE, "PATCH", "/{id}"),
    route(Does::Replace, Actions::UPDATE, "PUT", "/{id}"),
    route(Does::Delete, Actions::DELETE, "DELETE", "/{id}"),
    route(Does::Restore, Actions::RESTORE, "POST", "/{id}/restore"),
];

/// The routes of a resource, as its actions say.
pub(crate) fn of(d: &ResourceDescriptor) -> impl Iterator<Item = &'static Derived> {
    let served = d.policy != PolicyDescriptor::Internal;
    let (actions, restorable) = (d.actions, d.kept.deleted_at.is_some());
    TABLE.iter().filter(move |route| {
        served && actions.has(route.action) && (route.does != Does::Restore || restorable)
    })
}

/// Whether a resource has any route.
#[must_use]
pub fn is_served(d: &ResourceDescriptor) -> bool {
    of(d).next().is_some()
}

//! `Id<R>`: the key of a resource, and by its type the foreign key to it.

use crate::column::{Column, ColumnFacts, Mismatch};
use crate::descriptor::ResourceDescriptor;
use crate::record::Resource;
use crate::value::{Kind, Value, ValueRef};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;
use uuid::Uuid;

/// The key of a resource `R`: a UUIDv7, made by the client of the database, so it is known before the insert.
///
/// A field of type `Id<User>` in another resource is a foreign key to `User`; the type is the relation.
pub struct Id<R>(Uuid, PhantomData<fn() -> R>);

impl<R> Id<R> {
    /// A new key: time-ordered, so that inserts touch the end of the index.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a default key would be a new key, which surprises")]
    pub fn new() -> Self {
        Self::from_uuid(Uuid::now_v7())
    }

    /// The key with the given bits.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The bits of the key.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

// Derives would ask the same of `R`, which is only a mark.
impl<R> Clone for Id<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Id<R> {}
impl<R> PartialEq for Id<R> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<R> Eq for Id<R> {}
impl<R> PartialOrd for Id<R> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<R> Ord for Id<R> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<R> Hash for Id<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<R> fmt::Debug for Id<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<R> fmt::Display for Id<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<R> FromStr for Id<R> {
    type Err = Mismatch;
    fn from_str(text: &str) -> Result<Self, Mismatch> {
        Uuid::try_parse(text).map(Self::from_uuid).map_err(|_| Mismatch)
    }
}
impl<R> serde::Serialize for Id<R> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}
impl<'de, R> serde::Deserialize<'de> for Id<R> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(|_| serde::de::Error::custom("not a UUID"))
    }
}

fn descriptor_of<R: Resource>() -> &'static ResourceDescriptor {
    R::DESCRIPTOR
}

/// The key of a resource that an `Id<R>` can point to.
#[diagnostic::on_unimplemented(
    message = "the key of `{R}` is a `{Self}`, so no `Id<{R}>` points to it",
    label = "an `Id<{R}>` is a UUID",
    note = "write `{Self}`, and say where it points: `#[field(references = {R})]`"
)]
pub trait IdOf<R> {}
impl<R> IdOf<R> for Id<R> {}

// The bound on the key makes `Id<User>` an error where the key of `User` is of another type.
impl<R: Resource> Column for Id<R>
where
    R::Key: IdOf<R>,
{
    const FACTS: ColumnFacts =
        ColumnFacts { references: Some(descriptor_of::<R>), ..ColumnFacts::new(Kind::Uuid) };
    fn get(&self) -> ValueRef<'_> {
        ValueRef::Uuid(*self.0.as_bytes())
    }
    fn take(value: Value) -> Result<Self, Mismatch> {
        Uuid::take(value).map(Self::from_uuid)
    }
}

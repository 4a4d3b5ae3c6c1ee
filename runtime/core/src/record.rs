//! Records: the typed struct of a resource, its create and update bodies, and the untyped [`Values`] between
//! them and everything that works by descriptor.

use crate::column::{Column, Mismatch};
use crate::descriptor::ResourceDescriptor;
use crate::value::{Value, ValueRef};

pub use crate::json::{View, deserialize, serialize, serialize_record};

/// One slot per field of a resource, by field index; an empty slot is a field that was not given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Values(Vec<Option<Value>>);

impl Values {
    /// No field given, of `fields` fields.
    #[must_use]
    pub fn new(fields: usize) -> Self {
        Self(vec![None; fields])
    }

    /// No field given, for this resource.
    #[must_use]
    pub fn of(descriptor: &ResourceDescriptor) -> Self {
        Self::new(descriptor.fields.len())
    }

    /// Gives a field its value.
    pub fn set(&mut self, index: u16, value: Value) {
        let index = usize::from(index);
        if index >= self.0.len() {
            self.0.resize(index + 1, None);
        }
        if let Some(slot) = self.0.get_mut(index) {
            *slot = Some(value);
        }
    }

    /// Takes a field back.
    pub fn unset(&mut self, index: u16) -> Option<Value> {
        self.0.get_mut(usize::from(index))?.take()
    }

    /// The value of a field, if it was given.
    #[must_use]
    pub fn get(&self, index: u16) -> Option<&Value> {
        self.0.get(usize::from(index))?.as_ref()
    }

    /// The fields that were given.
    pub fn given(&self) -> impl Iterator<Item = (u16, &Value)> {
        (0u16..).zip(&self.0).filter_map(|(i, v)| Some((i, v.as_ref()?)))
    }

    /// Whether no field was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Moves a mandatory field out: what expansions build structs with.
    ///
    /// # Errors
    /// [`Mismatch`] when it is absent or of another type.
    pub fn take<T: Column>(&mut self, index: u16) -> Result<T, Mismatch> {
        T::take(self.unset(index).ok_or(Mismatch)?)
    }

    /// Moves a field out that may be absent.
    ///
    /// # Errors
    /// [`Mismatch`] when it is of another type.
    pub fn take_given<T: Column>(&mut self, index: u16) -> Result<Option<T>, Mismatch> {
        self.unset(index).map(T::take).transpose()
    }

    /// Moves a field of an update out.
    ///
    /// # Errors
    /// [`Mismatch`] when it is of another type.
    pub fn take_patch<T: Column>(&mut self, index: u16) -> Result<Patch<T>, Mismatch> {
        Ok(self.take_given(index)?.map_or(Patch::Keep, Patch::Set))
    }
}

/// A field of an update: left as it is, or set (to null, where the type is an `Option`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// not given: stays as it is
    #[default]
    Keep,
    /// given
    Set(T),
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl<T> Patch<T> {
    /// The new value, if it is set.
    pub fn given(&self) -> Option<&T> {
        match self {
            Self::Keep => None,
            Self::Set(v) => Some(v),
        }
    }
}

impl<T: Column> Patch<T> {
    /// The value to write, if any.
    pub fn get(&self) -> Option<ValueRef<'_>> {
        match self {
            Self::Keep => None,
            Self::Set(v) => Some(v.get()),
        }
    }
}

/// Anything with fields of a resource by index: records, create and update bodies.
pub trait Record: Send + Sync + 'static {
    /// The resource.
    fn descriptor(&self) -> &'static ResourceDescriptor;
    /// The field with this index, `None` when it is not given here.
    fn field(&self, index: u16) -> Option<ValueRef<'_>>;

    /// Every given field, owned.
    fn values(&self) -> Values {
        let mut values = Values::of(self.descriptor());
        for index in (0u16..).take(self.descriptor().fields.len()) {
            if let Some(value) = self.field(index) {
                values.set(index, value.to_value());
            }
        }
        values
    }
}

/// A struct with `#[resource]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't a resource",
    label = "not a resource",
    note = "add `#[resource]` above the definition of `{Self}`"
)]
pub trait Resource: Record + Sized {
    /// The type of the primary key.
    type Key: Column + Clone;
    /// The body of a create.
    type Create: Create<Resource = Self>;
    /// The body of an update.
    type Update: Update<Resource = Self>;
    /// The descriptor.
    const DESCRIPTOR: &'static ResourceDescriptor;

    /// The primary key of this record.
    fn key(&self) -> Self::Key;
    /// This record as JSON, for serde: the fields that may be read.
    fn view(&self) -> View<'_> {
        View::of(self)
    }
    /// The record of a full set of values.
    ///
    /// # Errors
    /// [`Mismatch`] when a value is missing or of another type.
    fn build(values: &mut Values) -> Result<Self, Mismatch>;
}

/// The body of a create: `CreatePost`.
pub trait Create: Record + Sized {
    /// What it creates.
    type Resource: Resource<Create = Self>;
    /// The body of a set of values.
    ///
    /// # Errors
    /// [`Mismatch`] when a value is missing or of another type.
    fn build(values: &mut Values) -> Result<Self, Mismatch>;
}

/// The body of an update: `UpdatePost`, every field a [`Patch`].
pub trait Update: Record + Sized + Default {
    /// What it updates.
    type Resource: Resource<Update = Self>;
    /// The body of a set of values.
    ///
    /// # Errors
    /// [`Mismatch`] when a value is of another type.
    fn build(values: &mut Values) -> Result<Self, Mismatch>;
    /// The same changes, to be saved over this record: what `post.patch()` does.
    #[must_use]
    fn bind(self, record: Self::Resource) -> Self;
    /// The record that the changes are bound to, moved out.
    fn bound(&mut self) -> Option<Self::Resource>;
}

/// A resource with `soft_delete`: only these can be restored.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no soft delete, so a deleted record can't be restored",
    note = "add `soft_delete` to `#[resource(…)]` above `{Self}`"
)]
pub trait SoftDelete: Resource {}

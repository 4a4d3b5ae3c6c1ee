//! A write that has not happened yet: what the stages look at, change and refuse.

use framewright_core::descriptor::{Access, DefaultValue, FieldDescriptor};
use framewright_core::query::Deleted;
use framewright_core::validate::Purpose;
use framewright_core::{Cx, ResourceDescriptor, Value, Values};

/// What a write does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// a new record
    Create,
    /// some fields
    Update,
    /// every field that clients may set
    Replace,
    /// gone, or marked as deleted
    Delete,
    /// gone
    ForceDelete,
    /// not deleted any more
    Restore,
}

/// Which version the record has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// nobody said: refused with 428 where the resource is versioned
    Unsaid,
    /// any: `If-Match: *`, and code that means it
    Any,
    /// this one
    Version(i64),
}

/// A write that has not happened yet.
#[derive(Clone)]
pub struct Draft {
    /// the resource
    pub descriptor: &'static ResourceDescriptor,
    /// what to do
    pub action: Action,
    /// the record; null for a create whose key the database counts
    pub key: Value,
    /// the fields to write
    pub values: Values,
    /// the version to find
    pub expected: Expected,
    /// whether the record it changes is one that lives, one that is marked as deleted, or either
    pub(super) deleted: Deleted,
    /// it has gone through the stages before the statement
    pub(super) staged: bool,
    /// the record as it is now, where a rule over the whole record asks for it
    pub(super) before: Option<Values>,
    /// the record can't be identified with the version it has to have: the body and the header say different ones
    pub(super) torn: bool,
    /// added to what the field holds, in the statement
    pub(super) adds: Option<Added>,
    /// what becomes of a create that finds its unique key taken
    pub(super) taken: Option<Taken>,
}

/// An amount to add to a field, and the bounds that the sum has to keep.
#[derive(Debug, Clone)]
pub(super) struct Added {
    pub(super) field: u16,
    pub(super) by: Value,
    pub(super) bounds: (Option<Value>, Option<Value>),
}

/// A unique key, and the fields that are set in the record that has it already; `None`: that record stays as it is.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) target: Vec<u16>,
    pub(super) set: Option<Vec<u16>>,
}

impl Draft {
    fn new(
        descriptor: &'static ResourceDescriptor,
        action: Action,
        key: Value,
        values: Values,
        expected: Expected,
    ) -> Self {
        Self {
            descriptor,
            action,
            key,
            values,
            expected,
            deleted: Deleted::Without,
            staged: false,
            before: None,
            torn: false,
            adds: None,
            taken: None,
        }
    }

    /// A new record: defaults and what the framework keeps are filled in.
    #[must_use]
    pub fn create(cx: &Cx, descriptor: &'static ResourceDescriptor, mut values: Values) -> Self {
        let kept = &descriptor.kept;
        let now = Value::Timestamp(cx.now().micros());
        let actor = || cx.actor().id().map_or(Value::Null, |id| Value::Text(id.to_owned()));
        let own = [
            (kept.created_at, now.clone()),
            (kept.updated_at, now),
            (kept.deleted_at, Value::Null),
            (kept.version, Value::I64(1)),
            (kept.created_by, actor()),
            (kept.updated_by, actor()),
        ];
        for (index, value) in own {
            if let Some(index) = index.filter(|i| values.get(*i).is_none()) {
                values.set(index, value);
            }
        }
        if let (Some(index), Some(tenant)) = (kept.tenant_id, cx.tenant())
            && let Some(value) = framewright_core::json::key(descriptor.field(index), tenant)
        {
            values.set(index, value);
        }
        for (index, field) in (0u16..).zip(descriptor.fields) {
            if values.get(index).is_none()
                && let Some(value) = absent(cx, field)
            {
                values.set(index, value);
            }
        }
        let key = values.get(descriptor.key).cloned().unwrap_or(Value::Null);
        Self::new(descriptor, Action::Create, key, values, Expected::Any)
    }

    /// Changes of a record. A version among the values is one to expect.
    #[must_use]
    pub fn update(
        cx: &Cx,
        descriptor: &'static ResourceDescriptor,
        key: Value,
        values: Values,
        expected: Expected,
    ) -> Self {
        let mut this = Self::new(descriptor, Action::Update, key, values, expected);
        this.keep(cx);
        this
    }

    /// A record anew: absent fields that clients may set become null or get their defaults. What they can't read they
    /// can't send back, so an absent field of that kind stays as it is.
    #[must_use]
    pub fn replace(
        cx: &Cx,
        descriptor: &'static ResourceDescriptor,
        key: Value,
        mut values: Values,
        expected: Expected,
    ) -> Self {
        for (index, field) in (0u16..).zip(descriptor.fields) {
            if values.get(index).is_none()
                && field.access.has(Purpose::Replace.access() | Access::READ)
                && index != descriptor.key
                && let Some(value) = absent(cx, field)
            {
                values.set(index, value);
            }
        }
        let mut this = Self::new(descriptor, Action::Replace, key, values, expected);
        this.keep(cx);
        this
    }

    /// A record less; with `soft_delete` it is marked.
    #[must_use]
    pub fn delete(cx: &Cx, descriptor: &'static ResourceDescriptor, key: Value, expected: Expected) -> Self {
        let mut this = Self::new(descriptor, Action::Delete, key, Values::of(descriptor), expected);
        this.mark(cx, Value::Timestamp(cx.now().micros()));
        this
    }

    /// A record less, for good.
    #[must_use]
    pub fn force_delete(
        _: &Cx,
        descriptor: &'static ResourceDescriptor,
        key: Value,
        expected: Expected,
    ) -> Self {
        Self::new(descriptor, Action::ForceDelete, key, Values::of(descriptor), expected)
    }

    /// A deleted record back.
    #[must_use]
    pub fn restore(cx: &Cx, descriptor: &'static ResourceDescriptor, key: Value, expected: Expected) -> Self {
        let mut this = Self::new(descriptor, Action::Restore, key, Values::of(descriptor), expected);
        this.deleted = Deleted::Only;
        this.mark(cx, Value::Null);
        this
    }

    /// The same over the record as it is now.
    pub(crate) fn over(mut self, before: Values) -> Self {
        self.before = Some(before);
        self
    }

    /// Whether the record is marked as deleted rather than deleted.
    pub(super) fn soft(&self) -> bool {
        self.action == Action::Delete && self.descriptor.kept.deleted_at.is_some()
    }

    /// The purpose of the values, where they come from outside.
    pub(super) fn purpose(&self) -> Option<Purpose> {
        match self.action {
            Action::Create => Some(Purpose::Create),
            Action::Update => Some(Purpose::Update),
            Action::Replace => Some(Purpose::Replace),
            Action::Delete | Action::ForceDelete | Action::Restore => None,
        }
    }

    /// What the framework keeps itself in a change: what was given for it is not taken.
    fn keep(&mut self, cx: &Cx) {
        let kept = self.descriptor.kept;
        self.values.unset(self.descriptor.key);
        for own in [
            kept.created_at,
            kept.updated_at,
            kept.deleted_at,
            kept.created_by,
            kept.updated_by,
            kept.tenant_id,
        ] {
            own.and_then(|index| self.values.unset(index));
        }
        if let Some(Value::I64(seen)) = kept.version.and_then(|index| self.values.unset(index)) {
            self.torn = matches!(self.expected, Expected::Version(said) if said != seen);
            self.expected = Expected::Version(seen);
        }
        if !self.values.is_empty() {
            self.touch(cx);
        }
    }

    fn mark(&mut self, cx: &Cx, deleted_at: Value) {
        if let Some(index) = self.descriptor.kept.deleted_at {
            self.values.set(index, deleted_at);
            self.touch(cx);
        }
    }

    pub(super) fn touch(&mut self, cx: &Cx) {
        if let Some(index) = self.descriptor.kept.updated_at {
            self.values.set(index, Value::Timestamp(cx.now().micros()));
        }
        if let Some(index) = self.descriptor.kept.updated_by {
            self.values.set(index, cx.actor().id().map_or(Value::Null, |id| Value::Text(id.to_owned())));
        }
    }
}

/// What a field becomes that is not given: its default, or null where null is a value.
fn absent(cx: &Cx, field: &FieldDescriptor) -> Option<Value> {
    match field.default {
        Some(DefaultValue::Value(value)) => Some(value()),
        Some(DefaultValue::Now) => Some(now(cx, field)),
        Some(DefaultValue::NewId) => Some(Value::Uuid(*cx.new_id().as_bytes())),
        Some(DefaultValue::Counted) => None,
        None => field.facts.nullable.then_some(Value::Null),
    }
}

/// The time of the request, in the grain of the field.
fn now(cx: &Cx, field: &FieldDescriptor) -> Value {
    use framewright_core::Kind;
    const DAY: i64 = 86_400_000_000;
    let micros = cx.now().micros();
    match field.kind() {
        Kind::Date => Value::Date(i32::try_from(micros.div_euclid(DAY)).unwrap_or_default()),
        Kind::Time => Value::Time(micros.rem_euclid(DAY)),
        _ => Value::Timestamp(micros),
    }
}

//! The descriptor of a resource: constant data that the macro writes and every channel reads.
//!
//! Nothing here does anything. A field is known everywhere by its index in [`ResourceDescriptor::fields`]
//! (`u16`), the same index that [`Values`](crate::record::Values), the query AST and the typed columns use.

use crate::column::{Column, ColumnFacts};
use crate::error::Error;
use crate::record::Values;
use crate::rule::Rule;
use crate::value::{Kind, Value, ValueRef};

/// One resource: a table, its routes, its rules.
pub struct ResourceDescriptor {
    /// the Rust name: `OrderItem`
    pub name: &'static str,
    /// the name in error codes and relation names: `order_item`
    pub singular: &'static str,
    /// the table: `order_items`
    pub table: &'static str,
    /// the URL segment under the API's prefix: `order_items`
    pub path: &'static str,
    /// the doc comment of the struct
    pub doc: &'static str,
    /// every column, in the order of the struct, added ones included
    pub fields: &'static [FieldDescriptor],
    /// the index of the primary key
    pub key: u16,
    /// declared relations; `belongs_to` ones come from the foreign keys
    pub relations: &'static [RelationDescriptor],
    /// unique keys, of one field or several
    pub uniques: &'static [KeyDescriptor],
    /// plain indexes
    pub indexes: &'static [KeyDescriptor],
    /// which fields the framework itself keeps
    pub kept: Kept,
    /// which actions have a route
    pub actions: Actions,
    /// who may do what
    pub policy: PolicyDescriptor,
    /// page size when the client names none, and the largest it may name
    pub page: PageSizes,
    /// rules over the whole record: `#[resource(check = path)]`
    pub checks: &'static [fn(&Values) -> Result<(), Error>],
    /// the table's former name, for the migration
    pub renamed_from: Option<&'static str>,
    /// a reason given with `#[resource(breaking = "…")]`: destructive migrations of this table are approved
    pub breaking: Option<&'static str>,
    /// where the struct stands
    pub source: Source,
}

/// Page sizes of a resource's list.
#[derive(Debug, Clone, Copy)]
pub struct PageSizes {
    /// when the client names none
    pub default: u16,
    /// the largest that a client may name
    pub max: u16,
}

/// Where a struct stands: `file!()`, `line!()`, `module_path!()`.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// the file
    pub file: &'static str,
    /// the line
    pub line: u32,
    /// the module
    pub module: &'static str,
}

/// The indexes of fields that the framework writes itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kept {
    /// set at insert
    pub created_at: Option<u16>,
    /// set at insert and at every update
    pub updated_at: Option<u16>,
    /// `soft_delete`: null while the record lives
    pub deleted_at: Option<u16>,
    /// `versioned`: counts the updates, and is the ETag
    pub version: Option<u16>,
    /// `tenant`: reserved for the tenant wall
    pub tenant_id: Option<u16>,
    /// `audit_columns`: who created it (a text, the actor's id)
    pub created_by: Option<u16>,
    /// `audit_columns`: who changed it last
    pub updated_by: Option<u16>,
}

impl Kept {
    /// The framework keeps nothing.
    pub const NONE: Self = Self {
        created_at: None,
        updated_at: None,
        deleted_at: None,
        version: None,
        tenant_id: None,
        created_by: None,
        updated_by: None,
    };
}

/// One field, which is one column.
pub struct FieldDescriptor {
    /// the Rust name, which is the wire name: `title`
    pub name: &'static str,
    /// the wire name as JSON writes it, with its colon: `"title":`
    pub json: &'static str,
    /// the column, as it stands in the table
    pub column: &'static str,
    /// the doc comment
    pub doc: &'static str,
    /// what the Rust type says
    pub facts: ColumnFacts,
    /// `varchar(n)`: the `max` of `length`, or 255; `None` is unbounded text (`#[field(text)]`)
    pub max_length: Option<u32>,
    /// precision and scale of a decimal
    pub decimal: (u8, u8),
    /// what validation, CHECK constraints, OpenAPI and forms know
    pub rules: &'static [Rule],
    /// rules in Rust: `#[field(custom = path)]`
    pub custom: &'static [fn(ValueRef<'_>) -> Result<(), String>],
    /// what an absent value becomes
    pub default: Option<DefaultValue>,
    /// who may see and set it
    pub access: Access,
    /// what happens here when the record it points to goes
    pub on_delete: OnDelete,
    /// this column's former name, for the migration
    pub renamed_from: Option<&'static str>,
    /// a value for documentation: `#[field(example = "…")]`
    pub example: Option<&'static str>,
    /// the error code of a unique violation: `#[field(unique(code = "user.email_taken"))]`
    pub unique_code: Option<&'static str>,
    /// what clients read instead of the rules' own words: `#[field(message = "…")]`
    pub message: Option<&'static str>,
}

/// How many digits a decimal has, and how many of them after the point, unless `precision(…)` says otherwise.
pub const DECIMAL: (u8, u8) = (19, 4);

impl FieldDescriptor {
    /// The descriptor of a plain field of type `T`: what the macro starts from, so that an expansion names
    /// only what differs.
    #[must_use]
    pub const fn of<T: Column>(name: &'static str, json: &'static str) -> Self {
        Self::new(name, json, T::FACTS)
    }

    /// The descriptor of a plain field with these facts.
    #[must_use]
    pub const fn new(name: &'static str, json: &'static str, facts: ColumnFacts) -> Self {
        Self {
            name,
            json,
            column: name,
            doc: "",
            facts,
            max_length: Some(255),
            decimal: DECIMAL,
            rules: &[],
            custom: &[],
            default: None,
            access: Access::PLAIN,
            on_delete: OnDelete::Restrict,
            renamed_from: None,
            example: None,
            unique_code: None,
            message: None,
        }
    }

    /// With a doc comment.
    #[must_use]
    pub const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }
    /// In another column than the one of its name.
    #[must_use]
    pub const fn column(mut self, column: &'static str) -> Self {
        self.column = column;
        self
    }
    /// At most this many characters.
    #[must_use]
    pub const fn max_length(mut self, max: u32) -> Self {
        self.max_length = Some(max);
        self
    }
    /// Text without a bound.
    #[must_use]
    pub const fn unbounded(mut self) -> Self {
        self.max_length = None;
        self
    }
    /// With so many digits, and so many of them after the point.
    #[must_use]
    pub const fn decimal(mut self, precision: u8, scale: u8) -> Self {
        self.decimal = (precision, scale);
        self
    }
    /// With rules.
    #[must_use]
    pub const fn rules(mut self, rules: &'static [Rule]) -> Self {
        self.rules = rules;
        self
    }
    /// With rules in Rust.
    #[must_use]
    pub const fn custom(mut self, custom: &'static [fn(ValueRef<'_>) -> Result<(), String>]) -> Self {
        self.custom = custom;
        self
    }
    /// With a value for creates that name none.
    #[must_use]
    pub const fn default(mut self, default: DefaultValue) -> Self {
        self.default = Some(default);
        self
    }
    /// In filters.
    #[must_use]
    pub const fn filter(mut self) -> Self {
        self.access = Access(self.access.0 | Access::FILTER);
        self
    }
    /// In sort orders.
    #[must_use]
    pub const fn sort(mut self) -> Self {
        self.access = Access(self.access.0 | Access::SORT);
        self
    }
    /// In answers, not in bodies.
    #[must_use]
    pub const fn readonly(mut self) -> Self {
        self.access = Access(self.access.0 & !(Access::CREATE | Access::UPDATE));
        self
    }
    /// Written by the framework; clients read it, filter and sort by it.
    #[must_use]
    pub const fn kept(self) -> Self {
        self.readonly().filter().sort()
    }
    /// In no answer and in no body.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.access = Access(Access::SECRET);
        self
    }
    /// In bodies, in no answer.
    #[must_use]
    pub const fn write_only(mut self) -> Self {
        self.access = Access((self.access.0 & !Access::READ) | Access::SECRET);
        self
    }
    /// In the body of a create, fixed from then on.
    #[must_use]
    pub const fn fixed(mut self) -> Self {
        self.access = Access(self.access.0 & !Access::UPDATE);
        self
    }
    /// A foreign key, although its type does not say so.
    #[must_use]
    pub const fn references(mut self, target: fn() -> &'static ResourceDescriptor) -> Self {
        self.facts.references = Some(target);
        self
    }
    /// The primary key: its type points to this resource, but is no foreign key.
    #[must_use]
    pub const fn key(mut self) -> Self {
        self.facts.references = None;
        self.filter().sort()
    }
    /// What happens here when the record it points to goes.
    #[must_use]
    pub const fn on_delete(mut self, on_delete: OnDelete) -> Self {
        self.on_delete = on_delete;
        self
    }
    /// With a former column name.
    #[must_use]
    pub const fn renamed_from(mut self, column: &'static str) -> Self {
        self.renamed_from = Some(column);
        self
    }
    /// With an example for the documentation.
    #[must_use]
    pub const fn example(mut self, example: &'static str) -> Self {
        self.example = Some(example);
        self
    }
    /// With a code for a second record of the same value.
    #[must_use]
    pub const fn unique_code(mut self, code: &'static str) -> Self {
        self.unique_code = Some(code);
        self
    }
    /// With words of its own for what is wrong.
    #[must_use]
    pub const fn message(mut self, message: &'static str) -> Self {
        self.message = Some(message);
        self
    }

    /// The storage class.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.facts.kind
    }

    /// Whether a create without this field is refused.
    #[must_use]
    pub const fn required(&self) -> bool {
        !self.facts.nullable && self.default.is_none()
    }
}

/// What an absent value becomes at insert.
#[derive(Clone, Copy)]
pub enum DefaultValue {
    /// a constant, which is also the DEFAULT of the column
    Value(fn() -> Value),
    /// the time of the request: `default = now`
    Now,
    /// a new UUIDv7
    NewId,
    /// the database counts: an `i64` key
    Counted,
}

/// What a field takes part in: a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access(pub u16);

impl Access {
    /// in answers
    pub const READ: u16 = 1;
    /// in the body of a create
    pub const CREATE: u16 = 1 << 1;
    /// in the body of an update
    pub const UPDATE: u16 = 1 << 2;
    /// in filters
    pub const FILTER: u16 = 1 << 3;
    /// in sort orders
    pub const SORT: u16 = 1 << 4;
    /// a secret: never logged, shown by `Debug` or put in a diff
    pub const SECRET: u16 = 1 << 5;
    /// readable and writable, not filterable: the default
    pub const PLAIN: Self = Self(Self::READ | Self::CREATE | Self::UPDATE);

    /// Whether all the bits are set. What may not be read may not be filtered or sorted either.
    #[must_use]
    pub const fn has(self, bits: u16) -> bool {
        self.0 & bits == bits
    }
}

/// What a foreign key does when the record it points to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// the delete is refused: 409
    Restrict,
    /// this record goes too
    Cascade,
    /// the field becomes null
    SetNull,
}

/// A unique key or an index.
#[derive(Debug, Clone, Copy)]
pub struct KeyDescriptor {
    /// the fields, in order
    pub fields: &'static [u16],
    /// the error code of a violation, else `conflict.unique`
    pub code: Option<&'static str>,
}

/// A relation from this resource to another.
pub struct RelationDescriptor {
    /// the name in `include=` and in typed code: `author`, `comments`
    pub name: &'static str,
    /// how the two hang together
    pub kind: RelationKind,
    /// the other resource
    pub target: fn() -> &'static ResourceDescriptor,
    /// what it means
    pub doc: &'static str,
}

/// How two resources hang together.
#[derive(Clone, Copy)]
pub enum RelationKind {
    /// this resource's field holds the other's key
    BelongsTo {
        /// the field here
        field: u16,
    },
    /// many of the other hold this one's key
    HasMany {
        /// the field there; `None`: the only one that points here
        by: Option<&'static str>,
    },
    /// at most one of the other holds this one's key
    HasOne {
        /// the field there; `None`: the only one that points here
        by: Option<&'static str>,
    },
    /// a third resource holds both keys
    ManyToMany {
        /// the third resource
        through: fn() -> &'static ResourceDescriptor,
    },
}

/// The actions of a resource: a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actions(pub u16);

impl Actions {
    /// `GET /posts`, and `POST /posts/query`
    pub const LIST: u16 = 1;
    /// `GET /posts/{id}`
    pub const READ: u16 = 1 << 1;
    /// `POST /posts`
    pub const CREATE: u16 = 1 << 2;
    /// `PATCH` and `PUT /posts/{id}`
    pub const UPDATE: u16 = 1 << 3;
    /// `DELETE /posts/{id}`
    pub const DELETE: u16 = 1 << 4;
    /// `POST /posts/{id}/restore`
    pub const RESTORE: u16 = 1 << 5;
    /// `POST /posts/bulk`
    pub const BULK: u16 = 1 << 6;
    /// every action; `restore` counts only with `soft_delete`
    pub const ALL: Self = Self(0x7f);
    /// no route at all: `#[resource(internal)]`
    pub const NONE: Self = Self(0);

    /// Whether all the bits are set.
    #[must_use]
    pub const fn has(self, bits: u16) -> bool {
        self.0 & bits == bits && bits != 0
    }
}

/// Who may do what with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyDescriptor {
    /// anyone may do anything: `#[resource(policy = public)]`, written out
    Public,
    /// no route, so nothing to guard: `#[resource(internal)]`
    Internal,
}

impl ResourceDescriptor {
    /// The descriptor of a resource without fields, routes or rules: what the macro starts from.
    #[must_use]
    pub const fn of(name: &'static str, singular: &'static str, table: &'static str, source: Source) -> Self {
        Self {
            name,
            singular,
            table,
            path: table,
            doc: "",
            fields: &[],
            key: 0,
            relations: &[],
            uniques: &[],
            indexes: &[],
            kept: Kept::NONE,
            actions: Actions::ALL,
            policy: PolicyDescriptor::Internal,
            page: PageSizes { default: 20, max: 100 },
            checks: &[],
            renamed_from: None,
            breaking: None,
            source,
        }
    }

    /// The field with this index.
    ///
    /// # Panics
    /// When the index is not of this descriptor, which only code of ours can cause.
    #[must_use]
    pub const fn field(&self, index: u16) -> &FieldDescriptor {
        &self.fields[index as usize]
    }

    /// The index and the field of this wire name.
    #[must_use]
    pub fn field_named(&self, name: &str) -> Option<(u16, &'static FieldDescriptor)> {
        (0u16..).zip(self.fields).find(|(_, f)| f.name == name)
    }

    /// The foreign keys to another resource.
    pub fn pointing_to(
        &self,
        to: &ResourceDescriptor,
    ) -> impl Iterator<Item = (u16, &'static FieldDescriptor)> {
        let points = |f: &FieldDescriptor| f.facts.references.is_some_and(|r| r().table == to.table);
        (0u16..).zip(self.fields).filter(move |(_, f)| points(f))
    }

    /// The primary key.
    #[must_use]
    pub const fn key_field(&self) -> &FieldDescriptor {
        self.field(self.key)
    }

    /// The relation of this name.
    #[must_use]
    pub fn relation(&self, name: &str) -> Option<&'static RelationDescriptor> {
        self.relations.iter().find(|r| r.name == name)
    }
}

impl KeyDescriptor {
    /// A key over these fields.
    #[must_use]
    pub const fn of(fields: &'static [u16]) -> Self {
        Self { fields, code: None }
    }
    /// With a code for a second record of the same values.
    #[must_use]
    pub const fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }
}

impl RelationDescriptor {
    /// A relation to `target`.
    #[must_use]
    pub const fn of(
        name: &'static str,
        kind: RelationKind,
        target: fn() -> &'static ResourceDescriptor,
        doc: &'static str,
    ) -> Self {
        Self { name, kind, target, doc }
    }

    /// For `HasMany` and `HasOne`: the field of the target that points to `owner`; for `ManyToMany`: of the third
    /// resource. `None` when there is no such field or more than one and no `by`; the registry reports that at start.
    #[must_use]
    pub fn foreign_key(&self, owner: &ResourceDescriptor) -> Option<u16> {
        match self.kind {
            RelationKind::BelongsTo { field } => Some(field),
            RelationKind::HasMany { by } | RelationKind::HasOne { by } => {
                pointing((self.target)(), owner, by)
            }
            RelationKind::ManyToMany { through } => pointing(through(), owner, None),
        }
    }

    /// For `ManyToMany`: the field of the third resource that points to the target.
    #[must_use]
    pub fn far_key(&self) -> Option<u16> {
        match self.kind {
            RelationKind::ManyToMany { through } => pointing(through(), (self.target)(), None),
            _ => None,
        }
    }
}

fn pointing(from: &ResourceDescriptor, to: &ResourceDescriptor, by: Option<&str>) -> Option<u16> {
    let mut found = from.pointing_to(to).filter(|(_, f)| by.is_none_or(|by| f.name == by));
    let first = found.next()?;
    found.next().is_none().then_some(first.0)
}

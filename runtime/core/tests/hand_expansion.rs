//! The expansion of a small resource, written by hand: what `#[resource]` has to emit, in this shape and order.
//!
//! ```ignore
//! /// A user.
//! #[resource(policy = public, has_many(posts: Post))]
//! pub struct User {
//!     #[field(length(min = 3, max = 120), filter, sort, unique(code = "user.email_taken"))]
//!     pub email: String,
//!     pub bio: Option<String>,
//!     #[field(default = 0)]
//!     pub points: i32,
//! }
//! ```
#![allow(missing_docs)]

use framewright_core as fw; // in an application: `::framewright::__private`

// 1. The user's struct with the added fields, and `#[derive(ResourceFields)]`, which only declares `#[field]`.
/// A user.
pub struct User {
    /// The primary key.
    pub id: fw::Id<User>,
    pub email: String,
    pub bio: Option<String>,
    pub points: i32,
    /// When the record was created.
    pub created_at: fw::Timestamp,
    /// When the record was last changed.
    pub updated_at: fw::Timestamp,
}

// 2. The body of a create: required fields by value, nullable and defaulted ones as `Option`.
/// What a new `User` is made of.
pub struct CreateUser {
    pub email: String,
    pub bio: Option<String>,
    pub points: Option<i32>,
}
impl CreateUser {
    /// A new `User` with its required fields.
    pub fn new(email: impl Into<String>) -> Self {
        Self { email: email.into(), bio: None, points: None }
    }
    pub fn bio(mut self, value: impl Into<Option<String>>) -> Self {
        self.bio = value.into();
        self
    }
    pub fn points(mut self, value: impl Into<i32>) -> Self {
        self.points = Some(value.into());
        self
    }
}

// 3. The body of an update: every writable field a `Patch`, a setter each, and the record it is bound to.
/// Changes of a `User`.
#[derive(Default)]
pub struct UpdateUser {
    pub email: fw::Patch<String>,
    pub bio: fw::Patch<Option<String>>,
    pub points: fw::Patch<i32>,
    #[doc(hidden)]
    pub __record: Option<Box<User>>,
}
impl UpdateUser {
    pub fn email(mut self, value: impl Into<String>) -> Self {
        self.email = fw::Patch::Set(value.into());
        self
    }
    pub fn bio(mut self, value: impl Into<Option<String>>) -> Self {
        self.bio = fw::Patch::Set(value.into());
        self
    }
    pub fn points(mut self, value: impl Into<i32>) -> Self {
        self.points = fw::Patch::Set(value.into());
        self
    }
}

// 4. Typed columns (and relations: `pub const posts: Rel<User, Post, Many> = Rel::new(&USER.relations[0])`).
/// The columns of `User`.
#[allow(non_upper_case_globals)]
pub mod user {
    use super::*;
    pub const id: fw::query::typed::Col<User, fw::Id<User>> = fw::query::typed::Col::new(0);
    pub const email: fw::query::typed::Col<User, String> = fw::query::typed::Col::new(1);
    pub const bio: fw::query::typed::Col<User, Option<String>> = fw::query::typed::Col::new(2);
}

// 5. One const block: descriptor, conversions, registration, assertions.
const _: () = {
    use fw::descriptor as d;
    use fw::rule::Rule;
    static USER: d::ResourceDescriptor = d::ResourceDescriptor {
        name: "User",
        singular: "user",
        table: "users",
        path: "users",
        doc: "A user.",
        fields: &[
            d::FieldDescriptor {
                doc: "The primary key.",
                facts: fw::ColumnFacts { references: None, ..<fw::Id<User> as fw::Column>::FACTS },
                default: Some(d::DefaultValue::NewId),
                access: d::Access(d::Access::READ | d::Access::FILTER | d::Access::SORT),
                ..d::FieldDescriptor::of::<fw::Id<User>>("id", "\"id\":")
            },
            d::FieldDescriptor {
                max_length: Some(120),
                rules: &[Rule::Length { min: Some(3), max: Some(120) }],
                access: d::Access(d::Access::PLAIN.0 | d::Access::FILTER | d::Access::SORT),
                unique_code: Some("user.email_taken"),
                ..d::FieldDescriptor::of::<String>("email", "\"email\":")
            },
            d::FieldDescriptor::of::<Option<String>>("bio", "\"bio\":"),
            d::FieldDescriptor {
                default: Some(d::DefaultValue::Value(|| {
                    let v: i32 = 0;
                    fw::Column::value(&v)
                })),
                ..d::FieldDescriptor::of::<i32>("points", "\"points\":")
            },
            d::FieldDescriptor {
                doc: "When the record was created.",
                default: Some(d::DefaultValue::Now),
                access: d::Access(d::Access::READ | d::Access::FILTER | d::Access::SORT),
                ..d::FieldDescriptor::of::<fw::Timestamp>("created_at", "\"created_at\":")
            },
            d::FieldDescriptor {
                doc: "When the record was last changed.",
                default: Some(d::DefaultValue::Now),
                access: d::Access(d::Access::READ | d::Access::FILTER | d::Access::SORT),
                ..d::FieldDescriptor::of::<fw::Timestamp>("updated_at", "\"updated_at\":")
            },
        ],
        key: 0,
        relations: &[],
        uniques: &[d::KeyDescriptor { fields: &[1], code: Some("user.email_taken") }],
        indexes: &[],
        kept: d::Kept {
            created_at: Some(4),
            updated_at: Some(5),
            deleted_at: None,
            version: None,
            tenant_id: None,
            created_by: None,
            updated_by: None,
        },
        actions: d::Actions::ALL,
        policy: d::PolicyDescriptor::Public,
        page: d::PageSizes { default: 20, max: 100 },
        checks: &[],
        renamed_from: None,
        breaking: None,
        source: d::Source { file: file!(), line: line!(), module: module_path!() },
    };
    impl fw::Record for User {
        fn descriptor(&self) -> &'static d::ResourceDescriptor {
            &USER
        }
        fn field(&self, index: u16) -> Option<fw::ValueRef<'_>> {
            Some(match index {
                0 => fw::Column::get(&self.id),
                1 => fw::Column::get(&self.email),
                2 => fw::Column::get(&self.bio),
                3 => fw::Column::get(&self.points),
                4 => fw::Column::get(&self.created_at),
                5 => fw::Column::get(&self.updated_at),
                _ => return None,
            })
        }
    }
    impl fw::Resource for User {
        type Key = fw::Id<User>;
        type Create = CreateUser;
        type Update = UpdateUser;
        const DESCRIPTOR: &'static d::ResourceDescriptor = &USER;
        fn key(&self) -> Self::Key {
            self.id
        }
        fn build(v: &mut fw::Values) -> Result<Self, fw::Mismatch> {
            Ok(Self {
                id: v.take(0)?,
                email: v.take(1)?,
                bio: v.take(2)?,
                points: v.take(3)?,
                created_at: v.take(4)?,
                updated_at: v.take(5)?,
            })
        }
    }
    impl fw::Record for CreateUser {
        fn descriptor(&self) -> &'static d::ResourceDescriptor {
            &USER
        }
        fn field(&self, index: u16) -> Option<fw::ValueRef<'_>> {
            match index {
                1 => Some(fw::Column::get(&self.email)),
                2 => self.bio.as_ref().map(fw::Column::get),
                3 => self.points.as_ref().map(fw::Column::get),
                _ => None,
            }
        }
    }
    impl fw::Create for CreateUser {
        type Resource = User;
        fn build(v: &mut fw::Values) -> Result<Self, fw::Mismatch> {
            Ok(Self { email: v.take(1)?, bio: v.take_given(2)?.flatten(), points: v.take_given(3)? })
        }
    }
    impl fw::Record for UpdateUser {
        fn descriptor(&self) -> &'static d::ResourceDescriptor {
            &USER
        }
        fn field(&self, index: u16) -> Option<fw::ValueRef<'_>> {
            match index {
                1 => self.email.get(),
                2 => self.bio.get(),
                3 => self.points.get(),
                _ => None,
            }
        }
    }
    impl fw::Update for UpdateUser {
        type Resource = User;
        fn build(v: &mut fw::Values) -> Result<Self, fw::Mismatch> {
            Ok(Self {
                email: v.take_patch(1)?,
                bio: v.take_patch(2)?,
                points: v.take_patch(3)?,
                __record: None,
            })
        }
        fn bind(mut self, record: User) -> Self {
            self.__record = Some(Box::new(record));
            self
        }
        fn bound(&mut self) -> Option<User> {
            self.__record.take().map(|r| *r)
        }
    }
    // serde, one line each: `impl Serialize for CreateUser` calls `fw::record::serialize(self, to)`, and so on.
    inventory::submit! { fw::registry::ResourceEntry(&USER) }
};

#[test]
fn the_registry_finds_it() {
    let all = fw::registry::resources();
    assert!(all.iter().any(|d| d.name == "User" && d.fields.len() == 6));
    assert_eq!(fw::registry::problems(&all), Vec::<String>::new());
}

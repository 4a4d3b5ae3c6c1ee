//! What a resource is at run time: its descriptor, its bodies, its conversions.

#![allow(missing_docs)]

use framewright::prelude::*;
use framewright::{Values, descriptor::Access};

/// Where a post is on its way.
#[derive(DbEnum)]
pub enum Status {
    Draft,
    InReview,
    #[db_enum(name = "live")]
    Published,
}

/// Someone who writes.
#[resource(policy = public, has_many(posts: Post by author_id), timestamps = false)]
pub struct User {
    /// Where mail goes.
    #[field(email, length(max = 120), filter, unique(code = "user.email_taken"))]
    pub email: String,
    #[field(write_only)]
    pub password: String,
    pub bio: Option<String>,
}

/// A blog post.
#[resource(policy = public, soft_delete, versioned, audit_columns, many_to_many(tags: Tag through PostTag), unique(author_id, title))]
pub struct Post {
    #[field(length(min = 3, max = 120), filter, sort)]
    pub title: String,
    #[field(text)]
    pub body: String,
    #[field(filter, on_delete = cascade)]
    pub author_id: Id<User>,
    pub parent_id: Option<Id<Self>>,
    #[field(filter, default = Status::Draft)]
    pub status: Status,
    #[field(readonly, sort)]
    pub published_at: Option<Timestamp>,
    #[field(default = 3, range(min = 1, max = 5))]
    pub stars: i16,
    #[field(skip)]
    pub cache: Vec<String>,
}

#[resource(internal)]
pub struct Tag {
    pub name: String,
}

#[resource(internal)]
pub struct PostTag {
    pub post_id: Id<Post>,
    pub tag_id: Id<Tag>,
}

#[test]
fn it_expands() {
    let d = Post::DESCRIPTOR;
    assert_eq!(
        (d.name, d.singular, d.table, d.path, d.doc),
        ("Post", "post", "posts", "posts", "A blog post.")
    );
    let names: Vec<_> = d.fields.iter().map(|f| f.name).collect();
    assert_eq!(
        names,
        [
            "id",
            "title",
            "body",
            "author_id",
            "parent_id",
            "status",
            "published_at",
            "stars",
            "created_at",
            "updated_at",
            "deleted_at",
            "version",
            "created_by",
            "updated_by"
        ]
    );
    assert_eq!(d.relations.iter().map(|r| r.name).collect::<Vec<_>>(), ["author", "parent", "tags"]);
    assert!(d.field_named("title").is_some_and(|(_, f)| f.access.has(Access::FILTER | Access::SORT)));
    let create = CreatePost::new("Hello", "World", Id::<User>::new()).stars(4).status(Status::InReview);
    let text = serde_json::to_string(&create).unwrap_or_default();
    assert!(text.contains(r#""status":"in_review""#), "{text}");
    let back: CreatePost = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(back.stars, Some(4));
    let update = UpdatePost::default().title("x").parent_id(None).published_at(Some(Timestamp::now()));
    assert_eq!(update.values().given().count(), 3);
    let mut values = create.values();
    assert!(Post::build(&mut values).is_err(), "a create is not a whole record");
    let problems = framewright::registry::problems(&framewright::registry::resources());
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(post::title.index(), 1);
    assert_eq!(post::author.descriptor().name, "author");
}

#[test]
fn secrets_are_not_printed() {
    let user = CreateUser::new("a@example.org", "hunter2").bio("x");
    let shown = format!("{user:?}");
    assert!(!shown.contains("hunter2") && shown.contains("[secret]"), "{shown}");
    let mut values = Values::of(User::DESCRIPTOR);
    for (i, v) in user.values().given() {
        values.set(i, v.clone());
    }
    values.set(0, Column::value(&Id::<User>::new()));
    let user = User::build(&mut values).unwrap_or_else(|_| panic!("a full record"));
    assert_eq!(user.clone().bio.as_deref(), Some("x"));
    assert!(!format!("{user:?}").contains("hunter2"));
    let json = serde_json::to_string(&user).unwrap_or_default();
    assert!(json.contains("a@example.org") && !json.contains("hunter2"), "{json}");
}

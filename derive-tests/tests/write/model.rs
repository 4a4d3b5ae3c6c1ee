//! Resources of the tests.

use framewright::prelude::*;

#[derive(DbEnum)]
pub(crate) enum Status {
    Draft,
    Published,
}

#[resource(policy = public, has_many(posts: Post))]
pub struct User {
    #[field(email, unique(code = "user.email_taken"))]
    pub email: String,
    #[field(length(min = 2, max = 20))]
    pub name: String,
    #[field(write_only)]
    pub password: Option<String>,
}

#[resource(policy = public, soft_delete, versioned, audit_columns, many_to_many(tags: Tag through PostTag), unique(author_id, title))]
pub struct Post {
    #[field(length(min = 3, max = 40), filter, sort)]
    pub title: String,
    #[field(text)]
    pub body: Option<String>,
    #[field(filter)]
    pub author_id: Id<User>,
    #[field(filter, default = Status::Draft)]
    pub status: Status,
    #[field(readonly)]
    pub published_at: Option<Timestamp>,
    #[field(default = 0, range(min = 0, max = 1000))]
    pub views: i32,
    #[field(precision(10, 2))]
    pub price: Option<Decimal>,
    pub ratio: Option<f64>,
    pub extra: Option<Json<Vec<u32>>>,
    pub rank: Option<i16>,
}

#[resource(policy = public)]
pub struct Tag {
    #[field(unique, length(min = 1, max = 20))]
    pub name: String,
    #[field(default = 0)]
    pub uses: i64,
    pub color: Option<String>,
}

#[resource(internal, unique(post_id, tag_id))]
pub struct PostTag {
    #[field(on_delete = cascade)]
    pub post_id: Id<Post>,
    pub tag_id: Id<Tag>,
}

/// The database counts its keys.
#[resource(policy = public, timestamps = false)]
pub struct Ticket {
    pub id: i64,
    pub what: String,
    #[field(unique)]
    pub slot: Option<i32>,
}

fn in_order(event: &CreateEvent) -> Result<()> {
    if event.ends_at < event.starts_at {
        return Err(Error::validation(Vec::new()).field("ends_at", "must not be before starts_at"));
    }
    Ok(())
}

#[resource(policy = public, check = in_order)]
pub struct Event {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    #[field(length(min = 8, max = 40), message = "is too weak")]
    pub phrase: Option<String>,
}

fn even(number: &i64) -> std::result::Result<(), &'static str> {
    if number % 2 == 0 { Ok(()) } else { Err("must be even") }
}

fn no_more_than_there_is(stock: &CreateStock) -> Result<()> {
    if stock.reserved.unwrap_or(0) > stock.on_hand.unwrap_or(0) {
        return Err(Error::validation(Vec::new()).field("reserved", "must not be more than there is"));
    }
    Ok(())
}

/// A rule over the whole record, and one in Rust over a number.
#[resource(policy = public, soft_delete, versioned, check = no_more_than_there_is)]
pub struct Stock {
    #[field(unique)]
    pub sku: String,
    #[field(default = 0)]
    pub on_hand: i64,
    #[field(default = 0)]
    pub reserved: i64,
    #[field(filter)]
    pub worker: Option<i32>,
}

#[resource(policy = public)]
pub struct Pair {
    #[field(unique)]
    pub name: String,
    #[field(default = 0, custom = even)]
    pub shoes: i64,
}

pub(crate) async fn a_user(cx: &Cx, name: &str) -> User {
    CreateUser::new(format!("{name}@example.org"), name).save(cx).await.unwrap()
}

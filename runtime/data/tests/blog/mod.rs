//! The blog of the query tests, in a fresh database of each kind.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used)]

use super::fixture;
use super::support::{Fresh, each};
use fixture::*;
use framewright_core::{Column, Cx, Id, Record, Resource, Timestamp, Value, Values};
use framewright_data::{Step, StmtBuilder, Unit};

/// A database with the tables of the fixture.
pub struct Blog {
    pub f: Fresh,
}

/// One of each kind that is there.
pub async fn blogs() -> Vec<Blog> {
    let mut all = Vec::new();
    for f in each().await {
        all.push(Blog::made_in(f).await);
    }
    all
}

impl Blog {
    /// With the tables of the fixture in an empty database.
    pub async fn made_in(f: Fresh) -> Self {
        let tables = [&user, &profile, &post, &comment, &tag, &post_tag];
        for sql in framewright_data::ddl::create_schema(f.dialect(), &tables) {
            f.db.batch(&sql).await.unwrap_or_else(|e| panic!("{sql}: {e:?}"));
        }
        Self { f }
    }
    pub fn cx(&self) -> &Cx {
        &self.f.cx
    }
    pub fn name(&self) -> &'static str {
        self.f.dialect().name()
    }

    /// Inserts records, many in one statement.
    pub async fn put<R: Resource>(&self, records: impl IntoIterator<Item = R>) {
        let all: Vec<Values> = records.into_iter().map(|r| Record::values(&r)).collect();
        self.put_values(R::DESCRIPTOR, &all).await;
    }

    pub async fn put_values(&self, d: &'static framewright_core::ResourceDescriptor, all: &[Values]) {
        for some in all.chunks(200) {
            let mut b = StmtBuilder::new(self.f.dialect());
            b.sql("INSERT INTO ").ident(d.table).sql(" (");
            for (i, field) in d.fields.iter().enumerate() {
                b.sql(if i == 0 { "" } else { ", " }).ident(field.column);
            }
            b.sql(") VALUES ");
            for (n, values) in some.iter().enumerate() {
                b.sql(if n == 0 { "(" } else { ", (" });
                for (i, field) in (0u16..).zip(d.fields) {
                    b.sql(if i == 0 { "" } else { ", " }).bind(field.kind(), values.get(i).unwrap().clone());
                }
                b.sql(")");
            }
            self.f.db.write(self.cx(), Unit::from(Step::new(b.finish()))).await.unwrap();
        }
    }

    pub async fn count_statements(&self, run: impl AsyncFnOnce()) -> u64 {
        let before = self.f.db.statements();
        run().await;
        self.f.db.statements() - before
    }
}

/// A key that is easy to read: its number is its last eight bytes.
pub fn id<R: Resource<Key = Id<R>>>(n: u64) -> Id<R> {
    Column::take(Value::Uuid(u128::from(n).to_be_bytes())).unwrap()
}

pub fn a_user(n: u64, name: &str) -> User {
    User { id: id(n), name: name.into(), password: "secret".into(), manager_id: None }
}
pub fn a_post(n: u64, title: &str, author: Option<u64>) -> Post {
    Post {
        id: id(n),
        title: title.into(),
        body: None,
        author_id: author.map(id),
        views: i64::try_from(n).unwrap(),
        rank: None,
        rating: None,
        price: None,
        published_at: None,
        day: None,
        hour: None,
        hot: None,
        extra: None,
        deleted_at: None,
    }
}
pub fn a_comment(n: u64, post_n: u64, author: Option<u64>, body: &str) -> Comment {
    Comment { id: id(n), post_id: id(post_n), author_id: author.map(id), body: body.into(), deleted_at: None }
}
pub fn deleted() -> Option<Timestamp> {
    Timestamp::from_micros(1)
}

/// Two authors, five posts (one of them deleted), comments, tags, a profile.
pub async fn small(blog: &Blog) {
    blog.put([a_user(1, "Ann")]).await;
    blog.put([
        User { manager_id: Some(id(1)), ..a_user(2, "Bob") },
        User { manager_id: Some(id(1)), ..a_user(3, "Cid") },
    ])
    .await;
    blog.put([Profile { id: id(1), user_id: id(1), bio: "about \"Ann\"".into() }]).await;
    blog.put([
        Post {
            body: Some("one\n\"two\"".into()),
            hot: Some(true),
            rank: Some(3),
            ..a_post(1, "alpha", Some(1))
        },
        Post { body: Some("100%".into()), rank: Some(1), ..a_post(2, "beta", Some(2)) },
        Post { rank: Some(3), ..a_post(3, "gamma", Some(1)) },
        a_post(4, "Alpha", None),
        Post { deleted_at: deleted(), ..a_post(5, "gone", Some(1)) },
    ])
    .await;
    blog.put([
        a_comment(1, 1, Some(2), "first"),
        a_comment(2, 1, Some(1), "second"),
        a_comment(3, 2, Some(1), "third"),
        Comment { deleted_at: deleted(), ..a_comment(4, 3, Some(1), "spam") },
    ])
    .await;
    blog.put([Tag { id: id(1), name: "rust".into() }, Tag { id: id(2), name: "sql".into() }]).await;
    blog.put([(1, 1, 1), (2, 1, 2), (3, 2, 2)].map(|(n, p, t)| PostTag {
        id: id(n),
        post_id: id(p),
        tag_id: id(t),
    }))
    .await;
}

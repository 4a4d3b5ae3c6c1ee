//! axum and rusqlite behind `spawn_blocking`: a pool of four readers, one writer behind a mutex.

use super::{Cursor, Fail, NewPost, Post, Time, Uuid, failed, json};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::spawn_blocking;

const COLUMNS: &str = "id, title, body, author_id, status, views, published_at, created_at, updated_at";

struct Manager(String);

impl r2d2::ManageConnection for Manager {
    type Connection = Connection;
    type Error = rusqlite::Error;
    fn connect(&self) -> rusqlite::Result<Connection> {
        open(&self.0)
    }
    fn is_valid(&self, _: &mut Connection) -> rusqlite::Result<()> {
        Ok(())
    }
    fn has_broken(&self, _: &mut Connection) -> bool {
        false
    }
}

fn open(path: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

#[derive(Clone)]
struct App {
    readers: r2d2::Pool<Manager>,
    writer: Arc<Mutex<Connection>>,
}

pub(super) fn routes(url: &str) -> Result<Router, Fail> {
    let path = url.trim_start_matches("sqlite://").trim_start_matches("sqlite:");
    let writer = Arc::new(Mutex::new(open(path)?));
    let readers =
        r2d2::Pool::builder().max_size(4).test_on_check_out(false).build(Manager(path.to_owned()))?;
    let app = App { readers, writer };
    Ok(Router::new().route("/posts/{id}", get(one)).route("/posts", get(many).post(create)).with_state(app))
}

fn uuid(row: &Row<'_>, at: usize) -> Result<Uuid, Fail> {
    Uuid::from_slice(row.get_ref(at)?.as_blob()?)
}

fn post<'r>(row: &'r Row<'_>) -> Result<Post<'r>, Fail> {
    Ok(Post {
        id: uuid(row, 0)?,
        title: row.get_ref(1)?.as_str()?,
        body: row.get_ref(2)?.as_str()?,
        author_id: uuid(row, 3)?,
        status: row.get_ref(4)?.as_str()?,
        views: row.get(5)?,
        published_at: row.get::<_, Option<i64>>(6)?.map(Time::from_micros).transpose()?,
        created_at: Time::from_micros(row.get(7)?)?,
        updated_at: Time::from_micros(row.get(8)?)?,
    })
}

/// Serialises inside the blocking task, where the row can be borrowed.
async fn blocking(job: impl FnOnce() -> Result<Option<Response>, Fail> + Send + 'static) -> Response {
    match spawn_blocking(job).await {
        Ok(Ok(Some(response))) => response,
        Ok(Ok(None)) => StatusCode::NOT_FOUND.into_response(),
        Ok(Err(e)) => failed(e),
        Err(e) => failed(e.into()),
    }
}

async fn one(State(app): State<App>, Path(id): Path<Uuid>) -> Response {
    blocking(move || {
        let connection = app.readers.get()?;
        let mut statement =
            connection.prepare_cached(&format!("SELECT {COLUMNS} FROM posts WHERE id = ?1"))?;
        let found = statement
            .query_row([id.as_bytes()], |row| Ok(post(row).map(|p| json(StatusCode::OK, p))))
            .optional()?;
        found.transpose()
    })
    .await
}

async fn many(State(app): State<App>, Query(cursor): Query<Cursor>) -> Response {
    /// A page outlives its rows, so its texts are owned.
    struct Texts {
        title: String,
        body: String,
        status: String,
    }
    blocking(move || {
        let connection = app.readers.get()?;
        let sql = format!(
            "SELECT {COLUMNS} FROM posts WHERE (created_at, id) > (?1, ?2) ORDER BY created_at, id LIMIT 20"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![cursor.a, cursor.i.as_bytes()])?;
        let (mut texts, mut rest) = (Vec::with_capacity(20), Vec::with_capacity(20));
        while let Some(row) = rows.next()? {
            let p = post(row)?;
            texts.push(Texts {
                title: p.title.to_owned(),
                body: p.body.to_owned(),
                status: p.status.to_owned(),
            });
            rest.push((p.id, p.author_id, p.views, p.published_at, p.created_at, p.updated_at));
        }
        let posts: Vec<Post<'_>> = texts
            .iter()
            .zip(rest)
            .map(|(t, (id, author_id, views, published_at, created_at, updated_at))| Post {
                id,
                title: &t.title,
                body: &t.body,
                author_id,
                status: &t.status,
                views,
                published_at,
                created_at,
                updated_at,
            })
            .collect();
        Ok(Some(json(StatusCode::OK, posts)))
    })
    .await
}

async fn create(State(app): State<App>, Json(new): Json<NewPost>) -> Response {
    if !new.is_valid() {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    blocking(move || {
        let mut writer = app.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let (id, now) = (Uuid::now_v7(), Time::now().0.timestamp_micros());
        let sql = format!(
            "INSERT INTO posts (id, title, body, author_id, status, views, created_at, updated_at) \
             VALUES (?1, ?2, ?3, ?4, 'draft', 0, ?5, ?5) RETURNING {COLUMNS}"
        );
        let response = {
            let mut statement = transaction.prepare_cached(&sql)?;
            let values = params![id.as_bytes(), new.title, new.body, new.author_id.as_bytes(), now];
            statement.query_row(values, |row| Ok(post(row).map(|p| json(StatusCode::CREATED, p))))??
        };
        transaction.commit()?;
        Ok(Some(response))
    })
    .await
}

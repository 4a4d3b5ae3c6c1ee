//! axum and mysql_async with sixteen connections; the driver keeps prepared statements by itself.

use super::{Cursor, Fail, NewPost, Post, Time, Uuid, failed, json};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use chrono::NaiveDate;
use mysql_async::prelude::Queryable;
use mysql_async::{Opts, OptsBuilder, Pool, PoolConstraints, PoolOpts, Row, Value};

const COLUMNS: &str = "id, title, body, author_id, status, views, published_at, created_at, updated_at";

pub(super) fn routes(url: &str) -> Result<Router, Fail> {
    let size = PoolConstraints::new(16, 16).ok_or("a pool of sixteen")?;
    let options = PoolOpts::new().with_constraints(size).with_reset_connection(false);
    let opts = OptsBuilder::from_opts(Opts::from_url(url)?).pool_opts(options).tcp_nodelay(true);
    let pool = Pool::new(opts.setup(vec!["SET time_zone = '+00:00'"]));
    Ok(Router::new().route("/posts/{id}", get(one)).route("/posts", get(many).post(create)).with_state(pool))
}

fn bytes(row: &Row, at: usize) -> Result<&[u8], Fail> {
    match row.as_ref(at) {
        Some(Value::Bytes(b)) => Ok(b),
        _ => Err("bytes were expected".into()),
    }
}

fn date(row: &Row, at: usize) -> Result<Option<Time>, Fail> {
    match row.as_ref(at) {
        Some(Value::NULL) => Ok(None),
        Some(Value::Date(y, mo, d, h, mi, s, us)) => {
            let date = NaiveDate::from_ymd_opt(i32::from(*y), u32::from(*mo), u32::from(*d));
            let time =
                date.and_then(|d| d.and_hms_micro_opt(u32::from(*h), u32::from(*mi), u32::from(*s), *us));
            Ok(Some(Time(time.ok_or("no such time")?.and_utc())))
        }
        _ => Err("a time was expected".into()),
    }
}

fn post(row: &Row) -> Result<Post<'_>, Fail> {
    Ok(Post {
        id: Uuid::from_slice(bytes(row, 0)?)?,
        title: std::str::from_utf8(bytes(row, 1)?)?,
        body: std::str::from_utf8(bytes(row, 2)?)?,
        author_id: Uuid::from_slice(bytes(row, 3)?)?,
        status: std::str::from_utf8(bytes(row, 4)?)?,
        views: match row.as_ref(5) {
            Some(Value::Int(v)) => *v,
            _ => return Err("an integer was expected".into()),
        },
        published_at: date(row, 6)?,
        created_at: date(row, 7)?.ok_or("a time was expected")?,
        updated_at: date(row, 8)?.ok_or("a time was expected")?,
    })
}

fn answer_one(status: StatusCode, found: Result<Option<Row>, Fail>) -> Response {
    match found {
        Ok(Some(row)) => post(&row).map_or_else(failed, |p| json(status, p)),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(e) => failed(e),
    }
}

async fn one(State(pool): State<Pool>, Path(id): Path<Uuid>) -> Response {
    let answer = async {
        let mut connection = pool.get_conn().await?;
        let sql = format!("SELECT {COLUMNS} FROM posts WHERE id = ?");
        Ok::<_, Fail>(connection.exec_first::<Row, _, _>(sql, (id.as_bytes().as_slice(),)).await?)
    };
    answer_one(StatusCode::OK, answer.await)
}

async fn many(State(pool): State<Pool>, Query(cursor): Query<Cursor>) -> Response {
    let answer = async {
        let mut connection = pool.get_conn().await?;
        // MariaDB does not use an index for a comparison of rows.
        let sql = format!(
            "SELECT {COLUMNS} FROM posts WHERE created_at >= ? AND (created_at > ? OR id > ?) ORDER BY created_at, id LIMIT 20"
        );
        let at = Time::from_micros(cursor.a)?.0.format("%Y-%m-%d %H:%M:%S%.6f").to_string();
        let values = (&at, &at, cursor.i.as_bytes().as_slice());
        Ok::<_, Fail>(connection.exec::<Row, _, _>(sql, values).await?)
    };
    match answer.await {
        Ok(rows) => match rows.iter().map(post).collect::<Result<Vec<_>, _>>() {
            Ok(posts) => json(StatusCode::OK, posts),
            Err(e) => failed(e),
        },
        Err(e) => failed(e),
    }
}

async fn create(State(pool): State<Pool>, Json(new): Json<NewPost>) -> Response {
    if !new.is_valid() {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    let answer = async {
        let mut connection = pool.get_conn().await?;
        let id = Uuid::now_v7();
        let now = Time::now().0.format("%Y-%m-%d %H:%M:%S%.6f").to_string();
        let insert = "INSERT INTO posts (id, title, body, author_id, status, views, created_at, updated_at) \
                      VALUES (?, ?, ?, ?, 'draft', 0, ?, ?)";
        let key = id.as_bytes().as_slice();
        let values = (key, &new.title, &new.body, new.author_id.as_bytes().as_slice(), &now, &now);
        connection.exec_drop(insert, values).await?;
        let select = format!("SELECT {COLUMNS} FROM posts WHERE id = ?");
        Ok::<_, Fail>(connection.exec_first::<Row, _, _>(select, (key,)).await?)
    };
    answer_one(StatusCode::CREATED, answer.await)
}

//! axum, tokio-postgres, deadpool with sixteen connections, prepared statements.

use super::{Cursor, Fail, NewPost, Post, Time, Uuid, failed, json};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::{NoTls, Row};

const COLUMNS: &str = "id, title, body, author_id, status, views, published_at, created_at, updated_at";

pub(super) async fn routes(url: &str) -> Result<Router, Fail> {
    let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(url.parse()?, NoTls, config);
    let pool = Pool::builder(manager).max_size(16).build()?;
    drop(pool.get().await?);
    Ok(Router::new().route("/posts/{id}", get(one)).route("/posts", get(many).post(create)).with_state(pool))
}

fn post(row: &Row) -> Result<Post<'_>, tokio_postgres::Error> {
    Ok(Post {
        id: row.try_get(0)?,
        title: row.try_get(1)?,
        body: row.try_get(2)?,
        author_id: row.try_get(3)?,
        status: row.try_get(4)?,
        views: row.try_get(5)?,
        published_at: row.try_get(6)?,
        created_at: row.try_get(7)?,
        updated_at: row.try_get(8)?,
    })
}

async fn one(State(pool): State<Pool>, Path(id): Path<Uuid>) -> Response {
    let answer = async {
        let client = pool.get().await?;
        let statement = client.prepare_cached(&format!("SELECT {COLUMNS} FROM posts WHERE id = $1")).await?;
        Ok::<_, Fail>(client.query_opt(&statement, &[&id]).await?)
    };
    match answer.await {
        Ok(Some(row)) => post(&row).map_or_else(|e| failed(e.into()), |p| json(StatusCode::OK, p)),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(e) => failed(e),
    }
}

async fn many(State(pool): State<Pool>, Query(cursor): Query<Cursor>) -> Response {
    let answer = async {
        let client = pool.get().await?;
        let sql = format!(
            "SELECT {COLUMNS} FROM posts WHERE (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT 20"
        );
        let statement = client.prepare_cached(&sql).await?;
        Ok::<_, Fail>(client.query(&statement, &[&Time::from_micros(cursor.a)?, &cursor.i]).await?)
    };
    match answer.await {
        Ok(rows) => match rows.iter().map(post).collect::<Result<Vec<_>, _>>() {
            Ok(posts) => json(StatusCode::OK, posts),
            Err(e) => failed(e.into()),
        },
        Err(e) => failed(e),
    }
}

async fn create(State(pool): State<Pool>, Json(new): Json<NewPost>) -> Response {
    if !new.is_valid() {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    let answer = async {
        let client = pool.get().await?;
        let sql = format!(
            "INSERT INTO posts (id, title, body, author_id, status, views, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, 'draft', 0, $5, $5) RETURNING {COLUMNS}"
        );
        let statement = client.prepare_cached(&sql).await?;
        let (id, now) = (Uuid::now_v7(), Time::now());
        Ok::<_, Fail>(
            client.query_one(&statement, &[&id, &new.title, &new.body, &new.author_id, &now]).await?,
        )
    };
    match answer.await {
        Ok(row) => post(&row).map_or_else(|e| failed(e.into()), |p| json(StatusCode::CREATED, p)),
        Err(e) => failed(e),
    }
}

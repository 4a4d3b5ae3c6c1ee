//! The data: a database of its own per run, the derived application's own tables, ten thousand posts in them.

use crate::hand::{Fail, Time, Uuid};
use crate::server::Server;
use mysql_async::prelude::Queryable;

/// How many posts.
pub(crate) const ROWS: usize = 10_000;

/// A database with the tables and the rows.
pub(crate) struct Tables {
    /// `postgres`, `sqlite` or `mysql`
    pub(crate) name: &'static str,
    /// its URL
    pub(crate) url: String,
    /// the posts, by time
    pub(crate) posts: Vec<(Uuid, i64)>,
    /// whose they are
    pub(crate) author: Uuid,
    server_url: Option<String>,
}

/// About four hundred bytes, two of them quotes and two line breaks.
pub(crate) fn body(n: usize) -> String {
    let line = "The quick brown fox jumps over the lazy dog while nobody looks, and then it does so again. ";
    format!("Post {n} says \"{line}\"\n{line}\n{line}{line}")
}

impl Tables {
    /// Makes and fills them.
    pub(crate) async fn make(name: &'static str, server_url: Option<String>) -> Result<Self, Fail> {
        let database = format!("fw_bench_{}", std::process::id());
        let url = match (name, &server_url) {
            ("postgres", Some(server)) => {
                let (client, driver) = tokio_postgres::connect(server, tokio_postgres::NoTls).await?;
                tokio::spawn(driver);
                client.batch_execute(&format!("CREATE DATABASE {database}")).await?;
                on_server(server, &database)
            }
            ("mysql", Some(server)) => {
                let mut connection = mysql_async::Conn::from_url(server).await?;
                connection.query_drop(format!("CREATE DATABASE {database} CHARACTER SET utf8mb4")).await?;
                connection.disconnect().await?;
                on_server(server, &database)
            }
            _ => format!("sqlite://{}", std::env::temp_dir().join(format!("{database}.sqlite")).display()),
        };
        // In development an application makes its own tables when it starts.
        drop(Server::derived("derived", &url, "development")?);
        let posts =
            (0..ROWS as i64).map(|n| (Uuid::now_v7(), 1_700_000_000_000_000 + n * 1_000_003)).collect();
        let tables = Self { name, url, posts, author: Uuid::now_v7(), server_url };
        match name {
            "postgres" => tables.fill_postgres().await?,
            "mysql" => tables.fill_mysql().await?,
            _ => tables.fill_sqlite()?,
        }
        Ok(tables)
    }

    async fn fill_postgres(&self) -> Result<(), Fail> {
        let (mut client, driver) = tokio_postgres::connect(&self.url, tokio_postgres::NoTls).await?;
        tokio::spawn(driver);
        let start = Time::from_micros(1_700_000_000_000_000)?;
        let transaction = client.transaction().await?;
        let author = "INSERT INTO authors (id, name, created_at, updated_at) VALUES ($1, 'Ann', $2, $2)";
        transaction.execute(author, &[&self.author, &start]).await?;
        let sql = "INSERT INTO posts (id, title, body, author_id, status, views, created_at, updated_at) \
                   VALUES ($1, $2, $3, $4, 'draft', $5, $6, $6)";
        let statement = transaction.prepare(sql).await?;
        for (n, (id, time)) in self.posts.iter().enumerate() {
            let (title, body, views, time) =
                (format!("Post number {n}"), body(n), n as i64, Time::from_micros(*time)?);
            transaction.execute(&statement, &[id, &title, &body, &self.author, &views, &time]).await?;
        }
        transaction.commit().await?;
        client.batch_execute("VACUUM ANALYZE posts").await?;
        Ok(())
    }

    async fn fill_mysql(&self) -> Result<(), Fail> {
        let mut connection = mysql_async::Conn::from_url(&self.url).await?;
        let format =
            |micros| Ok::<_, Fail>(Time::from_micros(micros)?.0.format("%Y-%m-%d %H:%M:%S%.6f").to_string());
        let start = format(1_700_000_000_000_000)?;
        let author = self.author.as_bytes().as_slice();
        connection.query_drop("START TRANSACTION").await?;
        let sql = "INSERT INTO authors (id, name, created_at, updated_at) VALUES (?, 'Ann', ?, ?)";
        connection.exec_drop(sql, (author, &start, &start)).await?;
        let sql = "INSERT INTO posts (id, title, body, author_id, status, views, created_at, updated_at) \
                   VALUES (?, ?, ?, ?, 'draft', ?, ?, ?)";
        for (n, (id, time)) in self.posts.iter().enumerate() {
            let (id, time) = (id.as_bytes().as_slice(), format(*time)?);
            let values = (id, format!("Post number {n}"), body(n), author, n as i64, &time, &time);
            connection.exec_drop(sql, values).await?;
        }
        connection.query_drop("COMMIT").await?;
        connection.query_drop("ANALYZE TABLE posts").await?;
        connection.disconnect().await?;
        Ok(())
    }

    fn fill_sqlite(&self) -> Result<(), Fail> {
        let mut connection = rusqlite::Connection::open(self.path())?;
        let transaction = connection.transaction()?;
        let author = self.author.as_bytes();
        let sql = "INSERT INTO authors (id, name, created_at, updated_at) VALUES (?1, 'Ann', ?2, ?2)";
        transaction.execute(sql, rusqlite::params![author, 1_700_000_000_000_000_i64])?;
        {
            let sql = "INSERT INTO posts (id, title, body, author_id, status, views, created_at, updated_at) \
                       VALUES (?1, ?2, ?3, ?4, 'draft', ?5, ?6, ?6)";
            let mut statement = transaction.prepare(sql)?;
            for (n, (id, time)) in self.posts.iter().enumerate() {
                let (title, views) = (format!("Post number {n}"), n as i64);
                statement.execute(rusqlite::params![id.as_bytes(), title, body(n), author, views, time])?;
            }
        }
        transaction.commit()?;
        connection.execute_batch("ANALYZE")?;
        Ok(())
    }

    fn path(&self) -> &str {
        self.url.trim_start_matches("sqlite://")
    }

    /// Removes the database.
    pub(crate) async fn remove(self) -> Result<(), Fail> {
        let database = self.url.rsplit('/').next().unwrap_or_default();
        match (self.name, &self.server_url) {
            ("postgres", Some(server)) => {
                let (client, driver) = tokio_postgres::connect(server, tokio_postgres::NoTls).await?;
                tokio::spawn(driver);
                client.batch_execute(&format!("DROP DATABASE {database} WITH (FORCE)")).await?;
            }
            ("mysql", Some(server)) => {
                let mut connection = mysql_async::Conn::from_url(server).await?;
                connection.query_drop(format!("DROP DATABASE {database}")).await?;
                connection.disconnect().await?;
            }
            _ => {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{end}", self.path()));
                }
            }
        }
        Ok(())
    }
}

/// The same server, another database.
fn on_server(url: &str, database: &str) -> String {
    url.rsplit_once('/').map_or_else(|| url.to_owned(), |(server, _)| format!("{server}/{database}"))
}

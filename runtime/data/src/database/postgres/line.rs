//! One connection to PostgreSQL with its prepared statements, shared (a lane) or owned (in the pool).

use super::wire::type_of;
use crate::row::Sink;
use crate::stmt::{Bind, Stmt};
use crate::violation::{Class, Failure, Trouble};
use futures_util::TryStreamExt;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, NoTls, RowStream, Statement};

/// Prepared statements that a connection keeps; the one that was not used for longest makes room.
const PREPARED: usize = 512;

pub(super) struct Line {
    pub(super) client: Client,
    prepared: RwLock<HashMap<Arc<str>, (Statement, AtomicU64)>>,
    clock: AtomicU64,
}

impl Line {
    pub(super) async fn open(config: &Config) -> Result<Self, Failure> {
        let (client, driver) = config.connect(NoTls).await.map_err(failure)?;
        tokio::spawn(async move {
            if let Err(e) = driver.await {
                tracing::debug!(error = %e, "a connection to PostgreSQL ended");
            }
        });
        Ok(Self { client, prepared: RwLock::default(), clock: AtomicU64::new(0) })
    }

    /// Prepares a text, or finds it prepared.
    pub(super) async fn prepare(
        &self,
        sql: &Arc<str>,
        types: impl FnOnce() -> Vec<Type>,
    ) -> Result<Statement, Failure> {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        if let Some((statement, used)) =
            self.prepared.read().unwrap_or_else(PoisonError::into_inner).get(&**sql)
        {
            used.store(now, Ordering::Relaxed);
            return Ok(statement.clone());
        }
        // A race prepares twice and does no harm.
        let statement = self.client.prepare_typed(sql, &types()).await.map_err(failure)?;
        let mut all = self.prepared.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= PREPARED
            && let Some(oldest) =
                all.iter().min_by_key(|(_, (_, used))| used.load(Ordering::Relaxed)).map(|(k, _)| k.clone())
        {
            all.remove(&oldest);
        }
        all.insert(sql.clone(), (statement.clone(), AtomicU64::new(now)));
        Ok(statement)
    }

    /// Forgets a prepared statement that does not fit the schema any more.
    pub(super) fn forget(&self, sql: &str) {
        self.prepared.write().unwrap_or_else(PoisonError::into_inner).remove(sql);
    }

    /// Prepares what is kept prepared, ahead of a group of statements that go out together.
    pub(super) async fn ready(&self, stmt: &Stmt) -> Result<Option<Statement>, Failure> {
        if !stmt.text.cached {
            return Ok(None);
        }
        self.prepare(stmt.text.sql(), || types(&stmt.binds)).await.map(Some)
    }

    /// Sends a statement: one round trip in either form.
    pub(super) async fn send(&self, stmt: &Stmt, prepared: Option<&Statement>) -> Result<RowStream, Failure> {
        match prepared {
            Some(statement) => self.client.query_raw(statement, stmt.binds.iter()).await,
            None => {
                let binds = stmt.binds.iter().map(|b| (b as &(dyn ToSql + Sync), type_of(b.kind)));
                self.client.query_typed_raw(stmt.text.sql(), binds).await
            }
        }
        .map_err(failure)
    }

    /// Runs a statement into a sink; says how many rows the sink took before the end, good or bad.
    pub(super) async fn read(&self, stmt: &Stmt, sink: &mut dyn Sink) -> (u64, Result<(), Failure>) {
        let mut rows = 0;
        let result = async {
            let prepared = self.ready(stmt).await?;
            let mut stream = pin!(self.send(stmt, prepared.as_ref()).await?);
            while let Some(row) = stream.try_next().await.map_err(failure)? {
                rows += 1;
                sink.row(&row)?;
            }
            Ok::<_, Failure>(())
        }
        .await;
        (rows, result.map_err(|f| f.of(stmt)))
    }

    /// Runs a statement and keeps its rows; says how many rows it touched.
    pub(super) async fn run(
        &self,
        stmt: &Stmt,
        prepared: Option<&Statement>,
    ) -> Result<(u64, Vec<tokio_postgres::Row>), Failure> {
        let result = async {
            let mut stream = pin!(self.send(stmt, prepared).await?);
            let mut rows = Vec::new();
            while let Some(row) = stream.try_next().await.map_err(failure)? {
                rows.push(row);
            }
            Ok::<_, Failure>((stream.rows_affected().unwrap_or(0), rows))
        }
        .await;
        result.map_err(|f| f.of(stmt))
    }

    pub(super) async fn batch(&self, sql: &str) -> Result<(), Failure> {
        self.client.batch_execute(sql).await.map_err(failure)
    }

    pub(super) async fn texts(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        let messages = self.client.simple_query(sql).await.map_err(failure)?;
        let rows = messages.into_iter().filter_map(|m| match m {
            tokio_postgres::SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    }
}

fn types(binds: &[Bind]) -> Vec<Type> {
    binds.iter().map(|b| type_of(b.kind)).collect()
}

/// What the driver says, sorted by SQLSTATE.
pub(super) fn failure(e: tokio_postgres::Error) -> Failure {
    let Some(db) = e.as_db_error() else {
        let class = if e.is_closed() || std::error::Error::source(&e).is_none_or(|s| s.is::<std::io::Error>())
        {
            Class::Lost
        } else {
            Class::Other
        };
        let cause = std::error::Error::source(&e).map(|s| format!(": {s}")).unwrap_or_default();
        return Failure::new(class, format!("{e}{cause}"));
    };
    let class = match db.code().code() {
        "23505" | "23P01" => Class::Unique,
        "23503" => Class::Reference,
        "23001" => Class::Held,
        "23514" => Class::Check,
        "23502" => Class::NotNull,
        "22001" | "22003" | "22008" | "22021" | "22P05" | "54000" => Class::Range,
        "57014" => Class::Slow,
        "40001" | "40P01" => Class::Again,
        "0A000" if db.message().contains("cached plan") || db.routine() == Some("RevalidateCachedQuery") => {
            Class::Stale
        }
        "26000" => Class::Stale,
        "53100" => Class::Full,
        "53300" | "55P03" => Class::Busy,
        code if code.starts_with("08") || code.starts_with("57P") => Class::Lost,
        _ => Class::Other,
    };
    Trouble {
        class: Some(class),
        message: db.detail().map_or_else(
            || format!("{} ({})", db.message(), db.code().code()),
            |d| format!("{}: {d}", db.message()),
        ),
        constraint: db.constraint().map(str::to_owned),
        table: db.table().map(str::to_owned),
        columns: db.column().map(str::to_owned).into_iter().collect(),
    }
    .into()
}

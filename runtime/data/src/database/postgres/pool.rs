//! The pool: connections that one piece of work has for itself. A connection is a plain one of the driver until raw
//! Diesel is asked for on it; it then becomes a Diesel connection, and stays one.

use super::line::Line;
use crate::database::DatabaseConfig;
use crate::row::{Row, Sink, drifted};
use crate::stmt::Stmt;
use crate::violation::{Class, Failure, Trouble, busy, unavailable};
use deadpool::managed::{
    self, Metrics, Object, PoolError, RecycleError, RecycleResult, TimeoutType, Timeouts,
};
use diesel::result::DatabaseErrorKind;
use diesel::row::Field;
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{
    AnsiTransactionManager, AsyncConnectionCore, AsyncPgConnection, SimpleAsyncConnection, TransactionManager,
};
use framewright_core::{Kind, Result, ValueRef};
use futures_util::TryStreamExt;
use std::time::Duration;
use tokio_postgres::Config;

pub(super) enum Connection {
    Plain(Box<Line>),
    Diesel(Box<AsyncPgConnection>),
    /// while it is turned into a Diesel connection, and after that has failed
    Gone,
}

pub(super) struct Manager(pub(super) Config);

impl managed::Manager for Manager {
    type Type = Connection;
    type Error = Failure;

    async fn create(&self) -> Result<Connection, Failure> {
        // Boxed: every read and write that may have to connect would carry its kilobytes, several times over.
        Box::pin(Line::open(&self.0)).await.map(|line| Connection::Plain(Box::new(line)))
    }

    /// No round trip at checkout: the driver knows when a connection is closed. One of Diesel that was idle is asked.
    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<Failure> {
        let usable = match connection {
            Connection::Plain(line) => !line.client.is_closed(),
            Connection::Diesel(c) => {
                !c.is_broken()
                    && (metrics.last_used() < Duration::from_secs(1)
                        || Box::pin(c.batch_execute("")).await.is_ok())
            }
            Connection::Gone => false,
        };
        if usable { Ok(()) } else { Err(RecycleError::message("closed")) }
    }
}

pub(super) type Pool = managed::Pool<Manager>;
pub(super) type Pooled = Object<Manager>;

pub(super) fn pool(config: &DatabaseConfig, server: Config) -> Result<Pool> {
    let timeouts = Timeouts {
        wait: Some(config.acquire_timeout),
        create: Some(config.acquire_timeout),
        recycle: Some(config.acquire_timeout),
    };
    Pool::builder(Manager(server))
        .max_size(config.max_connections.max(1))
        .timeouts(timeouts)
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(framewright_core::Error::internal)
}

/// Closes a connection that was lost, and with it those that are idle: what ended one has most likely ended all, and
/// whoever asks next would only find that out by failing.
pub(super) fn lost(connection: Pooled) {
    if let Some(pool) = Object::pool(&connection) {
        drop(pool.retain(|_, _| false));
    }
    drop(Object::take(connection));
}

pub(super) async fn take(pool: &Pool) -> Result<Pooled, Failure> {
    pool.get().await.map_err(|e| match e {
        PoolError::Backend(f) => f,
        PoolError::Timeout(TimeoutType::Wait) => Failure::Ours(busy()),
        _ => Failure::Ours(unavailable()),
    })
}

impl Connection {
    pub(super) async fn batch(&mut self, sql: &str) -> Result<(), Failure> {
        match self {
            Self::Plain(line) => line.batch(sql).await,
            Self::Diesel(c) => c.batch_execute(sql).await.map_err(diesel_failure),
            Self::Gone => Err(Failure::Ours(unavailable())),
        }
    }

    pub(super) async fn read(&mut self, stmt: &Stmt, sink: &mut dyn Sink) -> (u64, Result<(), Failure>) {
        match self {
            Self::Plain(line) => {
                let (rows, result) = line.read(stmt, sink).await;
                if result.as_ref().is_err_and(|f| f.class() == Class::Stale) {
                    line.forget(stmt.text.sql());
                }
                (rows, result)
            }
            Self::Diesel(c) => {
                let mut rows = 0;
                let result = async {
                    let mut stream =
                        AsyncConnectionCore::load(&mut **c, stmt.clone()).await.map_err(diesel_failure)?;
                    while let Some(row) = stream.try_next().await.map_err(diesel_failure)? {
                        rows += 1;
                        sink.row(&Copied::of(&row))?;
                    }
                    Ok::<_, Failure>(())
                };
                let result = result.await;
                (rows, result.map_err(|f| f.of(stmt)))
            }
            Self::Gone => (0, Err(Failure::Ours(unavailable()))),
        }
    }

    /// Runs a step: rows touched, or answered with when there is a sink.
    pub(super) async fn step(&mut self, stmt: &Stmt, sink: Option<&mut dyn Sink>) -> Result<u64, Failure> {
        match (self, sink) {
            (c, Some(sink)) => {
                let (rows, result) = c.read(stmt, sink).await;
                result.map(|()| rows)
            }
            (Self::Plain(line), None) => {
                let prepared = line.ready(stmt).await.map_err(|f| f.of(stmt))?;
                line.run(stmt, prepared.as_ref()).await.map(|(touched, _)| touched)
            }
            (Self::Diesel(c), None) => {
                let touched = AsyncConnectionCore::execute_returning_count(&mut **c, stmt.clone()).await;
                touched.map(|n| n as u64).map_err(|e| diesel_failure(e).of(stmt))
            }
            (Self::Gone, None) => Err(Failure::Ours(unavailable())),
        }
    }

    pub(super) async fn texts(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        match self {
            Self::Plain(line) => line.texts(sql).await,
            // Behind the harness of migrations: queries of ours that ask for text.
            Self::Diesel(c) => {
                use diesel::row::{Field as _, Row as _};
                let query = AsyncConnectionCore::load(&mut **c, diesel::sql_query(sql));
                let (mut stream, mut rows) = (query.await.map_err(diesel_failure)?, Vec::new());
                while let Some(row) = stream.try_next().await.map_err(diesel_failure)? {
                    let text =
                        |i| Some(String::from_utf8_lossy(row.get(i)?.value()?.as_bytes()).into_owned());
                    rows.push((0..row.field_count()).map(text).collect());
                }
                Ok(rows)
            }
            Self::Gone => Err(Failure::Ours(unavailable())),
        }
    }

    /// The same connection as Diesel's, which knows whether a transaction of ours is open.
    pub(super) async fn diesel(&mut self) -> Result<&mut AsyncPgConnection, Failure> {
        if let Self::Plain(_) = self
            && let Self::Plain(line) = std::mem::replace(self, Self::Gone)
        {
            let c = AsyncPgConnection::try_from(line.client).await;
            *self = Self::Diesel(Box::new(c.map_err(|e| Failure::new(Class::Lost, e.to_string()))?));
        }
        match self {
            Self::Diesel(c) => Ok(c),
            _ => Err(Failure::Ours(unavailable())),
        }
    }
}

/// Tells Diesel's transaction manager that a transaction is open that it did not begin, so that its own
/// `transaction()` makes savepoints; gives the depth before.
pub(super) fn enter(c: &mut AsyncPgConnection) -> Result<(), Failure> {
    let status = AnsiTransactionManager::transaction_manager_status_mut(c);
    let depth = status
        .transaction_state()
        .and_then(|s| s.change_transaction_depth(diesel::connection::TransactionDepthChange::IncreaseDepth));
    depth.map_err(diesel_failure)
}

/// Takes that back; fails when a closure left a transaction of its own open, or ended ours.
pub(super) fn leave(c: &mut AsyncPgConnection) -> Result<(), Failure> {
    let status = AnsiTransactionManager::transaction_manager_status_mut(c);
    let ours = matches!(status.transaction_depth(), Ok(Some(d)) if d.get() == 1);
    if !ours {
        return Err(Failure::new(
            Class::Other,
            "a closure of raw Diesel left the transaction in another state than it found it",
        ));
    }
    let depth = status
        .transaction_state()
        .and_then(|s| s.change_transaction_depth(diesel::connection::TransactionDepthChange::DecreaseDepth));
    depth.map_err(diesel_failure)
}

/// What Diesel says. It drops the SQLSTATE, so what it does not name is told by the message.
pub(super) fn diesel_failure(e: diesel::result::Error) -> Failure {
    use diesel::result::Error::DatabaseError;
    let DatabaseError(kind, info) = e else { return Failure::Ours(framewright_core::Error::internal(e)) };
    let message = info.message();
    let class = match kind {
        DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ExclusionViolation => Class::Unique,
        DatabaseErrorKind::ForeignKeyViolation => Class::Reference,
        DatabaseErrorKind::RestrictViolation => Class::Held,
        DatabaseErrorKind::CheckViolation => Class::Check,
        DatabaseErrorKind::NotNullViolation => Class::NotNull,
        DatabaseErrorKind::SerializationFailure => Class::Again,
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => Class::Lost,
        _ if message.contains("deadlock detected") => Class::Again,
        _ if message.contains("canceling statement") => Class::Slow,
        _ if message.contains("cached plan") => Class::Stale,
        _ if message.contains("too long for type") || message.contains("out of range") => Class::Range,
        _ => Class::Other,
    };
    Trouble {
        class: Some(class),
        message: info.details().map_or_else(|| message.to_owned(), |d| format!("{message}: {d}")),
        constraint: info.constraint_name().map(str::to_owned),
        table: info.table_name().map(str::to_owned),
        columns: info.column_name().map(str::to_owned).into_iter().collect(),
    }
    .into()
}

/// A row that came through Diesel, copied: a value of it cannot be held while the next one is read.
struct Copied(Vec<Option<(u32, Vec<u8>)>>);

impl Copied {
    fn of<'a>(row: &impl diesel::row::Row<'a, diesel::pg::Pg>) -> Self {
        let cell = |i| {
            let field = row.get(i)?;
            let value = field.value()?;
            Some((value.get_oid().get(), value.as_bytes().to_vec()))
        };
        Self((0..row.field_count()).map(cell).collect())
    }
}

impl Row for Copied {
    fn get(&self, index: usize, kind: Kind) -> Result<ValueRef<'_>> {
        match self.0.get(index) {
            Some(None) => Ok(ValueRef::Null),
            Some(Some((oid, raw))) => {
                super::wire::decode(raw, *oid, kind).ok_or_else(|| drifted(index, kind))
            }
            None => Err(drifted(index, kind)),
        }
    }
}

//! PostgreSQL: bounded reads on lanes, everything else on the pool.

mod held;
mod inserts;
mod lanes;
mod line;
mod pages;
mod pool;
mod shared;
mod unit;
pub(crate) mod wire;

use super::DatabaseConfig;
use super::config::{refused, without_tls};
use crate::row::Sink;
use crate::stmt::Stmt;
use crate::unit::{Outcome, Unit};
use crate::violation::{Class, Failure, slow};
use framewright_core::Result;
use std::time::{Duration, Instant};
use tokio_postgres::config::SslMode;

pub(crate) use held::Held;
use pool::Pool;

/// The longest that an abandoned read may keep its connection from the pool.
const DRAIN: Duration = Duration::from_secs(1);

pub(crate) struct Postgres {
    lanes: lanes::Lanes,
    inserts: inserts::Inserts,
    pool: Pool,
}

/// What a URL says, read without connecting.
pub(super) fn options(url: &str) -> Result<tokio_postgres::Config> {
    let config: tokio_postgres::Config = url.parse().map_err(|e: tokio_postgres::Error| {
        // Of the driver's words only those about a known parameter: others repeat what was written, maybe a password.
        let said = std::error::Error::source(&e).map(ToString::to_string);
        let why = said.filter(|w| w.starts_with("invalid value for option"));
        let why =
            why.unwrap_or_else(|| "it has a part that is not known, or one that is not encoded".to_owned());
        refused(format!("the URL of the database cannot be read: {why}"))
    })?;
    match config.get_ssl_mode() {
        SslMode::Require => Err(without_tls("sslmode")),
        _ => Ok(config),
    }
}

impl Postgres {
    pub(super) async fn open(config: &DatabaseConfig) -> Result<Self> {
        let mut server = options(&config.url)?;
        let limit = config.statement_timeout.as_millis();
        let options = format!(
            "{} -c statement_timeout={limit} -c TimeZone=UTC -c client_min_messages=warning -c standard_conforming_strings=on",
            server.get_options().unwrap_or_default()
        );
        server
            .options(&options)
            .connect_timeout(config.acquire_timeout)
            .tcp_user_timeout(config.statement_timeout + Duration::from_secs(5));
        if server.get_application_name().is_none() {
            server.application_name("framewright");
        }
        // What lanes carry has one good plan whatever its values are, so none is made for every run.
        let mut shared = server.clone();
        shared.options(format!("{options} -c plan_cache_mode=force_generic_plan"));
        let lanes = lanes::Lanes::open(&shared, config.lanes, config.acquire_timeout)
            .await
            .map_err(Failure::into_error)?;
        let inserts = inserts::Inserts::new(&server, config.lanes, config.acquire_timeout);
        Ok(Self { lanes, inserts, pool: pool::pool(config, server)? })
    }

    pub(super) async fn read<S: Sink>(&self, stmt: Stmt, sink: S, until: Instant) -> Result<S> {
        let read = async {
            if stmt.text.bounded {
                self.lanes.read(stmt, sink).await
            } else {
                Box::pin(self.read_alone(stmt, sink)).await // large, and on the way of the other
            }
        };
        tokio::time::timeout_at(until.into(), read).await.map_err(|_| slow())?.map_err(Failure::into_error)
    }

    async fn read_alone<S: Sink>(&self, stmt: Stmt, mut sink: S) -> Result<S, Failure> {
        for again in [true, false] {
            let mut lent = Lent(Some(pool::take(&self.pool).await?));
            let Some(connection) = lent.0.as_deref_mut() else { break };
            let (rows, result) = connection.read(&stmt, &mut sink).await;
            lent.back(result.as_ref().is_err_and(|f| f.class() == Class::Lost));
            match result {
                Err(f) if again && rows == 0 && matches!(f.class(), Class::Stale | Class::Lost) => {}
                result => return result.map(|()| sink),
            }
        }
        Err(Failure::new(Class::Lost, "no connection"))
    }

    pub(super) async fn write(&self, mut unit: Unit, until: Instant) -> Result<Outcome> {
        let in_flight = self.inserts.count(&unit);
        if let Some((point, _)) = &in_flight {
            match self.inserts.join(unit, *point).await {
                Ok(done) => return done.map_err(Failure::into_error),
                Err(alone) => unit = alone,
            }
        }
        let connection =
            tokio::time::timeout_at(until.into(), pool::take(&self.pool)).await.map_err(|_| slow())?;
        let connection = connection.map_err(Failure::into_error)?;
        if unit::single(&unit, &connection) {
            return unit::autocommit(connection, unit).await.map_err(Failure::into_error);
        }
        // A task of its own: whoever goes away, the transaction comes to its end.
        let task = tokio::spawn(unit::transaction(connection, unit));
        task.await.map_err(framewright_core::Error::internal)?.map_err(Failure::into_error)
    }

    pub(super) async fn hold(&self, until: Instant) -> Result<Held> {
        let connection =
            tokio::time::timeout_at(until.into(), pool::take(&self.pool)).await.map_err(|_| slow())?;
        connection.map(Held::new).map_err(Failure::into_error)
    }
}

/// A connection lent to a read. Abandoned in the middle, it goes back only when the rest of the answer is through.
struct Lent(Option<pool::Pooled>);

impl Lent {
    fn back(&mut self, lost: bool) {
        if let Some(connection) = self.0.take().filter(|_| lost) {
            pool::lost(connection);
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut connection) = self.0.take() else { return };
        let drain = async move {
            if !matches!(tokio::time::timeout(DRAIN, connection.batch("")).await, Ok(Ok(()))) {
                drop(deadpool::managed::Object::take(connection));
            }
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(drain);
        }
    }
}

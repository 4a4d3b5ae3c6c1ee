//! MySQL and MariaDB: a pool of connections of the driver.

mod held;
mod joined;
mod pool;
mod unit;
pub(crate) mod wire;

use super::DatabaseConfig;
use super::config::{refused, without_tls};
use crate::row::Sink;
use crate::stmt::Stmt;
use crate::unit::{Outcome, Unit};
use crate::violation::{Class, Failure, slow};
use framewright_core::{Error, Result};
use mysql_async::{Opts, OptsBuilder, UrlError};
use std::time::Instant;

pub(crate) use held::Held;
use pool::{Lent, Pool};

/// Prepared statements that a connection keeps.
const PREPARED: usize = 256;

pub(crate) struct Mysql {
    pool: Pool,
    joined: joined::Joined,
}

/// What a URL says, read without connecting.
pub(super) fn options(url: &str) -> Result<Opts> {
    let url = url.strip_prefix("mariadb").map_or_else(|| url.to_owned(), |rest| format!("mysql{rest}"));
    // Not in the driver's own words: they repeat what was written, maybe a password.
    let opts = Opts::from_url(&url).map_err(|e| {
        let why = match e {
            UrlError::InvalidParamValue { param, .. } => format!("invalid value for option `{param}`"),
            _ => "it has a part that is not known, or one that is not encoded".to_owned(),
        };
        refused(format!("the URL of the database cannot be read: {why}"))
    })?;
    if opts.ssl_opts().is_some() { Err(without_tls("require_ssl")) } else { Ok(opts) }
}

impl Mysql {
    pub(super) async fn open(config: &DatabaseConfig) -> Result<Self> {
        let opts = options(&config.url)?;
        let limit = config.statement_timeout;
        let lock_wait = config.acquire_timeout.as_secs().max(1);
        // By default texts are sorted by their first 1,024 bytes alone, which pages by key cannot bear.
        // What is between `/*M!` and `*/` only MariaDB reads, what is between `/*!50708` and `*/` only MySQL.
        let session = format!(
            "SET time_zone = '+00:00', innodb_lock_wait_timeout = {lock_wait}, sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION', \
             max_sort_length = 65535, sort_buffer_size = 2097152 /*M!100100 , max_statement_time = {} */ /*!50708 , max_execution_time = {} */",
            limit.as_secs_f64(),
            limit.as_millis()
        );
        let opts =
            OptsBuilder::from_opts(opts).stmt_cache_size(PREPARED).client_found_rows(true).setup(vec![
                "SET NAMES utf8mb4".to_owned(),
                session,
                "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED".to_owned(),
            ]);
        let pool = pool::pool(config, opts.into())?;
        Lent::take(&pool).await.map_err(Failure::into_error)?; // a wrong URL shows at the start
        Ok(Self { joined: joined::Joined::start(&pool), pool })
    }

    pub(super) async fn read<S: Sink>(&self, stmt: Stmt, mut sink: S, until: Instant) -> Result<S> {
        let read = async {
            let in_flight = self.joined.count(&stmt);
            if let Some(joiner) = in_flight.as_ref().and_then(|_| self.joined.joiner()) {
                return joiner.read(stmt, sink).await;
            }
            read(&self.pool, &stmt, &mut sink).await.map(|()| sink)
        };
        tokio::time::timeout_at(until.into(), read).await.map_err(|_| slow())?.map_err(Failure::into_error)
    }

    pub(super) async fn write(&self, unit: Unit, until: Instant) -> Result<Outcome> {
        let lent = tokio::time::timeout_at(until.into(), Lent::take(&self.pool))
            .await
            .map_err(|_| slow())?
            .map_err(Failure::into_error)?;
        // A task of its own: whoever goes away, the unit comes to its end.
        let task = tokio::spawn(unit::run(lent, unit));
        task.await.map_err(Error::internal)?.map_err(Failure::into_error)
    }

    pub(super) async fn hold(&self, until: Instant) -> Result<Held> {
        let lent = tokio::time::timeout_at(until.into(), Lent::take(&self.pool)).await.map_err(|_| slow())?;
        lent.map(Held::new).map_err(Failure::into_error)
    }
}

/// Reads on a connection of the pool, once more on another one when that was lost before the first row.
async fn read(pool: &Pool, stmt: &Stmt, sink: &mut dyn Sink) -> Result<(), Failure> {
    let mut again = true;
    loop {
        let mut lent = Lent::take(pool).await?;
        let (rows, result) = lent.dirty()?.read(stmt, sink).await;
        match result {
            Err(f) if f.class() == Class::Lost => {
                lent.lost();
                if rows > 0 || !again {
                    return Err(f);
                }
                again = false;
            }
            result => {
                lent.done();
                return result;
            }
        }
    }
}

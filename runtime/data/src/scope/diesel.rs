//! Raw Diesel on the connection of the open transaction, or on one of its own: in a savepoint there, so that a closure
//! that fails undoes itself and nothing else.

use super::open;
use crate::database::{Database, Held};
use crate::violation::Failure;
use diesel::QueryResult;
use framewright_core::{Cx, Error, Result};

fn elsewhere(database: &Database, asked: &str) -> Failure {
    Error::internal(format!(
        "raw Diesel for {asked} was asked for, and the database is {}",
        database.dialect().name()
    ))
    .hint("ask `cx.database()?.dialect()` first")
    .into()
}

/// Runs on the connection of `cx`, or on one that is held for this alone.
async fn on_connection<T>(
    database: &Database,
    cx: &Cx,
    run: impl AsyncFnOnce(&mut Held) -> Result<T, Failure>,
) -> Result<T> {
    let until = database.until(cx);
    match open::open(database, cx, true)? {
        Some(scope) => scope.run(until, run).await,
        None => run(&mut database.hold(until).await?).await.map_err(Failure::into_error),
    }
}

#[cfg(feature = "sqlite")]
pub(super) async fn sqlite<T: Send + 'static>(
    database: &Database,
    cx: &Cx,
    run: impl FnOnce(&mut diesel::SqliteConnection) -> QueryResult<T> + Send + 'static,
) -> Result<T> {
    on_connection(database, cx, async |held| match held {
        Held::Sqlite(lease) => lease.diesel(run).await,
        #[allow(unreachable_patterns, reason = "reachable with a server built in")]
        _ => Err(elsewhere(database, "SQLite")),
    })
    .await
}

#[cfg(feature = "postgres")]
pub(super) async fn postgres<T>(
    database: &Database,
    cx: &Cx,
    run: impl AsyncFnOnce(&mut diesel_async::AsyncPgConnection) -> QueryResult<T>,
) -> Result<T> {
    on_connection(database, cx, async |held| match held {
        Held::Postgres(held) => held.diesel(run).await,
        #[allow(unreachable_patterns, reason = "reachable with another database built in")]
        _ => Err(elsewhere(database, "PostgreSQL")),
    })
    .await
}

#[cfg(feature = "mysql")]
pub(super) async fn mysql<T>(
    database: &Database,
    cx: &Cx,
    run: impl AsyncFnOnce(&mut diesel_async::AsyncMysqlConnection) -> QueryResult<T>,
) -> Result<T> {
    on_connection(database, cx, async |held| match held {
        Held::Mysql(held) => held.diesel(run).await,
        #[allow(unreachable_patterns, reason = "reachable with another database built in")]
        _ => Err(elsewhere(database, "MySQL")),
    })
    .await
}

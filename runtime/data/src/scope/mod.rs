//! Transactions of user code: `cx.transaction(async |cx| …)`, nested ones as savepoints, hooks after their end, and raw
//! Diesel on the open connection.
//!
//! The [`Cx`] that the closure gets carries the transaction; whatever is done with it is part of it. The outer one is
//! outside: to write with it inside the closure would wait for oneself, so that is an error and not a hang.

mod diesel;
mod first;
mod hooks;
mod open;

pub(crate) use open::{Scope, open};

use crate::database::Database;
use framewright_core::{Cx, Error, Result};
use futures_util::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

/// What a [`Cx`] can do with the database.
pub trait CxData {
    /// The database of the application.
    ///
    /// # Errors
    /// When none was connected.
    fn database(&self) -> Result<Arc<Database>>;

    /// Runs a closure in a transaction: committed when it ends well, undone when it answers with an error, panics or
    /// is dropped. Inside another transaction it is a savepoint of that one.
    ///
    /// ```no_run
    /// # use framewright_core::{Cx, Result};
    /// # use framewright_data::CxData;
    /// # async fn move_money(_: &Cx) -> Result<()> { Ok(()) }
    /// # async fn example(cx: &Cx) -> Result<()> {
    /// cx.transaction(async |cx| {
    ///     move_money(cx).await?;
    ///     cx.on_commit(|_| async { println!("moved") });
    ///     Ok(())
    /// })
    /// .await
    /// # }
    /// ```
    ///
    /// # Errors
    /// That of the closure, or of the COMMIT.
    fn transaction<T, F>(&self, run: F) -> impl Future<Output = Result<T>>
    where
        F: AsyncFnOnce(&Cx) -> Result<T>;

    /// Runs a hook once the outermost transaction is committed, in the order of registration; at once outside one.
    /// A hook that panics harms no other, and a caller who goes away stops none.
    fn on_commit<F, Fut>(&self, hook: F)
    where
        F: FnOnce(Cx) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static;

    /// Runs a hook once the transaction is undone; never outside one.
    fn on_rollback<F, Fut>(&self, hook: F)
    where
        F: FnOnce(Cx) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static;

    /// Whether a transaction is open.
    fn in_transaction(&self) -> bool;

    /// Raw Diesel on SQLite, on the connection of the open transaction or else on the writer's. The closure runs on the
    /// writer's thread, in a savepoint when a transaction is open, so that its failure undoes nothing else.
    ///
    /// # Errors
    /// Translated database errors, or when the database is another one.
    #[cfg(feature = "sqlite")]
    fn diesel_sqlite<T, F>(&self, run: F) -> impl Future<Output = Result<T>>
    where
        T: Send + 'static,
        F: FnOnce(&mut ::diesel::SqliteConnection) -> ::diesel::QueryResult<T> + Send + 'static;

    /// Raw Diesel on PostgreSQL, on the connection of the open transaction (in a savepoint) or else on one of the pool.
    ///
    /// # Errors
    /// Translated database errors, or when the database is another one.
    #[cfg(feature = "postgres")]
    fn diesel_postgres<T, F>(&self, run: F) -> impl Future<Output = Result<T>>
    where
        F: AsyncFnOnce(&mut diesel_async::AsyncPgConnection) -> ::diesel::QueryResult<T>;

    /// Raw Diesel on MySQL and MariaDB, on the connection of the open transaction (in a savepoint) or else on one of
    /// the pool.
    ///
    /// # Errors
    /// Translated database errors, or when the database is another one.
    #[cfg(feature = "mysql")]
    fn diesel_mysql<T, F>(&self, run: F) -> impl Future<Output = Result<T>>
    where
        F: AsyncFnOnce(&mut diesel_async::AsyncMysqlConnection) -> ::diesel::QueryResult<T>;
}

/// How often a transaction of our own is run after a deadlock.
const ATTEMPTS: u32 = 5;

/// The tries of a transaction of our own, which is run again after a deadlock; inside another transaction, that one is
/// the victim. A loop around [`transaction`], because a closure that can be called twice can't be known to be `Send`.
pub(crate) struct Tries {
    alone: bool,
    made: u32,
}

impl Tries {
    pub(crate) fn of(cx: &Cx) -> Self {
        Self { alone: !cx.in_transaction(), made: 0 }
    }

    /// Whether this was the last one; else it has waited for the next.
    pub(crate) async fn over(&mut self, again: bool) -> bool {
        self.made += 1;
        if !self.alone || !again || self.made >= ATTEMPTS {
            return true;
        }
        tokio::time::sleep(backoff(self.made)).await;
        false
    }
}

/// How long to wait after a deadlock: longer each time, and not the same for two who met.
pub(crate) fn backoff(attempt: u32) -> Duration {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let spread = now.map_or(0, |d| d.subsec_nanos() % 7);
    Duration::from_millis(u64::from((1 << attempt) + spread))
}

/// Runs a closure in a transaction; `again` says whether it failed for a reason for which it may work the next time.
pub(crate) async fn transaction<T, F>(cx: &Cx, run: F, again: &mut bool) -> Result<T>
where
    F: AsyncFnOnce(&Cx) -> Result<T>,
{
    let scope = Scope::begin(&cx.database()?, cx).await?;
    let inside = cx.with_scope(Some(scope.clone()));
    // When this future is dropped, the guard undoes what is open.
    let guard = open::Guard(Some(scope.clone()));
    let result = open::within(scope.clone(), AssertUnwindSafe(run(&inside)).catch_unwind()).await;
    let outside = cx.clone();
    match result {
        Ok(Ok(value)) => {
            *again = scope.again();
            guard.end(scope.commit(outside)).await.map(|()| value)
        }
        Ok(Err(e)) => {
            *again = scope.again();
            // A level that can't be undone by itself spoils the whole; why it should be undone is what counts.
            let _ = guard.end(scope.undo(outside)).await;
            Err(e)
        }
        Err(panic) => {
            let _ = guard.end(scope.undo(outside)).await;
            std::panic::resume_unwind(panic)
        }
    }
}

impl CxData for Cx {
    fn database(&self) -> Result<Arc<Database>> {
        self.state().get::<Database>().ok_or_else(|| {
            Error::internal("no database is connected")
                .hint("put a `Database` into the state, or let `App` do it")
        })
    }

    async fn transaction<T, F>(&self, run: F) -> Result<T>
    where
        F: AsyncFnOnce(&Cx) -> Result<T>,
    {
        transaction(self, run, &mut false).await
    }

    fn on_commit<F, Fut>(&self, hook: F)
    where
        F: FnOnce(Cx) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let hook: hooks::Run = Box::new(move |cx| Box::pin(hook(cx)));
        match open::of(self) {
            Some(scope) => scope.hooks(|h| h.on_commit(hook)),
            None => drop(tokio::spawn(hook(self.clone()))),
        }
    }

    fn on_rollback<F, Fut>(&self, hook: F)
    where
        F: FnOnce(Cx) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        if let Some(scope) = open::of(self) {
            scope.hooks(|h| h.on_rollback(Box::new(move |cx| Box::pin(hook(cx)))));
        }
    }

    fn in_transaction(&self) -> bool {
        open::of(self).is_some_and(|s| s.is_open())
    }

    #[cfg(feature = "sqlite")]
    async fn diesel_sqlite<T, F>(&self, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut ::diesel::SqliteConnection) -> ::diesel::QueryResult<T> + Send + 'static,
    {
        diesel::sqlite(&*self.database()?, self, run).await
    }

    #[cfg(feature = "postgres")]
    async fn diesel_postgres<T, F>(&self, run: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut diesel_async::AsyncPgConnection) -> ::diesel::QueryResult<T>,
    {
        diesel::postgres(&*self.database()?, self, run).await
    }

    #[cfg(feature = "mysql")]
    async fn diesel_mysql<T, F>(&self, run: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut diesel_async::AsyncMysqlConnection) -> ::diesel::QueryResult<T>,
    {
        diesel::mysql(&*self.database()?, self, run).await
    }
}

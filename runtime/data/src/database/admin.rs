//! Administration: one exclusive connection for migrations, drift and seeds, with the lock that lets one process at
//! a time change the schema.

use super::{Database, Held};
use crate::dialect::Dialect;
use crate::violation::{Class, Failure, busy};
use diesel::backend::Backend as DieselBackend;
use diesel_migrations::MigrationHarness;
use framewright_core::{Error, Result};
use std::time::{Duration, Instant};

/// An exclusive connection for administration. Dropping it gives up its lock, whatever happened.
pub struct Admin {
    held: Held,
    dialect: Dialect,
    /// SQLite: the file whose lock other processes wait for
    file: Option<std::path::PathBuf>,
    locked: Option<Locked>,
}

enum Locked {
    File(#[allow(dead_code, reason = "the lock lives as long as the file is open")] std::fs::File),
    Server(String),
    InProcess,
}

/// What runs on the harness of `diesel_migrations`, whatever the database.
pub trait Migrations: Send + 'static {
    /// what it says when it is done
    type Out: Send + 'static;
    /// Runs on the harness.
    fn run<DB: DieselBackend, H: MigrationHarness<DB>>(self, harness: &mut H) -> Self::Out;
}

impl Database {
    /// An exclusive connection for administration; on SQLite it is the writer, so writes wait meanwhile.
    ///
    /// # Errors
    /// When none becomes free in time.
    pub async fn admin(&self) -> Result<Admin> {
        let mut held = self.hold(Instant::now() + self.config().statement_timeout).await?;
        held.retire();
        let file = match &self.backend {
            #[cfg(feature = "sqlite")]
            super::Backend::Sqlite(db) => db.path.clone(),
            #[allow(unreachable_patterns, reason = "reachable with a server built in")]
            _ => None,
        };
        let mut admin = Admin { held, dialect: self.dialect(), file, locked: None };
        admin.unlimited().await?;
        Ok(admin)
    }

    /// Runs a script of several statements on an exclusive connection, outside a transaction.
    ///
    /// # Errors
    /// Those of the database, as internal errors with the message.
    pub async fn batch(&self, sql: &str) -> Result<()> {
        let mut admin = self.admin().await?;
        let result = admin.script(sql).await;
        admin.finish().await?;
        result
    }
}

impl Admin {
    /// The SQL it speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Takes the lock of this name, waiting for whoever has it, at most as long as given.
    /// PostgreSQL: an advisory lock; MySQL: `GET_LOCK`; SQLite: a lock on the file `<database>.<name>.lock`, which the
    /// system releases with the process.
    ///
    /// # Errors
    /// `database.busy` when it is not free in time.
    pub async fn lock(&mut self, name: &str, wait: Duration) -> Result<()> {
        let until = Instant::now() + wait;
        loop {
            if let Some(locked) = self.try_lock(name).await? {
                self.locked = Some(locked);
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(busy());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn try_lock(&mut self, name: &str) -> Result<Option<Locked>> {
        let got = |rows: &[Vec<Option<String>>]| {
            rows.first()
                .and_then(|r| r.first())
                .is_some_and(|v| matches!(v.as_deref(), Some("t" | "1" | "true")))
        };
        match self.dialect {
            Dialect::Sqlite => {
                let Some(path) = &self.file else { return Ok(Some(Locked::InProcess)) };
                let mut file = path.clone().into_os_string();
                file.push(format!(".{name}.lock"));
                let file = std::fs::OpenOptions::new()
                    .create(true)
                    .truncate(false)
                    .write(true)
                    .open(&file)
                    .map_err(Error::internal)?;
                Ok(file.try_lock().is_ok().then_some(Locked::File(file)))
            }
            Dialect::Postgres => {
                let sql = format!("SELECT pg_try_advisory_lock({})", lock_number(name));
                Ok(got(&self.rows(&sql).await?)
                    .then(|| Locked::Server(format!("SELECT pg_advisory_unlock({})", lock_number(name)))))
            }
            Dialect::Mysql => {
                // The name is per server, so the schema is part of it.
                let key = format!(
                    "CONCAT('fw_{:016x}_', LEFT(MD5(DATABASE()), 16))",
                    lock_number(name).cast_unsigned()
                );
                Ok(got(&self.rows(&format!("SELECT GET_LOCK({key}, 0)")).await?)
                    .then(|| Locked::Server(format!("DO RELEASE_LOCK({key})"))))
            }
        }
    }

    /// Gives the lock back.
    ///
    /// # Errors
    /// Those of the database; the lock is gone with the connection then.
    pub async fn unlock(&mut self) -> Result<()> {
        match self.locked.take() {
            Some(Locked::Server(sql)) => self.held.texts(&sql).await.map(drop).map_err(raw),
            _ => Ok(()),
        }
    }

    /// Runs a script of one or more statements, outside a transaction. What ran before a failing statement stays.
    ///
    /// # Errors
    /// The message of the database, as the cause of an internal error.
    pub async fn script(&mut self, sql: &str) -> Result<()> {
        if sql.trim().is_empty() {
            return Ok(());
        }
        self.held.batch(sql).await.map_err(raw)
    }

    /// Runs a script in a transaction: all of it or nothing (MySQL commits at each DDL statement).
    ///
    /// # Errors
    /// The message of the database, as the cause of an internal error.
    pub async fn transaction(&mut self, sql: &str) -> Result<()> {
        self.held.begin().await.map_err(raw)?;
        let result = if sql.trim().is_empty() { Ok(()) } else { self.held.batch(sql).await };
        let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
        match (result, self.held.batch(end).await) {
            (Ok(()), Err(e)) => {
                let _ = self.held.batch("ROLLBACK").await;
                Err(raw(e))
            }
            (result, _) => result.map_err(raw),
        }
    }

    /// The rows of a raw query, every value as text.
    ///
    /// # Errors
    /// The message of the database, as the cause of an internal error.
    pub async fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>> {
        self.held.texts(sql).await.map_err(raw)
    }

    /// Runs on the harness of `diesel_migrations`.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn migrations<M: Migrations>(&mut self, run: M) -> Result<M::Out> {
        match &mut self.held {
            #[cfg(feature = "sqlite")]
            Held::Sqlite(c) => c.call(move |c| run.run(c)).await.map_err(Failure::into_error),
            #[cfg(feature = "postgres")]
            Held::Postgres(c) => c.migrations(run).await.map_err(Failure::into_error),
            #[cfg(feature = "mysql")]
            Held::Mysql(c) => c.migrations(run).await.map_err(Failure::into_error),
        }
    }

    /// Gives the lock back and closes the connection.
    ///
    /// # Errors
    /// Those of the database; the lock is gone with the connection then.
    pub async fn finish(mut self) -> Result<()> {
        self.unlock().await
    }

    /// Schema changes take as long as they take: no statement timeout here.
    async fn unlimited(&mut self) -> Result<()> {
        match self.dialect {
            Dialect::Sqlite | Dialect::Mysql => Ok(()),
            Dialect::Postgres => {
                self.held.batch("SET statement_timeout = 0").await.map_err(Failure::into_error)
            }
        }
    }
}

/// A lock's number from its name, the same in every process.
fn lock_number(name: &str) -> i64 {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(name.as_bytes());
    hash.first_chunk().map_or(0, |b| i64::from_be_bytes(*b))
}

/// In administration the message of the database is for the operator who runs it: it is the cause.
fn raw(failure: Failure) -> Error {
    match failure {
        Failure::Database(t) if !matches!(t.class, Some(Class::Lost | Class::Busy)) => {
            Error::internal(t.message)
        }
        other => other.into_error(),
    }
}

//! The pool: connections of the driver, each with its cache of prepared statements. A connection becomes one of Diesel's
//! when raw Diesel is asked for on it, and stays one.

use super::wire::{decode, parameter};
use crate::database::DatabaseConfig;
use crate::row::{Row, Sink, drifted};
use crate::stmt::Stmt;
use crate::violation::{Class, Failure, Trouble, busy, unavailable};
use deadpool::managed::{
    self, Metrics, Object, PoolError, RecycleError, RecycleResult, TimeoutType, Timeouts,
};
use diesel::deserialize::FromSql;
use diesel::mysql::data_types::MysqlTime;
use diesel::mysql::{Mysql, MysqlType};
use diesel::row::Field;
use diesel::sql_types::Datetime;
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{AsyncConnectionCore, AsyncMysqlConnection, SimpleAsyncConnection};
use framewright_core::{Error, Kind, Result, ValueRef};
use futures_util::TryStreamExt;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, Params, Value as Cell};
use std::time::Duration;

pub(super) enum Connection {
    Plain(Box<Conn>),
    Diesel(Box<AsyncMysqlConnection>),
    /// while it is turned into a Diesel connection, and after that has failed
    Gone,
}

pub(super) struct Manager(pub(super) Opts);

impl managed::Manager for Manager {
    type Type = Connection;
    type Error = Failure;

    async fn create(&self) -> Result<Connection, Failure> {
        Conn::new(self.0.clone()).await.map(|c| Connection::Plain(Box::new(c))).map_err(failure)
    }

    /// No round trip at checkout of what was used a moment ago; a connection that was idle is asked.
    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<Failure> {
        let fresh = metrics.last_used() < Duration::from_secs(1);
        let usable = match connection {
            Connection::Plain(c) => fresh || c.ping().await.is_ok(),
            Connection::Diesel(c) => {
                !c.is_broken() && (fresh || Box::pin(c.batch_execute("DO 1")).await.is_ok())
            }
            Connection::Gone => false,
        };
        if usable { Ok(()) } else { Err(RecycleError::message("closed")) }
    }
}

pub(super) type Pool = managed::Pool<Manager>;

pub(super) fn pool(config: &DatabaseConfig, server: Opts) -> Result<Pool> {
    let limit = Some(config.acquire_timeout);
    Pool::builder(Manager(server))
        .max_size(config.max_connections.max(1))
        .timeouts(Timeouts { wait: limit, create: limit, recycle: limit })
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(Error::internal)
}

/// A connection out of the pool. It goes back only when nothing is open on it and nothing was left half done.
pub(super) struct Lent {
    connection: Option<Object<Manager>>,
    clean: bool,
}

impl Lent {
    pub(super) async fn take(pool: &Pool) -> Result<Self, Failure> {
        let connection = pool.get().await.map_err(|e| match e {
            PoolError::Backend(f) => f,
            PoolError::Timeout(TimeoutType::Wait) => Failure::Ours(busy()),
            _ => Failure::Ours(unavailable()),
        })?;
        Ok(Self { connection: Some(connection), clean: true })
    }

    /// The connection, about to be used; say [`Self::done`] when it is in order again.
    pub(super) fn dirty(&mut self) -> Result<&mut Connection, Failure> {
        self.clean = false;
        self.connection.as_deref_mut().ok_or_else(|| Failure::Ours(unavailable()))
    }

    pub(super) fn done(&mut self) {
        self.clean = true;
    }

    /// Closes it, because it was lost, and with it those that are idle: what ended one has most likely ended all, and
    /// whoever asks next would only find that out by failing.
    pub(super) fn lost(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if let Some(pool) = Object::pool(&connection) {
            drop(pool.retain(|_, _| false));
        }
        drop(Object::take(connection));
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !self.clean
        {
            drop(Object::take(connection)); // closed: the server undoes what was open
        }
    }
}

/// A statement's rows, and how many it touched.
pub(super) type Answer = (u64, Vec<Box<dyn Row + Send>>);

impl Connection {
    pub(super) async fn batch(&mut self, sql: &str) -> Result<(), Failure> {
        match self {
            Self::Plain(c) => c.query_drop(sql).await.map_err(failure),
            Self::Diesel(c) => c.batch_execute(sql).await.map_err(diesel_failure),
            Self::Gone => Err(Failure::Ours(unavailable())),
        }
    }

    /// Runs a statement into a sink; says how many rows the sink took before the end, good or bad.
    pub(super) async fn read(&mut self, stmt: &Stmt, sink: &mut dyn Sink) -> (u64, Result<(), Failure>) {
        let mut rows = 0;
        let result = match self {
            Self::Plain(c) => plain_read(c, stmt, sink, &mut rows).await,
            Self::Diesel(c) => {
                let mut take = |row: Copied| {
                    rows += 1;
                    sink.row(&row)
                };
                diesel_read(c, stmt, &mut take).await
            }
            Self::Gone => Err(Failure::Ours(unavailable())),
        };
        (rows, result.map_err(|f| f.of(stmt)))
    }

    /// Runs a step and keeps its rows.
    pub(super) async fn run(&mut self, stmt: &Stmt, wants_rows: bool) -> Result<Answer, Failure> {
        let result = match self {
            Self::Plain(c) => plain_run(c, stmt).await,
            Self::Diesel(c) if wants_rows => {
                let mut kept: Vec<Box<dyn Row + Send>> = Vec::new();
                let mut keep = |row: Copied| {
                    kept.push(Box::new(row));
                    Ok(())
                };
                diesel_read(c, stmt, &mut keep).await.map(|()| (0, kept))
            }
            Self::Diesel(c) => {
                let touched = AsyncConnectionCore::execute_returning_count(&mut **c, stmt.clone()).await;
                touched.map(|n| (n as u64, Vec::new())).map_err(diesel_failure)
            }
            Self::Gone => Err(Failure::Ours(unavailable())),
        };
        result.map_err(|f| f.of(stmt))
    }

    pub(super) async fn texts(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        let c = match self {
            Self::Plain(c) => c,
            // Behind the harness of migrations: queries of ours that ask for text.
            Self::Diesel(c) => {
                use diesel::row::Row as _;
                let query = AsyncConnectionCore::load(&mut **c, diesel::sql_query(sql));
                let (mut stream, mut rows) = (query.await.map_err(diesel_failure)?, Vec::new());
                while let Some(row) = stream.try_next().await.map_err(diesel_failure)? {
                    let text =
                        |i| Some(String::from_utf8_lossy(row.get(i)?.value()?.as_bytes()).into_owned());
                    rows.push((0..row.field_count()).map(text).collect());
                }
                return Ok(rows);
            }
            Self::Gone => return Err(Failure::Ours(unavailable())),
        };
        let rows: Vec<mysql_async::Row> = c.query(sql).await.map_err(failure)?;
        let text = |cell: Cell| match cell {
            Cell::NULL => None,
            Cell::Bytes(raw) => Some(String::from_utf8_lossy(&raw).into_owned()),
            other => Some(other.as_sql(true)),
        };
        Ok(rows.into_iter().map(|row| row.unwrap().into_iter().map(text).collect()).collect())
    }

    /// The same connection as Diesel's.
    pub(super) async fn diesel(&mut self) -> Result<&mut AsyncMysqlConnection, Failure> {
        if let Self::Plain(_) = self
            && let Self::Plain(c) = std::mem::replace(self, Self::Gone)
        {
            let c = AsyncMysqlConnection::try_from(*c).await;
            *self = Self::Diesel(Box::new(c.map_err(|e| Failure::new(Class::Lost, e.to_string()))?));
        }
        match self {
            Self::Diesel(c) => Ok(c),
            _ => Err(Failure::Ours(unavailable())),
        }
    }
}

fn parameters(stmt: &Stmt) -> Params {
    if stmt.binds.is_empty() {
        Params::Empty
    } else {
        Params::Positional(stmt.binds.iter().map(parameter).collect())
    }
}

async fn plain_read(c: &mut Conn, stmt: &Stmt, sink: &mut dyn Sink, rows: &mut u64) -> Result<(), Failure> {
    let mut result = c.exec_iter(&**stmt.text.sql(), parameters(stmt)).await.map_err(failure)?;
    while let Some(row) = result.next().await.map_err(failure)? {
        *rows += 1;
        if let Err(e) = sink.row(&row) {
            result.drop_result().await.map_err(failure)?;
            return Err(e.into());
        }
    }
    result.drop_result().await.map_err(failure)
}

async fn plain_run(c: &mut Conn, stmt: &Stmt) -> Result<Answer, Failure> {
    let mut result = c.exec_iter(&**stmt.text.sql(), parameters(stmt)).await.map_err(failure)?;
    let mut rows: Vec<Box<dyn Row + Send>> = Vec::new();
    while let Some(row) = result.next().await.map_err(failure)? {
        rows.push(Box::new(row));
    }
    let touched = result.affected_rows();
    result.drop_result().await.map_err(failure)?;
    Ok((touched, rows))
}

async fn diesel_read(
    c: &mut AsyncMysqlConnection,
    stmt: &Stmt,
    take: &mut (dyn FnMut(Copied) -> Result<()> + Send),
) -> Result<(), Failure> {
    let mut stream = AsyncConnectionCore::load(c, stmt.clone()).await.map_err(diesel_failure)?;
    while let Some(row) = stream.try_next().await.map_err(diesel_failure)? {
        take(Copied::of(&row))?;
    }
    Ok(())
}

/// A row that came through Diesel, copied into the cells of the driver.
struct Copied(Vec<(Cell, bool)>);

impl Copied {
    fn of<'a>(row: &impl diesel::row::Row<'a, Mysql>) -> Self {
        let cell = |i| {
            let field = row.get(i);
            let Some(value) = field.as_ref().and_then(Field::value) else { return (Cell::NULL, false) };
            let raw = value.as_bytes();
            let number = |bytes: &[u8]| {
                let mut wide = if bytes.last().is_some_and(|b| b & 0x80 != 0) { [0xff; 8] } else { [0; 8] };
                wide.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
                i64::from_le_bytes(wide)
            };
            match value.value_type() {
                MysqlType::Tiny | MysqlType::Short | MysqlType::Long | MysqlType::LongLong => {
                    (Cell::Int(number(raw)), false)
                }
                MysqlType::Float => {
                    (raw.first_chunk().map_or(Cell::NULL, |b| Cell::Float(f32::from_le_bytes(*b))), false)
                }
                MysqlType::Double => {
                    (raw.first_chunk().map_or(Cell::NULL, |b| Cell::Double(f64::from_le_bytes(*b))), false)
                }
                MysqlType::Date | MysqlType::DateTime | MysqlType::Timestamp => (time(value, false), false),
                MysqlType::Time => (time(value, true), false),
                MysqlType::Blob => (Cell::Bytes(raw.to_vec()), true),
                _ => (Cell::Bytes(raw.to_vec()), false),
            }
        };
        Self((0..row.field_count()).map(cell).collect())
    }
}

fn time(value: diesel::mysql::MysqlValue<'_>, of_day: bool) -> Cell {
    let Ok(t) = <MysqlTime as FromSql<Datetime, Mysql>>::from_sql(value) else { return Cell::NULL };
    let (h, m, s, us) = (t.hour as u8, t.minute as u8, t.second as u8, t.second_part as u32);
    if of_day {
        Cell::Time(t.neg, t.day, h, m, s, us)
    } else {
        Cell::Date(t.year as u16, t.month as u8, t.day as u8, h, m, s, us)
    }
}

impl Row for Copied {
    fn get(&self, index: usize, kind: Kind) -> Result<ValueRef<'_>> {
        let (cell, binary) = self.0.get(index).ok_or_else(|| drifted(index, kind))?;
        // Diesel says of text with a binary collation that it is bytes, so here bytes may be text.
        let value = decode(cell, *binary, kind).or_else(|| decode(cell, false, kind));
        value.ok_or_else(|| drifted(index, kind))
    }
}

/// What the driver says, sorted by its number.
pub(super) fn failure(e: mysql_async::Error) -> Failure {
    match e {
        mysql_async::Error::Server(e) => said(e.code, e.message),
        mysql_async::Error::Url(e) => Failure::new(Class::Other, e.to_string()),
        other => Failure::new(Class::Lost, other.to_string()),
    }
}

/// What Diesel says: it drops the number where it knows the kind, and the message tells the rest.
pub(super) fn diesel_failure(e: diesel::result::Error) -> Failure {
    use diesel::result::DatabaseErrorKind as K;
    let diesel::result::Error::DatabaseError(kind, info) = e else {
        return Failure::Ours(Error::internal(e));
    };
    let message = info.message().to_owned();
    let code = match kind {
        K::UniqueViolation => 1062,
        K::ForeignKeyViolation => 1452,
        K::NotNullViolation => 1048,
        K::CheckViolation => 3819,
        _ if message.starts_with("CONSTRAINT ") => 4025,
        _ if message.starts_with("Deadlock") || message.starts_with("Lock wait timeout") => 1213,
        _ if message.contains("max_statement_time")
            || message.contains("maximum statement execution time") =>
        {
            1969
        }
        _ if message.starts_with("Data too long") || message.starts_with("Out of range") => 1406,
        _ => 0,
    };
    said(code, message)
}

fn said(code: u16, message: String) -> Failure {
    let class = match code {
        1062 | 1586 | 1859 => Class::Unique,
        1216 | 1452 => Class::Reference,
        1217 | 1451 | 1830 | 1834 => Class::Held,
        3819 | 4025 => Class::Check,
        1048 | 1364 => Class::NotNull,
        1406 | 1264 | 1690 | 1366 | 1292 | 1265 => Class::Range,
        1205 | 1213 => Class::Again,
        1969 | 3024 | 1317 => Class::Slow,
        1021 | 1114 => Class::Full,
        1040 | 1203 => Class::Busy,
        1053 | 1927 | 1152 | 1158..=1161 | 1184 => Class::Lost,
        1615 => Class::Stale,
        _ => Class::Other,
    };
    // The words are in the language of the server (`lc_messages`); what they quote stands in the same order in each.
    let quoted = |mark: char| message.split(mark).skip(1).step_by(2).map(str::to_owned);
    let last = |mark: char| message.trim_end_matches(|c| c != mark).strip_suffix(mark)?.rsplit(mark).next();
    let last = |mark: char| last(mark).map(str::to_owned);
    let (constraint, column) = match class {
        // MySQL says `table.key`, MariaDB `key`; the value before it may have quotes of its own.
        Class::Unique => (last('\'').map(|k| k.rsplit('.').next().unwrap_or_default().to_owned()), None),
        // The definition of the key is SQL in every language.
        Class::Reference => {
            let defined = message.split_once("CONSTRAINT `").and_then(|(_, rest)| rest.split('`').next());
            (defined.map(str::to_owned), None)
        }
        Class::Check => (quoted('`').next().or_else(|| quoted('\'').next()), None),
        Class::NotNull => (None, quoted('\'').next()),
        Class::Range => (None, last('`').or_else(|| last('\''))),
        _ => (None, None),
    };
    Trouble {
        class: Some(class),
        message: format!("{message} ({code})"),
        constraint,
        table: None,
        columns: column.into_iter().collect(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The class, the constraint and the column of what a server says.
    fn told(code: u16, message: &str) -> (Class, Option<String>, Vec<String>) {
        match said(code, message.to_owned()) {
            Failure::Database(t) => (t.class.unwrap_or(Class::Other), t.constraint, t.columns),
            Failure::Ours(_) => (Class::Other, None, Vec::new()),
        }
    }

    #[test]
    fn the_language_of_the_server_does_not_matter() {
        let key = |class, name: &str| (class, Some(name.to_owned()), Vec::new());
        let column = |class, name: &str| (class, None, vec![name.to_owned()]);
        for message in [
            "Duplicate entry 'a' for key 'uq_users_email'",
            "Duplicate entry 'it's 'a'' for key 'users.uq_users_email'",
            "Doppelter Eintrag 'a' für Schlüssel 'uq_users_email'",
            "Duplicata du champ 'a' pour la clef 'uq_users_email'",
        ] {
            assert_eq!(told(1062, message), key(Class::Unique, "uq_users_email"), "{message}");
        }
        let definition = "(`db`.`posts`, CONSTRAINT `fk_posts_author_id` FOREIGN KEY (`author_id`) REFERENCES `users` (`id`))";
        for message in
            ["Cannot add or update a child row: a foreign key constraint fails", "Impossible d'ajouter"]
        {
            let message = format!("{message} {definition}");
            assert_eq!(told(1452, &message), key(Class::Reference, "fk_posts_author_id"), "{message}");
        }
        assert_eq!(told(1451, &format!("Kann Eltern-Zeile nicht löschen {definition}")).0, Class::Held);
        for message in [
            "CONSTRAINT `ck_users_age` failed for `db`.`users`",
            "CONSTRAINT `ck_users_age` fehlgeschlagen: `db`.`users`",
        ] {
            assert_eq!(told(4025, message), key(Class::Check, "ck_users_age"), "{message}");
        }
        assert_eq!(
            told(3819, "Check constraint 'ck_users_age' is violated."),
            key(Class::Check, "ck_users_age")
        );
        for message in ["Column 'name' cannot be null", "Feld 'name' darf nicht NULL sein"] {
            assert_eq!(told(1048, message), column(Class::NotNull, "name"), "{message}");
        }
        for message in [
            "Data too long for column 'name' at row 1",
            "Daten zu lang für Spalte 'name' in Zeile 1",
            "Incorrect integer value: 'it's' for column `db`.`users`.`name` at row 1",
        ] {
            assert_eq!(told(1406, message), column(Class::Range, "name"), "{message}");
        }
        assert_eq!(told(1114, "The table 'users' is full").0, Class::Full);
    }
}

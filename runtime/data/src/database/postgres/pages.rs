//! Pages of lists that are asked for while others are on their way leave as one statement: the text of the page beside
//! the values of all that wait (`LATERAL`), each with its own rows. Who asks for the very same page shares them. What
//! one may see decides for no other: every page is read with its own values alone.

use super::line::{Line, failure};
use super::shared::Shared;
use super::wire::type_of;
use crate::database::queue::{Queue, Works};
use crate::row::{Row, Sink};
use crate::stmt::{Bind, Stmt, Text};
use crate::violation::{Class, Failure, unavailable};
use framewright_core::Error;
use futures_util::{StreamExt, TryStreamExt, stream::FuturesUnordered};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::oneshot;

/// Pages of one statement at most.
const PAGES: usize = 8;
/// Joined texts that are remembered.
const TEXTS: usize = 1024;

/// A page that waits to be joined with others.
pub(super) struct Waiting {
    stmt: Stmt,
    sink: Box<dyn Sink>,
    rows: u64,
    failed: Option<Failure>,
    reply: oneshot::Sender<Reply>,
}

enum Reply {
    Done(Result<Box<dyn Sink>, Failure>),
    /// nothing was read into it: it is to be read alone
    Alone(Stmt, Box<dyn Sink>),
}

impl Waiting {
    fn row(&mut self, row: &dyn Row) {
        if self.failed.is_none() {
            // A sink that panics harms its own page and no other.
            let taken = catch_unwind(AssertUnwindSafe(|| self.sink.row(row)));
            let taken = taken.unwrap_or_else(|_| Err(Error::internal("a sink panicked")));
            self.failed = taken.err().map(Failure::from);
            self.rows += 1;
        }
    }

    /// Ends it, after its statement has come to its end or has failed.
    fn end(self, failed: Option<&Failure>) {
        let reply = match (self.failed, failed) {
            (Some(own), _) => Reply::Done(Err(own)),
            (None, None) => Reply::Done(Ok(self.sink)),
            (None, Some(_)) if self.rows == 0 => Reply::Alone(self.stmt, self.sink),
            (None, Some(f)) => {
                Reply::Done(Err(Failure::new(f.class(), "a joined page failed in its middle")))
            }
        };
        let _ = self.reply.send(reply);
    }
}

/// What is asked with one text: per page its values, and who waits for it.
struct Group {
    text: Arc<Text>,
    pages: Vec<(Vec<Bind>, Vec<Waiting>)>,
}

impl Group {
    /// Takes a page in; gives it back when it is another text's, or there are enough of them.
    fn take(&mut self, w: Waiting) -> Result<(), Waiting> {
        if !Arc::ptr_eq(&self.text, &w.stmt.text) && self.text.sql() != w.stmt.text.sql() {
            return Err(w);
        }
        let full = self.pages.len() >= PAGES;
        match self.pages.iter_mut().find(|(binds, _)| *binds == w.stmt.binds) {
            Some((_, waiting)) => waiting.push(w),
            None if full => return Err(w),
            None => self.pages.push((w.stmt.binds.clone(), vec![w])),
        }
        Ok(())
    }

    fn end(self, failed: Option<&Failure>) {
        self.pages.into_iter().flat_map(|(_, waiting)| waiting).for_each(|w| w.end(failed));
    }
}

/// The pages of a lane.
pub(super) struct Pages {
    shared: Arc<Shared>,
    /// joined texts, by the text that they are made of and the number of pages
    texts: RwLock<HashMap<(Arc<str>, usize), Arc<str>>>,
}

impl Pages {
    pub(super) fn queue(shared: Arc<Shared>) -> Queue<Self> {
        Queue::new(Arc::new(Self { shared, texts: RwLock::default() }))
    }

    /// The text for so many pages, made once per text and number.
    fn sql(&self, text: &Text, pages: usize) -> Arc<str> {
        if pages == 1 {
            return Arc::clone(text.sql());
        }
        let name = (Arc::clone(text.sql()), pages);
        if let Some(sql) = self.texts.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Arc::clone(sql);
        }
        let sql: Arc<str> = Arc::from(joined(text, pages));
        let mut all = self.texts.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() < TEXTS {
            all.insert(name, Arc::clone(&sql));
        }
        sql
    }

    async fn run(&self, group: &mut Group) -> Result<(), Failure> {
        let sql = self.sql(&group.text, group.pages.len());
        let line = self.shared.line().await?;
        let result = answer(&line, &sql, group).await;
        if result.as_ref().is_err_and(|f| f.class() == Class::Stale) {
            line.forget(&sql);
        }
        result
    }
}

impl Works for Pages {
    type Item = Waiting;
    const MOST: usize = 4 * PAGES;

    async fn work(&self, all: Vec<Waiting>) {
        let mut groups: Vec<Group> = Vec::new();
        for w in all.into_iter().filter(|w| !w.reply.is_closed()) {
            let left = groups.iter_mut().try_fold(w, |w, group| match group.take(w) {
                Ok(()) => Err(()),
                Err(w) => Ok(w),
            });
            if let Ok(w) = left {
                groups.push(Group {
                    text: Arc::clone(&w.stmt.text),
                    pages: vec![(w.stmt.binds.clone(), vec![w])],
                });
            }
        }
        let run = async |mut group: Group| {
            let failed = self.run(&mut group).await.err();
            group.end(failed.as_ref());
        };
        let mut running: FuturesUnordered<_> = groups.into_iter().map(run).collect();
        while running.next().await.is_some() {}
    }
}

async fn answer(line: &Line, sql: &Arc<str>, group: &mut Group) -> Result<(), Failure> {
    let binds: Vec<Bind> = group.pages.iter().flat_map(|(binds, _)| binds.iter().cloned()).collect();
    let statement = line.prepare(sql, || binds.iter().map(|b| type_of(b.kind)).collect()).await?;
    let mut rows = pin!(line.client.query_raw(&statement, &binds).await.map_err(failure)?);
    while let Some(row) = rows.try_next().await.map_err(failure)? {
        let page = match group.pages.len() {
            1 => 0,
            _ => whose(&row)?,
        };
        let (_, waiting) = group.pages.get_mut(page).ok_or_else(odd)?;
        waiting.iter_mut().for_each(|w| w.row(&row));
    }
    Ok(())
}

/// Whose page a row of a joined text belongs to: the last column says it.
fn whose(row: &tokio_postgres::Row) -> Result<usize, Failure> {
    let last = row.len().checked_sub(1).ok_or_else(odd)?;
    let page: i32 = row.try_get(last).map_err(|_| odd())?;
    usize::try_from(page).map_err(|_| odd())
}

fn odd() -> Failure {
    Failure::new(Class::Other, "a row of nobody's page")
}

/// The text of a page beside the values of many.
fn joined(text: &Text, pages: usize) -> String {
    let binds = text.parts.len().saturating_sub(1);
    let mut sql = "SELECT \"fw.page\".*, \"fw.asked\".\"n\" FROM (VALUES ".to_owned();
    for page in 0..pages {
        sql.push_str(if page > 0 { ", (" } else { "(" });
        sql.push_str(&page.to_string());
        for bind in 0..binds {
            sql.push_str(&format!(", ${}", page * binds + bind + 1));
        }
        sql.push(')');
    }
    sql.push_str(") AS \"fw.asked\" (\"n\"");
    for bind in 0..binds {
        sql.push_str(&format!(", \"b{bind}\""));
    }
    sql.push_str(") CROSS JOIN LATERAL (");
    for (i, part) in text.parts.iter().enumerate() {
        if i > 0 {
            sql.push_str(&format!("\"fw.asked\".\"b{}\"", i - 1));
        }
        sql.push_str(part);
    }
    sql.push_str(") AS \"fw.page\"");
    sql
}

impl Queue<Pages> {
    /// Reads a page together with others; `Err` gives it back, to be read alone.
    pub(super) async fn read<S: Sink>(&self, stmt: Stmt, sink: S) -> Result<Result<S, Failure>, (Stmt, S)> {
        let (reply, answer) = oneshot::channel();
        self.put(Waiting { stmt, sink: Box::new(sink), rows: 0, failed: None, reply });
        match answer.await {
            Ok(Reply::Done(done)) => Ok(done.and_then(|sink| Ok(sink.downcast()?))),
            Ok(Reply::Alone(stmt, sink)) => match sink.downcast() {
                Ok(sink) => Err((stmt, sink)),
                Err(e) => Ok(Err(e.into())),
            },
            Err(_) => Ok(Err(Failure::Ours(unavailable()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::stmt::StmtBuilder;
    use framewright_core::{Kind, Value};

    #[test]
    fn the_text_of_a_page_is_asked_beside_the_values_of_many() {
        let mut b = StmtBuilder::new(Dialect::Postgres);
        b.sql("SELECT \"id\" FROM \"t\" WHERE (\"a\", \"id\") > (").bind(Kind::I64, Value::Null);
        b.sql(", ").bind(Kind::Uuid, Value::Null).sql(") ORDER BY \"a\", \"id\" LIMIT 21").cached().page();
        let stmt = b.finish();
        assert_eq!(
            joined(&stmt.text, 2),
            "SELECT \"fw.page\".*, \"fw.asked\".\"n\" FROM (VALUES (0, $1, $2), (1, $3, $4)) AS \"fw.asked\" (\"n\", \"b0\", \"b1\") \
             CROSS JOIN LATERAL (SELECT \"id\" FROM \"t\" WHERE (\"a\", \"id\") > (\"fw.asked\".\"b0\", \"fw.asked\".\"b1\") \
             ORDER BY \"a\", \"id\" LIMIT 21) AS \"fw.page\""
        );
    }
}

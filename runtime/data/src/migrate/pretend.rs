//! `--pretend`: what a command would run, with the lock of nobody and without a change.

use super::execute::Script;
use super::run::Migrator;
use super::track::{self, Record};
use super::wipe;
use crate::database::Admin;
use framewright_core::Result;
use serde_json::{Value, json};

/// A migration that would run, or be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pretended {
    /// its name; none where everything is dropped, and where it is no migration
    pub name: String,
    /// what would happen to it: `up`, `down`, `record` (development has applied it), `drop`; without a name `change` (what
    /// the resources say beyond the migrations) and `repair` (what somebody else has changed)
    pub what: &'static str,
    /// the statements that are left to run
    pub sql: String,
}

impl Pretended {
    /// What would happen, for machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "name": self.name, "what": self.what, "sql": self.sql })
    }

    /// What would happen, as a script that can be read.
    #[must_use]
    pub fn script(&self) -> String {
        let title = match self.what {
            "drop" if self.name.is_empty() => "everything is dropped".to_owned(),
            "change" => "what the resources say beyond the migrations".to_owned(),
            "repair" => "what somebody else has changed".to_owned(),
            "record" => format!("{}: development has applied it, so it is only recorded", self.name),
            what => format!("{} {what}", self.name),
        };
        format!("-- {title}\n{}\n", self.sql)
    }
}

impl Migrator {
    /// What `up` would run.
    ///
    /// # Errors
    /// Those that [`Migrator::up`] would have before it runs anything; those of the database.
    pub async fn pretend_up(&self, limit: Option<usize>) -> Result<Vec<Pretended>> {
        self.pretended(async |admin| {
            let (applied, records) = track::known(admin).await?;
            self.check_missing(&applied, &records)?;
            self.pretended_up(admin, &applied, &records, limit).await
        })
        .await
    }

    /// What is pending, whatever else is applied here.
    pub(super) async fn pretended_up(
        &self,
        admin: &mut Admin,
        applied: &[String],
        records: &[Record],
        limit: Option<usize>,
    ) -> Result<Vec<Pretended>> {
        self.check_files(applied, records)?;
        Self::check_half_reverted(applied, records)?;
        self.check_order(applied)?;
        let pending = self.pending(admin, applied, records, limit).await?;
        Ok(pending
            .iter()
            .map(|(m, script, adopted)| one(&m.name, if *adopted { "record" } else { "up" }, script))
            .collect())
    }

    /// What `down` would run.
    ///
    /// # Errors
    /// Those that [`Migrator::down`] would have before it runs anything; those of the database.
    pub async fn pretend_down(&self, steps: usize) -> Result<Vec<Pretended>> {
        self.pretended(async |admin| {
            let (applied, records) = track::known(admin).await?;
            self.check_files(&applied, &records)?;
            let back = self.way_back(admin, &applied, &records, steps).await?;
            Ok(back.iter().map(|(m, script)| one(&m.name, "down", script)).collect())
        })
        .await
    }

    /// What `redo` would run.
    ///
    /// # Errors
    /// As [`Migrator::pretend_down`].
    pub async fn pretend_redo(&self, steps: usize) -> Result<Vec<Pretended>> {
        let mut all = self.pretend_down(steps).await?;
        let again = all.iter().rev().filter_map(|p| self.whole(|name| *name == p.name).next());
        let again: Vec<Pretended> = again.collect();
        all.extend(again);
        Ok(all)
    }

    /// What `fresh` would run.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn pretend_fresh(&self) -> Result<Vec<Pretended>> {
        let drops = self.pretended(async |admin| wipe::statements(admin).await).await?;
        let sql = drops.iter().map(|s| format!("{s};\n")).collect();
        let mut all = vec![Pretended { name: String::new(), what: "drop", sql }];
        all.extend(self.whole(|_| true));
        Ok(all)
    }

    /// Migrations from their first statement to their last.
    fn whole(&self, which: impl Fn(&String) -> bool) -> impl Iterator<Item = Pretended> {
        let files = self.migrations.files.iter().filter(move |m| which(&m.name));
        files.map(|m| one(&m.name, "up", &Script::of(self.dialect(), m, true)))
    }

    pub(super) async fn pretended<T>(&self, ask: impl AsyncFnOnce(&mut Admin) -> Result<T>) -> Result<T> {
        self.migrations.check()?;
        let mut admin = self.database.admin().await?;
        let result = ask(&mut admin).await;
        admin.finish().await?;
        result
    }
}

fn one(name: &str, what: &'static str, script: &Script) -> Pretended {
    Pretended { name: name.to_owned(), what, sql: script.rest() }
}
